"""The forms that shortcuts open. What they carry between two steps is ids and addresses, never words of messages."""

import json
from collections.abc import Sequence
from typing import Any, Final

from connectors.connector import Answer, Card, Language, Notice
from connectors.live_host import CategoryView
from connectors.slack.answer_blocks import sources_blocks
from connectors.slack.commands_shown import as_typed
from connectors.slack.desk_texts import DeskText, say
from connectors.slack.fields import Payload, text_of
from connectors.slack.formatting import escaped, rich_text
from connectors.slack.kit import MOST_OPTIONS, Block, context, field, modal, option, section, text_input
from connectors.slack.splitting import split

ASK: Final = "ask_about_thread"
KEEP: Final = "keep_under_category"
STANDARD: Final = "make_standard_answer"
SEARCH: Final = "search_archive"
CARD: Final = "decide_card"
"""Callback ids; the first four are those of the shortcuts in the manifest."""

QUESTION: Final = "question"
WHERE: Final = "where"
CATEGORY: Final = "category"
TEXT: Final = "text"
QUERY: Final = "query"
"""Block ids of inputs."""

EVERYBODY: Final = "everybody"
_ONLY_ME: Final = "me"
_BLOCK_CHARACTERS: Final = 2_900
_PARTS: Final = 20


def carried(*values: str) -> str:
    """For ``private_metadata``."""
    return json.dumps(values)


def carried_by(view: Payload) -> list[str]:
    """What a form carries."""
    values: Any = json.loads(text_of(view, "private_metadata") or "[]")
    return [str(value) for value in values]


def ask_form(language: Language, metadata: str) -> Block:
    """A question about a thread."""
    only_me = option(say("ask_only_me", language), _ONLY_ME)
    choices = {
        "type": "radio_buttons",
        "action_id": "where",
        "options": [only_me, option(say("ask_everybody", language), EVERYBODY)],
        "initial_option": only_me,
    }
    words = text_input(action_id="text", multiline=True, placeholder=say("ask_placeholder", language))
    return modal(
        say("ask_title", language),
        [
            field(say("ask_label", language), words, block_id=QUESTION),
            field(say("ask_where", language), choices, block_id=WHERE),
        ],
        close=say("cancel", language),
        submit=say("ask_send", language),
        callback_id=ASK,
        private_metadata=metadata,
    )


def category_form(categories: Sequence[CategoryView], language: Language, metadata: str) -> Block:
    """Which category a message belongs to."""
    if not categories:
        return said_form("keep_title", say("keep_none", language), language)
    options = [option(category.name, category.category_id) for category in categories[:MOST_OPTIONS]]
    choice = {"type": "static_select", "action_id": "category", "options": options}
    return modal(
        say("keep_title", language),
        [field(say("keep_label", language), choice, block_id=CATEGORY)],
        close=say("cancel", language),
        submit=say("keep_send", language),
        callback_id=KEEP,
        private_metadata=metadata,
    )


def standard_form(question: str, text: str, language: Language, metadata: str) -> Block:
    """What is to be answered from now on."""
    hint = say("standard_question_hint", language)
    asked = text_input(action_id="question", initial=question, multiline=True)
    answered = text_input(action_id="text", initial=text, multiline=True)
    return modal(
        say("standard_title", language),
        [
            field(say("standard_question", language), asked, block_id=QUESTION, hint=hint),
            field(say("standard_answer", language), answered, block_id=TEXT),
        ],
        close=say("cancel", language),
        submit=say("standard_send", language),
        callback_id=STANDARD,
        private_metadata=metadata,
    )


def search_form(language: Language, *, query: str = "", below: Sequence[Block] = ()) -> Block:
    """A search, with what was found below it."""
    words = text_input(action_id="query", initial=query, placeholder=say("search_placeholder", language))
    return modal(
        say("search_title", language),
        [
            field(say("search_label", language), words, block_id=QUERY),
            *(below or [context(escaped(say("search_hint", language)))]),
        ],
        close=say("close", language),
        submit=say("search_send", language),
        callback_id=SEARCH,
    )


def said_form(title: DeskText, text: str, language: Language) -> Block:
    """A form that only says something, in plain text."""
    return modal(say(title, language), [section(escaped(text))], close=say("close", language))


def card_form(card: Card, language: Language) -> Block:
    """A question before something is changed; closing the form leaves everything as it is."""
    return modal(
        say("card_title", language),
        [section(escaped(card.text))],
        close=card.cancel,
        submit=card.confirm,
        callback_id=CARD,
        private_metadata=carried(card.card_id),
    )


def end_form(end: Answer | Notice | Card | None, language: Language) -> Block:
    """Whatever a conversation ended with."""
    if isinstance(end, Card):
        return card_form(end, language)
    return modal(say("result_title", language), end_blocks(end, language), close=say("close", language))


def end_blocks(end: Answer | Notice | Card | None, language: Language) -> list[Block]:
    """The same inside another form; a card only with its words."""
    match end:
        case Answer():
            text = end.text if end.citations else as_typed(end.text)
            parts = split(text, _BLOCK_CHARACTERS)[:_PARTS]
            return [*(rich_text(part, end.citations) for part in parts or ["…"]), *sources_blocks(end)]
        case Notice():
            return [section(escaped(as_typed(f"{end.sentence} {end.hint}".strip()))), context(escaped(end.code))]
        case Card():
            return [section(escaped(end.text))]
        case None:
            return [section(escaped(say("nothing_said", language)))]
