"""Which channel an inner event changes, and whether it is about the bot."""

from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.identity import Identity

_KINDS = ("archive", "unarchive", "rename", "shared", "unshared", "convert_to_private", "convert_to_public")
CHANGES = frozenset(f"{place}_{kind}" for place in ("channel", "group") for kind in _KINDS)
"""Events after which a channel is another one than before."""
DELETIONS = frozenset({"channel_deleted", "group_deleted"})
MEMBERSHIPS = frozenset({"member_joined_channel", "member_left_channel"})
REMOVALS = frozenset({"channel_left", "group_left"})
"""The bot was taken out."""
SUBTYPES = frozenset(
    {f"{place}_{kind}" for place in ("channel", "group") for kind in ("name", "archive", "unarchive")}
    | {"channel_convert_to_private", "channel_convert_to_public"}
)
"""System messages that tell of a changed channel, some of them nothing else does."""


def channel_of(event: Payload) -> str:
    """The channel that an event names, by its id or as an object."""
    return text_of(event, "channel") or text_of(object_of(event, "channel"), "id")


def changed_channel(event: Payload) -> str:
    """The channel that is another one after this event; empty when there is none."""
    kind = text_of(event, "type")
    if kind in CHANGES or kind in DELETIONS or (kind == "message" and text_of(event, "subtype") in SUBTYPES):
        return channel_of(event)
    return text_of(event, "new_channel_id") if kind == "channel_id_changed" else ""


def is_of_bot(event: Payload, me: Identity) -> bool:
    """Whether the user of an event is the bot."""
    return text_of(event, "user") == me.bot_user_id
