"""A message as the separation of conversations needs it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a channel. ``thread_id`` is the id of the thread's first message, as the platform tells it."""

    record_id: str
    author_id: str
    author: str
    """The name people call the author by."""
    text: str
    sent_at: datetime
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a message belongs: the earlier message it replies to, and the conversation, by its first message."""

    record_id: str
    reply_to: str | None
    conversation_id: str
