"""How WeCom's ids become ours. Robot, app and message archive agree here, so that the same group is one channel."""

from collections.abc import Collection
from hashlib import sha256

from connectors.events import ChannelId, PersonId, RecordId


def group_id(chat_id: str) -> ChannelId:
    """A group: ``chatid`` of a robot, ``roomid`` of the message archive."""
    return ChannelId(f"wecom:{chat_id}")


def direct_id(way: str, user_id: str) -> ChannelId:
    """The direct chat of a person with one of our robots or apps; ``way`` is its name in the settings."""
    return ChannelId(f"wecom:direct:{way}:{user_id}")


def pair_id(one: str, other: str) -> ChannelId:
    """The direct chat of two people, known from the message archive alone."""
    return ChannelId("wecom:pair:" + ":".join(sorted((one, other))))


def several_id(user_ids: Collection[str]) -> ChannelId:
    """What people said to each other outside groups, such as a call: the pair of two, else all of them together."""
    people = sorted(set(user_ids))
    if len(people) <= 2:
        return pair_id(people[0], people[-1])
    return ChannelId("wecom:several:" + sha256("\n".join(people).encode()).hexdigest()[:32])


def person_id(user_id: str) -> PersonId:
    """A member (``userid``), somebody outside (``wm…``, ``wo…``) or a robot (``wb…``)."""
    return PersonId(f"wecom:{user_id}")


def message_id(msgid: str) -> RecordId:
    """A message by its ``msgid``."""
    return RecordId(f"wecom:{msgid}")


def own_message_id(answer_id: str) -> RecordId:
    """A message of ours: WeCom gives those no id, so the answer or post names it."""
    return RecordId(f"wecom:own:{answer_id}")


def file_id(msgid: str, place: int) -> RecordId:
    """A file of a message; robots' files have no id of their own."""
    return RecordId(f"wecom:{msgid}:{place}")


def reply_feedback_id(msgid: str) -> str:
    """What a ``feedback_event`` about the reply to a message names: made of the message, so that it outlives restarts.

    At most 256 bytes, whatever the platform uses as ids.
    """
    return f"reply:{msgid}" if len(msgid.encode()) <= 200 else f"reply:{sha256(msgid.encode()).hexdigest()}"
