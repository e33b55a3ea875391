"""What a conversation holds besides its gist, found by rules: decisions, action items, open questions, files, links.

No model is asked: each line is a sentence of one message in its own words.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta, tzinfo

from bot.answering.days import days_named
from bot.answering.figures import claimed_figures
from bot.answering.numerals import with_certain_digits
from bot.answering.sentences import split_sentences
from bot.summaries.choosing import is_chatter
from bot.summaries.lines import Section, SummaryLine
from bot.summaries.talk import Talk, Turn
from knowledge.categories.cues import CUES, MENTION
from knowledge.categories.features import asks, plain_words
from knowledge.lexical import normalize

LINE_CHARS = 200
_SHORTEST = 6
_LONGEST_READ = 2000
"""Characters of a pasted page that are looked through."""
_NEAR = 4
"""Turns after a question in which an answer that is no reply to it may stand."""
_DATE = re.compile(r"date (\d{1,2})-(\d{1,2})")
_LONG_PAST = timedelta(days=60)
_OWES_ZH = r"\s*(?:负责|来(?!自)|去|跟进|你|麻烦|记得|请|处理|帮忙)"
_OWES_EN = r"(?:,?\s+(?:will|to|can|could|would|please|is going to|takes?|owns?)\b|\s*[,:])"


def findings(talk: Talk, zone: tzinfo) -> list[SummaryLine]:
    """Lines of every section but ``talk`` and ``number``, in order of time."""
    people = {turn.author for turn in talk.turns if turn.author}
    found: list[SummaryLine] = []
    for at, turn in enumerate(talk.turns):
        found += _shared(talk, turn)
        if is_chatter(turn):
            continue
        if _is_open(talk.turns, at):
            found.append(_line(talk, turn, "question", _asking(turn)))
        for sentence in _sentences(turn):
            if _decides(turn, sentence):
                found.append(_line(talk, turn, "decision", sentence))
                break
        for sentence in _sentences(turn):
            owner = _owner(turn, sentence, people)
            due = due_of(sentence, turn.sent_at.astimezone(zone).date())
            if _is_to_do(turn, sentence, has_owner=owner is not None, has_due=due is not None):
                found.append(_line(talk, turn, "action", sentence, owner=owner, due=due))
                break
    return found


def quoted(turn: Turn, text: str) -> str:
    """Words of a message with the name of who said them, on one line of readable length."""
    plain = " ".join(text.split())
    plain = plain if len(plain) <= LINE_CHARS else plain[: LINE_CHARS - 1] + "…"
    return f"{turn.author}: {plain}" if turn.author else plain


def due_of(sentence: str, said_on: date) -> date | None:
    """The first day from ``said_on`` on that a sentence names; None when it names none, or does not call it a limit."""
    if not (CUES["deadline"].search(sentence) or CUES["date"].search(sentence)):
        return None
    days = set(days_named(with_certain_digits(normalize(sentence)), said_on))
    for figure in claimed_figures(sentence):
        for fact in (fact for reading in figure.readings for fact in reading):
            named = _DATE.fullmatch(fact)
            if named is not None:
                days.update(_near(int(named[1]), int(named[2]), said_on))
    return min((day for day in days if day >= said_on), default=None)


def _near(month: int, day: int, said_on: date) -> Iterator[date]:
    """The day of this or the next year: what was said in December about January is of the next."""
    for year in (said_on.year, said_on.year + 1):
        try:
            named = date(year, month, day)
        except ValueError:
            continue
        if named >= said_on:
            yield named
            return
        if said_on - named < _LONG_PAST:
            return


def _sentences(turn: Turn) -> list[str]:
    return [text for text in split_sentences(plain_words(turn.text[:_LONGEST_READ])) if len(text) >= _SHORTEST]


def _decides(turn: Turn, sentence: str) -> bool:
    if asks(sentence) or CUES["undecided"].search(sentence):
        return False
    decided = CUES["decided"].search(sentence) is not None
    if "decision" in turn.categories:
        return decided or any(CUES[cue].search(sentence) for cue in ("let_us", "dropped", "from_now"))
    return decided and CUES["first_person"].search(sentence) is not None and "question" not in turn.categories


def _is_to_do(turn: Turn, sentence: str, *, has_owner: bool, has_due: bool) -> bool:
    if CUES["vague"].search(sentence):
        return False
    promised, requested = CUES["promise"].search(sentence), CUES["request"].search(sentence)
    if not (promised or requested) or (asks(sentence) and not requested):
        return False
    # A category alone is right in four of ten cases: somebody or some day must be named with it.
    return has_owner and ("action_item" in turn.categories or has_due)


def _owner(turn: Turn, sentence: str, people: Collection[str]) -> str | None:
    """Who is to do it: whom the sentence names or mentions, or the author who promises it."""
    for mention in MENTION.findall(sentence):
        name = mention[1:].strip(".,，。:：")
        for person in people:
            if person.casefold() in (name.casefold(), name.replace(".", " ").replace("_", " ").casefold()):
                return person
    for person in sorted(people, key=len, reverse=True):
        if re.search(rf"{re.escape(person)}{_OWES_ZH}|\b{re.escape(person)}{_OWES_EN}", sentence):
            return person
    if CUES["promise"].search(sentence) and not CUES["request"].search(sentence):
        return turn.author or None
    return None


def _asking(turn: Turn) -> str:
    return next((sentence for sentence in reversed(_sentences(turn)) if asks(sentence)), plain_words(turn.text))


def _is_open(turns: Sequence[Turn], at: int) -> bool:
    """A question to which nobody said anything that could be its answer."""
    turn = turns[at]
    if "question" not in turn.categories or not asks(turn.text) or len(plain_words(turn.text)) < _SHORTEST:
        return False
    for later, other in enumerate(turns[at + 1 :], start=at + 1):
        if other.author_id == turn.author_id:
            if CUES["thanks"].search(other.text):
                return False
            continue
        replies = other.reply_to == turn.record_id or (other.reply_to is None and later == at + 1)
        if (replies or (later - at <= _NEAR and "answer" in other.categories)) and _could_answer(other):
            return False
    return True


def _could_answer(turn: Turn) -> bool:
    if turn.shared:
        return True
    return not asks(turn.text) and not CUES["unknowing"].search(turn.text) and len(plain_words(turn.text)) > 0


def _shared(talk: Talk, turn: Turn) -> Iterator[SummaryLine]:
    for part in turn.shared:
        told = f"{part.name} {part.url}" if part.url and part.url != part.name else part.name
        yield _line(talk, turn, "file", f"{told} {part.caption}".strip())


def _line(
    talk: Talk,
    turn: Turn,
    section: Section,
    text: str,
    *,
    owner: str | None = None,
    due: date | None = None,
) -> SummaryLine:
    return SummaryLine(
        section=section,
        text=quoted(turn, text),
        record_ids=(turn.record_id,),
        time=turn.sent_at,
        channel_id=talk.channel_id,
        owner=owner,
        due=due,
        quoted=True,
    )
