"""Messages of the bot: sent once, changed, found again, and kept in the archive like everybody's."""

import time
from collections.abc import AsyncIterator
from typing import Any

from connectors.connector import Answer, Post
from connectors.events import MessagePosted, PersonRef, RecordId
from connectors.slack.answer_blocks import UPDATED_CHARACTERS, Shown
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import Payload, object_of, objects_of, text_of
from connectors.slack.ids import moment, person_id
from connectors.slack.permalinks import permalink
from connectors.slack.records import message_record
from connectors.slack.site import Site
from connectors.slack.splitting import cut

GONE = frozenset({"message_not_found", "channel_not_found", "thread_not_found"})
"""There is nothing left to change."""
_CLOCKS_SECONDS = 120.0
"""How far Slack's clock may be from ours."""
_PAGES = 10


def bot_of(site: Site) -> PersonRef:
    """The bot as the author of its messages."""
    return PersonRef(person_id=person_id(site.me.bot_user_id), platform="slack", name=site.me.bot_name, is_bot=True)


async def send(site: Site, channel: str, shown: Shown, *, thread_ts: str | None = None, marker: str = "") -> str:
    """Post a message and return its ``ts``. Raises as ``Api.call``.

    With a ``marker`` (one of its block ids) a call whose outcome is not known is followed by a look, and by another
    call only when the message is not there.
    """
    begun = time.time()
    try:
        return await _post(site, channel, shown, thread_ts)
    except SlackAway:
        if not marker:
            raise
    found = await find(site, channel, marker, thread_ts=thread_ts, since=begun)
    return found or await _post(site, channel, shown, thread_ts)


async def change(site: Site, channel: str, ts: str, shown: Shown) -> None:
    """Let a message say something else. Raises as ``Api.call``."""
    text = _short(shown.text)
    await site.api.call("chat.update", channel=channel, ts=ts, text=text, blocks=list(shown.blocks))


async def find(site: Site, channel: str, marker: str, *, thread_ts: str | None, since: float) -> str | None:
    """The ``ts`` of the bot's message with such a block id, posted since (in seconds since the epoch)."""
    async for message in _own(site, channel, thread_ts=thread_ts, since=since):
        if any(text_of(block, "block_id") == marker for block in objects_of(message, "blocks")):
            return text_of(message, "ts")
    return None


async def streaming_in(site: Site, channel: str, thread_ts: str, *, since: float) -> list[str]:
    """The ``ts`` of every message of the bot in a thread that is still being streamed. Raises as ``Api.call``."""
    found = [message async for message in _own(site, channel, thread_ts=thread_ts, since=since)]
    return [text_of(message, "ts") for message in found if text_of(message, "streaming_state") == "in_progress"]


async def keep(site: Site, channel: str, ts: str, *, thread_ts: str | None, said: Answer | Post) -> RecordId:
    """Put a message of the bot into the archive at once, not only when Slack tells of it. Returns its record id."""
    record_id = message_record(site, channel, ts)
    place, posted_at = await site.directory.channel(channel), moment(ts)
    if posted_at is None or not site.directory.is_archived_here(place):
        return record_id
    said_id = said.answer_id if isinstance(said, Answer) else said.post_id
    posted = MessagePosted(
        event_id=f"{record_id}:said:{said_id}",
        occurred_at=posted_at,
        record_id=record_id,
        channel=place,
        author=bot_of(site),
        text=said.text,
        thread_id=message_record(site, channel, thread_ts) if thread_ts and thread_ts != ts else None,
        permalink=permalink(site.me.url, channel, ts, thread_ts or ""),
        answer_id=said_id,
    )
    await site.host.accept([posted])
    return record_id


async def _own(site: Site, channel: str, *, thread_ts: str | None, since: float) -> AsyncIterator[Payload]:
    arguments: dict[str, Any] = {"channel": channel, "oldest": f"{since - _CLOCKS_SECONDS:.6f}", "limit": 200}
    method = "conversations.history"
    if thread_ts:
        method, arguments["ts"] = "conversations.replies", thread_ts
    for _ in range(_PAGES):
        page = await site.api.call(method, **arguments)
        for message in objects_of(page, "messages"):
            if text_of(message, "user") == site.me.bot_user_id:
                yield message
        arguments["cursor"] = text_of(object_of(page, "response_metadata"), "next_cursor")
        if not arguments["cursor"]:
            break


async def _post(site: Site, channel: str, shown: Shown, thread_ts: str | None) -> str:
    posted = await site.api.call(
        "chat.postMessage",
        channel=channel,
        thread_ts=thread_ts,
        text=shown.text,
        blocks=list(shown.blocks),
        unfurl_links=False,
        unfurl_media=False,
    )
    ts = text_of(posted, "ts")
    if not ts:
        raise SlackError("chat.postMessage", "no_ts")
    return ts


def _short(text: str) -> str:
    """Cut outside ``&amp;`` and its like."""
    if len(text) <= UPDATED_CHARACTERS:
        return text
    head = cut(text, UPDATED_CHARACTERS)
    start = head.rfind("&", len(head) - 6)
    return head if start < 0 or ";" in head[start:] else f"{head[:start]}…"
