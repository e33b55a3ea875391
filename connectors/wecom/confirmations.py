"""A question with two buttons as a card, and what takes its place."""

from typing import Final

from connectors.connector import Card, Decision, Language
from connectors.wecom.cards import TITLE, button, button_card, ended_card, new_task_id
from connectors.wecom.site import CardChange, Json
from connectors.wecom.texts import Key, say

CONFIRM: Final = "confirm:"
_PRIMARY: Final = 1
_PLAIN: Final = 2
_DANGER: Final = 3

_PRESSED: Final[dict[str, Key]] = {
    "done": "confirmed",
    "failed": "failed",
    "cancelled": "cancelled",
    "expired": "is_over",
}


def card_of(card: Card, language: Language) -> Json:
    """The card; only who asked may choose, and it says so, because everybody in the chat sees it."""
    title, rest = _headline(card.text, say("please_confirm", language))
    return button_card(
        title,
        rest,
        [
            button(card.cancel, f"{CONFIRM}no:{card.card_id}", style=_PLAIN),
            button(card.confirm, f"{CONFIRM}yes:{card.card_id}", style=_DANGER if card.deletes else _PRIMARY),
        ],
        task_id=new_task_id("confirm", card.card_id),
        language=language,
        description=say("only_asker", language),
    )


def choice_in(key: str) -> tuple[str, bool] | None:
    """The card's id and whether it was confirmed; None for another key."""
    kind, _, rest = key.partition(":")
    side, _, card_id = rest.partition(":")
    return (card_id, side == "yes") if f"{kind}:" == CONFIRM and side in ("yes", "no") and card_id else None


def decided_card(decision: Decision, *, task_id: str, language: Language) -> CardChange:
    """What came of it, for everybody; while it runs, a button that asks again."""
    if decision.state == "running":
        see = button(say("see", language), f"{CONFIRM}yes:{decision.card_id}")
        card = button_card(say("running", language), "", [see], task_id=task_id, language=language)
    else:
        pressed = say(_PRESSED[decision.state], language)
        title, rest = _headline(decision.text, pressed)
        card = ended_card(title, rest, pressed, task_id=task_id, language=language)
    return CardChange(card=card)


def refused_card(*, task_id: str, language: Language) -> CardChange:
    """For somebody else than who asked, who alone sees it."""
    text = say("not_yours_hint", language)
    card = ended_card(say("not_yours", language), text, say("is_over", language), task_id=task_id, language=language)
    return CardChange(card=card, alone=True)


def over_card(*, task_id: str, language: Language) -> CardChange:
    """Of a card that nothing is known of any more."""
    over = say("is_over", language)
    title, rest = _headline(say("card_over", language), over)
    return CardChange(card=ended_card(title, rest, over, task_id=task_id, language=language))


def _headline(text: str, otherwise: str) -> tuple[str, str]:
    """The first sentence as the title where it fits; else another title, and the whole below."""
    text = text.strip()
    for mark in ("？", "。", "！", "? ", ". ", "! ", "\n"):
        head, found, rest = text.partition(mark)
        if found and len(head) < TITLE:
            return f"{head}{mark}".strip(), rest.strip()
    return (text, "") if len(text) <= TITLE else (otherwise, text)
