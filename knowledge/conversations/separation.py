"""From messages to conversations."""

from collections.abc import Iterator, Sequence

from knowledge.conversations.message import ChatMessage, Placement
from knowledge.conversations.signs import WINDOW, Stretch
from knowledge.conversations.weights import Weights, shipped

_BLOCK = 400
"""Messages read at once: names are looked for in each, so that a block of a whole channel would be slow."""


def replies(messages: Sequence[ChatMessage], *, start: int = 0, weights: Weights | None = None) -> list[str | None]:
    """For each message from ``start`` on, the earlier message that it replies to; None begins a conversation.

    ``messages`` are those of a channel outside threads, by time. A result depends on the message and the ``WINDOW``
    messages before it only: give at least so many before ``start``, where there are so many. Blocks: about 0.3 ms a
    message.
    """
    weights = weights or shipped()
    return [
        messages[found].record_id if found is not None else None
        for first, last in _blocks(start, len(messages))
        for found in _reply_places(messages, first, last, weights)
    ]


def separate(messages: Sequence[ChatMessage], *, weights: Weights | None = None) -> list[Placement]:
    """Where each message of a channel belongs, in the order given, which is that of time.

    A thread is one conversation, that of its first message. Example::

        for placement in separate(messages):
            print(placement.conversation_id, placement.reply_to)
    """
    talk = [message for message in messages if not _in_thread(message)]
    reply_to: dict[str, str | None] = dict(
        zip((message.record_id for message in talk), replies(talk, weights=weights), strict=True)
    )
    heads = {record_id: record_id for record_id in reply_to}
    for message in messages:
        if _in_thread(message):
            head = heads.setdefault(message.thread_id or "", message.record_id)
            reply_to[message.record_id] = None if head == message.record_id else head
    conversation: dict[str, str] = {}
    for message in messages:
        chain = [message.record_id]
        while chain[-1] not in conversation and (before := reply_to[chain[-1]]) is not None:
            chain.append(before)
        conversation |= dict.fromkeys(chain, conversation.get(chain[-1], chain[-1]))
    return [
        Placement(message.record_id, reply_to[message.record_id], conversation[message.record_id])
        for message in messages
    ]


def _in_thread(message: ChatMessage) -> bool:
    return message.thread_id is not None and message.thread_id != message.record_id


def _blocks(start: int, end: int) -> Iterator[tuple[int, int]]:
    for first in range(start, end, _BLOCK):
        yield first, min(first + _BLOCK, end)


def _reply_places(messages: Sequence[ChatMessage], first: int, last: int, weights: Weights) -> Iterator[int | None]:
    low = max(0, first - WINDOW)
    stretch = Stretch(messages[low:last])
    for at in range(first - low, last - low):
        pairs, opening = stretch.signs(at)
        row = weights.best(pairs, opening)
        if row is not None and not stretch.may_reply(at, max(0, at - WINDOW) + row):
            row = None
        yield None if row is None else low + max(0, at - WINDOW) + row
