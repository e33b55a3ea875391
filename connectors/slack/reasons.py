"""The thank-you after a verdict: taking it back, and what was wrong with the answer."""

import json
from collections.abc import Sequence
from typing import Final, get_args

from connectors.connector import DownReason, Language, VerdictKind
from connectors.slack.desk_texts import DeskText, say
from connectors.slack.kit import Block, actions, button, field, modal, section, text_input

UNDO: Final = "feedback_undo"
REASON: Final = "feedback_reason:"
COMMENT: Final = "feedback_comment"
COMMENT_FIELD: Final = "comment"
REASONS: Final[tuple[DownReason, ...]] = get_args(DownReason)

_LABELS: Final[dict[DownReason, DeskText]] = {
    "irrelevant": "reason_irrelevant",
    "incomplete": "reason_incomplete",
    "wrong": "reason_wrong",
    "outdated": "reason_outdated",
    "should_not_be_shown": "reason_should_not_be_shown",
    "other": "reason_other",
}


def thanks(
    answer_id: str,
    verdict: VerdictKind,
    language: Language,
    *,
    chosen: Sequence[DownReason] = (),
    commented: bool = False,
) -> tuple[str, list[Block]]:
    """The words, and the same with buttons. Each button carries what was chosen so far: Slack keeps no state here."""
    if verdict == "withdrawn":
        text = say("withdrawn", language)
        return text, [section(text)]
    undo = button(say("undo", language), action_id=UNDO, value=answer_id)
    if verdict == "up" or commented:
        # No reasons are offered after a comment: choosing one would replace it.
        text = say("thanks_comment" if commented else "thanks_up", language)
        return text, [section(text), actions([undo])]
    text = say("thanks_reasons" if chosen else "thanks_down", language)
    offered = [
        button(
            ("✓ " if reason in chosen else "") + say(_LABELS[reason], language),
            action_id=f"{REASON}{reason}",
            value=f"{','.join(chosen)}|{answer_id}",
            style="primary" if reason in chosen else None,
        )
        for reason in REASONS
    ]
    return text, [section(text), actions(offered), actions([undo])]


def chosen_in(value: str) -> tuple[tuple[DownReason, ...], str]:
    """What a reason's button carries: the reasons chosen before, and the answer."""
    before, _, answer_id = value.partition("|")
    return tuple(reason for reason in REASONS if reason in before.split(",")), answer_id


def switched(chosen: Sequence[DownReason], action_id: str) -> tuple[DownReason, ...]:
    """The reasons after the button was pressed: one more, or one less."""
    pressed = action_id.removeprefix(REASON)
    return tuple(reason for reason in REASONS if (reason in chosen) != (reason == pressed))


def comment_form(answer_id: str, chosen: Sequence[DownReason], response_url: str, language: Language) -> Block:
    """Where people say in words what was wrong."""
    what = text_input(action_id="text", multiline=True, placeholder=say("comment_placeholder", language))
    return modal(
        say("comment_title", language),
        [field(say("comment_label", language), what, block_id=COMMENT_FIELD)],
        close=say("close", language),
        submit=say("send", language),
        callback_id=COMMENT,
        private_metadata=json.dumps([answer_id, list(chosen), response_url]),
    )
