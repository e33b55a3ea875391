"""The bot's own messages: which of them are answers and posts, to be shown as such and never searched."""

from connectors.slack.fields import Payload, objects_of, text_of
from connectors.slack.identity import Identity

ANSWER_PREFIX = "answer:"
POST_PREFIX = "post:"
_ID_LIMIT = 200


def is_own(message: Payload, me: Identity) -> bool:
    """Whether the bot wrote it. Slack says so; nobody else's message can."""
    return text_of(message, "user") == me.bot_user_id or text_of(message, "bot_id") == me.bot_id


def shown_answer(message: Payload, me: Identity) -> str | None:
    """The answer (or post) that a message of the bot's shows, by the id of one of its blocks; None of any other."""
    if not is_own(message, me):
        return None
    for block in reversed(list(objects_of(message, "blocks"))):
        block_id = text_of(block, "block_id")
        for prefix in (ANSWER_PREFIX, POST_PREFIX):
            found = block_id.removeprefix(prefix)
            if found != block_id and found and len(found) <= _ID_LIMIT and found.isprintable():
                return found
    return None
