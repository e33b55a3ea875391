"""Who wrote a message, as it says itself."""

from dataclasses import dataclass

from connectors.slack.fields import Payload, first_text, object_of, text_of

UNKNOWN = "unknown"
"""The id of whoever wrote a message that does not say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """``is_integration``: an app that has no user of its own; then ``name`` is what it calls itself, often nothing."""

    slack_id: str
    is_integration: bool = False
    name: str = ""


def author_of(message: Payload) -> Author | None:
    """The user; else the integration; else, in old messages about a file, its owner; None when it does not say."""
    user_id = (
        text_of(message, "user")
        or text_of(object_of(message, "comment"), "user")
        or text_of(object_of(message, "user_profile"), "id")
    )
    if user_id:
        return Author(slack_id=user_id)
    bot_id = text_of(message, "bot_id")
    name = first_text(message, "username") or first_text(object_of(message, "bot_profile"), "name")
    if bot_id or name:
        return Author(slack_id=bot_id or f"bot:{name}", is_integration=True, name=name)
    owner = text_of(object_of(message, "file"), "user")
    return Author(slack_id=owner) if owner else None
