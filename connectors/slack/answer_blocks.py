"""Messages of the bot as Block Kit: answers with their sources and buttons, posts, failures, cards, work in progress.

Own messages are told apart by a block id: ``answer:<answer_id>`` or ``post:<post_id>``; all others are only talk around
them. When a text takes several messages, one of them carries it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connectors.connector import Answer, Card, Citation, Language, Notice
from connectors.slack.commands_shown import as_typed
from connectors.slack.formatting import escaped, link, moment, notification, rich_text, small
from connectors.slack.kit import Block, actions, button, context, section
from connectors.slack.saying import Key, say
from connectors.slack.splitting import cut, split

FEEDBACK_ACTION: Final = "answer_feedback"
AGAIN_ACTION: Final = "answer_again"
MEANT_ACTION: Final = "answer_meant"
CARD_CONFIRM_ACTION: Final = "card_confirm"
CARD_CANCEL_ACTION: Final = "card_cancel"
ANSWER_BLOCK: Final = "answer:"
POST_BLOCK: Final = "post:"

MESSAGE_CHARACTERS: Final = 9_000
"""Of the words of one message; with sources and buttons all of it stays below Slack's 13,200."""
UPDATED_CHARACTERS: Final = 3_900
"""Of the text beside the blocks in ``chat.update``."""
_BLOCK_CHARACTERS: Final = 2_900
_SOURCES: Final = 8
_FOUND: Final = 4
_QUOTE_CHARACTERS: Final = 140


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it is sent; ``text`` is what notifications and the archive take for it."""

    text: str
    blocks: tuple[Block, ...]


def answer_messages(answer: Answer, *, more: Sequence[Block] = ()) -> list[Shown]:
    """An answer, nearly always as one message; ``more`` blocks end the last one, which carries the answer's id."""
    if is_saying(answer):
        return said_messages(answer.answer_id, answer.text, answer.citations, more=more)
    end = [*sources_blocks(answer), *meant_blocks(answer), *feedback_blocks(answer), *more]
    return _messages(answer.text, answer.citations, end)


def is_saying(answer: Answer) -> bool:
    """Whether it is no answer from the archive (help, lists, outcomes of commands): it is not stored or judged."""
    return answer.reason == "said" and not answer.abstained


def said_messages(said_id: str, text: str, citations: Sequence[Citation], *, more: Sequence[Block] = ()) -> list[Shown]:
    """Something said that cannot be judged; its last words carry its id. Without sources it quotes nothing."""
    messages = _messages(text if citations else as_typed(text), citations, list(more))
    last = messages[-1]
    at = len(last.blocks) - len(more) - 1
    marked = last.blocks[at] | {"block_id": f"{POST_BLOCK}{said_id}"}
    return [*messages[:-1], Shown(last.text, (*last.blocks[:at], marked, *last.blocks[at + 1 :]))]


def post_messages(post_id: str, text: str, citations: Sequence[Citation], language: Language) -> list[Shown]:
    """Something that the bot says by itself, such as a digest; the first message carries its id."""
    first, *others = _messages(text, citations, [])
    *body, last = [*first.blocks, context(escaped(say("digest", language)))] if citations else first.blocks
    return [Shown(first.text, (*body, last | {"block_id": f"{POST_BLOCK}{post_id}"})), *others]


def sources_blocks(answer: Answer) -> list[Block]:
    """The numbered sources, each leading to its original. Abstentions quote what they found in their text."""
    language, blocks = answer.language, list[Block]()
    shown = answer.citations[:_SOURCES]
    if shown and not answer.abstained:
        lines = [f"*{say('sources', language)}*", *(_source(citation, language) for citation in shown)]
        if len(answer.citations) > len(shown):
            lines.append(say("more_sources", language, count=len(answer.citations) - len(shown)))
        blocks += [_small_print(lines[at : at + 5]) for at in range(0, len(lines), 5)]
    if answer.abstained and answer.reason:
        blocks.append(_code(answer.reason, language))
    return blocks


def meant_blocks(answer: Answer) -> list[Block]:
    """What was perhaps meant, with a button that gives its standard answer."""
    if not answer.meant:
        return []
    said = escaped(say("meant", answer.language, question=answer.meant))
    show = button(say("meant_button", answer.language), action_id=MEANT_ACTION, value=answer.answer_id)
    return [section(said, accessory=show)]


def feedback_blocks(answer: Answer) -> list[Block]:
    """👍 👎 and another try."""
    language, answer_id = answer.language, answer.answer_id
    feedback: Block = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK_ACTION,
        "positive_button": _side("up", "helpful", "helpful_label", answer),
        "negative_button": _side("down", "not_helpful", "not_helpful_label", answer),
    }
    again = button(say("again", language), action_id=AGAIN_ACTION, value=answer_id)
    return [
        {"type": "context_actions", "block_id": f"{ANSWER_BLOCK}{answer_id}", "elements": [feedback]},
        actions([again]),
    ]


def notice_message(notice: Notice, language: Language) -> Shown:
    """A failure: what happened, what to do, and the code for those who look it up."""
    between = "" if language == "zh" else " "
    text = as_typed(f"{notice.sentence}{between}{notice.hint}".strip())
    return Shown(notification(text), (rich_text(text, ()), _code(notice.code, language)))


def card_message(card: Card) -> Shown:
    """A question with two buttons; the one that deletes looks like it."""
    confirm = button(
        card.confirm,
        action_id=CARD_CONFIRM_ACTION,
        value=card.card_id,
        style="danger" if card.deletes else "primary",
    )
    cancel = button(card.cancel, action_id=CARD_CANCEL_ACTION, value=card.card_id)
    blocks = _body(cut(card.text, MESSAGE_CHARACTERS), ())
    return Shown(notification(card.text), (*blocks, actions([confirm, cancel], block_id=f"card:{card.card_id}"[:255])))


def plain_message(text: str) -> Shown:
    """Nothing but words, such as what came of a card."""
    text = as_typed(text)
    return Shown(notification(text), tuple(_body(cut(text, MESSAGE_CHARACTERS), ())))


def progress_message(*, status: str, text: str, citations: Sequence[Citation], language: Language) -> Shown:
    """An answer being made, where it cannot be streamed: what there is (first the sources), and that more comes."""
    said = cut(text.strip(), MESSAGE_CHARACTERS)
    now = say("writing", language) if said else status.strip() or say("searching", language)
    found = [] if said else [_named(citation) for citation in citations[:_FOUND]]
    return Shown(
        notification(said or now),
        (*(_body(said, citations) if said else ()), _small_print([escaped(now), *found])),
    )


def _messages(text: str, citations: Sequence[Citation], end: Sequence[Block]) -> list[Shown]:
    """The end goes to the last message."""
    parts = split(text, MESSAGE_CHARACTERS) or ["…"]
    last = len(parts) - 1
    return [
        Shown(notification(part), (*_body(part, citations), *(end if at == last else ())))
        for at, part in enumerate(parts)
    ]


def _body(text: str, citations: Sequence[Citation]) -> list[Block]:
    return [rich_text(part, citations) for part in split(text, _BLOCK_CHARACTERS) or ["…"]]


def _source(citation: Citation, language: Language) -> str:
    """A line of small print: where it is from, and the words themselves."""
    page = citation.page or ""
    page = say("page", language, page=page) if page.isdigit() else page
    where = [
        f"📄 {small(cut(citation.file_name, 80))}" if citation.file_name else "",
        small(page),
        small(cut(citation.author, 60)),
        small(f"#{cut(citation.channel_name, 60)}") if citation.channel_name else "",
        moment(citation.time),
        say("replaced", language) if citation.outdated_by else "",
    ]
    quote = small(cut(" ".join(citation.quote.split()), _QUOTE_CHARACTERS))
    line = f"{link(citation.permalink, f'[{citation.n}]')} {' · '.join(part for part in where if part)}"
    return f"{line}\n“{quote}”" if quote else line


def _named(citation: Citation) -> str:
    """A source before the answer: no quotation yet, that would be read as one."""
    where = [small(cut(citation.file_name or citation.author, 80))]
    where += [small(f"#{cut(citation.channel_name, 60)}")] if citation.channel_name else []
    return f"{link(citation.permalink, f'[{citation.n}]')} {' · '.join(where)}"


def _small_print(lines: Sequence[str]) -> Block:
    """``verbatim``: Slack must not make links of addresses in quotations."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": "\n".join(lines), "verbatim": True}]}


def _code(code: str, language: Language) -> Block:
    return context(escaped(say("code", language, code=cut(code, 80))))


def _side(sign: str, text: Key, label: Key, answer: Answer) -> Block:
    return {
        "text": {"type": "plain_text", "text": say(text, answer.language)},
        "accessibility_label": say(label, answer.language),
        "value": f"{sign}:{answer.answer_id}",
    }
