"""A question with two buttons as a card, and what takes its place."""

from typing import Final

from connectors.connector import Card, Decision, Language
from connectors.wecom.cards import button, button_card, ended_card, new_task_id
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
    title, rest = _headline(card.text)
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
    title, rest = _headline(decision.text)
    if decision.state == "running":
        see = button(say("see", language), f"{CONFIRM}yes:{decision.card_id}")
        card = button_card(say("running", language), "", [see], task_id=task_id, language=language)
    else:
        card = ended_card(title, rest, say(_PRESSED[decision.state], language), task_id=task_id, language=language)
    return CardChange(card=card)


def refused_card(*, task_id: str, language: Language) -> CardChange:
    """For somebody else than who asked, who alone sees it."""
    text = say("not_yours_hint", language)
    card = ended_card(say("not_yours", language), text, say("is_over", language), task_id=task_id, language=language)
    return CardChange(card=card, alone=True)


def over_card(*, task_id: str, language: Language) -> CardChange:
    """Of a card that nothing is known of any more."""
    title, rest = _headline(say("card_over", language))
    return CardChange(card=ended_card(title, rest, say("is_over", language), task_id=task_id, language=language))


def _headline(text: str) -> tuple[str, str]:
    """The first sentence as the title when it is one; the whole below when it is too long for that."""
    text = text.strip()
    for mark in ("？", "。", "！", "? ", ". ", "! ", "\n"):
        head, found, rest = text.partition(mark)
        if found and len(head) < 26:
            return (head + mark).strip(), rest.strip()
    return (text, "") if len(text) <= 26 else (text, text)
