"""What a conversation holds besides its gist, found by rules: decisions, action items, open questions, files, links.

No model is asked: each line is a sentence of one message in its own words.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta, tzinfo

from bot.answering.claims import CJK
from bot.answering.days import days_named
from bot.answering.figures import claimed_figures
from bot.answering.numerals import with_certain_digits
from bot.answering.sentences import split_sentences
from bot.summaries.choosing import is_chatter
from bot.summaries.lines import Section, SummaryLine
from bot.summaries.talk import Talk, Turn
from bot.summaries.wording import said_words
from knowledge.categories.cues import CUES, MENTION
from knowledge.categories.features import asks, plain_words
from knowledge.lexical import normalize

LINE_CHARS = 200
_SHORTEST = 6
_LONGEST_READ = 2000
"""Characters of a pasted page that are looked through."""
_NEAR = 4
"""Turns after a question in which an answer that is no reply to it may stand."""
_SETTLED = re.compile(
    r"决定(?!是|性|于)|拍板|敲定|定了|定下来|结论[:：是]|就这么(?:办|定)"
    r"|\b(?:we|they|team|board|sales|legal|management|it(?:'s| is| was)|(?:has|have) been|is|was|are|were|all)\b"
    r"[^.!?]{0,20}\b(?:decided|agreed|approved|signed off)\b"
    r"|\b(?:decided|decision|conclusion|final call|agreed):|^(?:decided|agreed)\b",
    re.IGNORECASE,
)
"""Says by itself that something is settled; other words need the category as well."""
_A_DECISION = re.compile(r"的决定|\b(?:good|best|bad|right|wrong|tough) decision\b", re.IGNORECASE)
"""What people think of one is none."""
_SAYING = re.compile(
    r"\b(?:have to|must|'ll|will) (?:admit|say|confess|see|be|bet|guess|never)\b"
    r"|\b(?:try|next time|one day|i think|i guess|if i)\b",
    re.IGNORECASE,
)
"""Promises nothing."""
_ITEM = re.compile(
    r"^\s*(?:[-*•·◦]|\d{1,2}[.)、）])?\s*@?(?P<name>[^\s:：,，。]{1,20}(?: [A-Z][\w.]{0,15})?)\s*[:：]"
    r"\s*(?P<task>\S.+)$"
)
_DATE = re.compile(r"date (\d{1,2})-(\d{1,2})")
_LONG_PAST = timedelta(days=60)
_OWES_ZH = r"\s*(?:负责|来(?!自)|去|跟进|你|麻烦|记得|请|处理|帮忙)"
_OWES_EN = r"(?:,?\s+(?:will|to|can|could|would|please|is going to|takes?|owns?)\b|\s*[,:])"


def findings(talk: Talk, zone: tzinfo) -> list[SummaryLine]:
    """Lines of every section but ``talk`` and ``number``, in order of time."""
    people = sorted(talk.people or {turn.author for turn in talk.turns if turn.author})
    found: list[SummaryLine] = []
    for at, turn in enumerate(talk.turns):
        found += _shared(talk, turn)
        if is_chatter(turn):
            continue
        if _is_open(talk.turns, at):
            found.append(_line(talk, turn, "question", quoted(turn, _asking(turn))))
        decided = next((sentence for sentence in _sentences(turn) if _decides(turn, sentence)), None)
        if decided is not None:
            found.append(_line(talk, turn, "decision", quoted(turn, decided)))
        found += _actions(talk, turn, people, zone)
    return found


def quoted(turn: Turn, text: str) -> str:
    """Words of a message with the name of who said them, on one line: the whole message where that is short."""
    whole = " ".join(said_words(turn.text).split())
    return _by(turn, whole if len(whole) <= LINE_CHARS else text)


def _by(turn: Turn, text: str) -> str:
    plain = " ".join(text.split())
    plain = plain if len(plain) <= LINE_CHARS else plain[: LINE_CHARS - 1] + "…"
    return f"{turn.author}: {plain}" if turn.author else plain


def due_of(sentence: str, said_on: date) -> date | None:
    """The first day from ``said_on`` on that a sentence names; None when it names none, or does not call it a limit."""
    limits = CUES["deadline"].search(sentence) or CUES["date"].search(sentence)
    return _day_in(sentence, said_on) if limits else None


def _day_in(text: str, said_on: date) -> date | None:
    days = set(days_named(with_certain_digits(normalize(text)), said_on))
    for figure in claimed_figures(text):
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
    return [text for text in split_sentences(said_words(turn.text[:_LONGEST_READ])) if len(text) >= _SHORTEST]


def _decides(turn: Turn, sentence: str) -> bool:
    if asks(sentence) or CUES["undecided"].search(sentence):
        return False
    sentence = _A_DECISION.sub(" ", sentence)
    if "decision" in turn.categories:
        return any(CUES[cue].search(sentence) for cue in ("decided", "let_us", "dropped", "from_now"))
    return _SETTLED.search(sentence) is not None


def _actions(talk: Talk, turn: Turn, people: Collection[str], zone: tzinfo) -> Iterator[SummaryLine]:
    """What is assigned line by line, or else the first thing that somebody has to do."""
    said_on = turn.sent_at.astimezone(zone).date()
    assigned = list(_assigned(turn, people))
    for name, task in assigned:
        yield _line(talk, turn, "action", task, owner=name, due=_day_in(task, said_on))
    if assigned:
        return
    for sentence in _sentences(turn):
        if not _asks_for_work(sentence):
            continue
        owner, due = _owner(turn, sentence, people), due_of(sentence, said_on)
        # A category alone is right in four of ten cases: somebody or some day must be named with it.
        if owner is not None and ("action_item" in turn.categories or due is not None):
            yield _line(talk, turn, "action", quoted(turn, sentence), owner=owner, due=due)
            return


def _assigned(turn: Turn, people: Collection[str]) -> Iterator[tuple[str, str]]:
    """Lines such as "• Bo: the floor plan, 11-22": a person, a colon and a task, in a list of at least two."""
    listed = [item for line in turn.text[:_LONGEST_READ].splitlines() if (item := _ITEM.match(line)) is not None]
    for item in listed if len(listed) > 1 else ():
        owner = next((person for person in people if _is_called(person, item["name"])), None)
        if owner is not None:
            yield owner, f"{item['name']}: {' '.join(item['task'].split())}"[:LINE_CHARS]


def _is_called(person: str, name: str) -> bool:
    """By the whole name or, as people do, by a part of it: 小满 is 赵小满."""
    plain, called = person.casefold(), name.casefold()
    return (
        called == plain
        or called in plain.split()
        or (len(called) > 1 and CJK.search(called) is not None and plain.endswith(called))
    )


def _asks_for_work(sentence: str) -> bool:
    """Whether it promises or requests something definite."""
    plain = sentence.replace("’", "'")
    if CUES["vague"].search(plain) or _SAYING.search(plain):
        return False
    requested = CUES["request"].search(plain) is not None
    return requested or (CUES["promise"].search(plain) is not None and not asks(plain))


def _owner(turn: Turn, sentence: str, people: Collection[str]) -> str | None:
    """Who is to do it: the author who promises it, or whom the sentence mentions or names."""
    plain = sentence.replace("’", "'")
    if CUES["promise"].search(plain) and not CUES["request"].search(plain):
        return turn.author or None
    for mention in MENTION.findall(sentence):
        name = mention[1:].strip(".,，。:：")
        for person in people:
            if person.casefold() in (name.casefold(), name.replace(".", " ").replace("_", " ").casefold()):
                return person
    for person in sorted(people, key=len, reverse=True):
        if re.search(rf"{re.escape(person)}{_OWES_ZH}|\b{re.escape(person)}{_OWES_EN}", sentence):
            return person
    return None


def _asking(turn: Turn) -> str:
    return next((sentence for sentence in reversed(_sentences(turn)) if asks(sentence)), said_words(turn.text))


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
        told = part.name if not part.url else part.url if part.name in part.url else f"{part.name} {part.url}"
        yield _line(talk, turn, "file", _by(turn, f"{told} {part.caption}"))


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
        text=text,
        record_ids=(turn.record_id,),
        time=turn.sent_at,
        channel_id=talk.channel_id,
        owner=owner,
        due=due,
        quoted=True,
    )
