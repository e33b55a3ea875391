"""What the bot says by itself: posted once for each ``post_id``, whatever happens in between."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final
from weakref import WeakValueDictionary

from connectors.connector import Post, PostRefused, Revision
from connectors.events import RecordId
from connectors.slack.answer_blocks import POST_BLOCK, post_messages
from connectors.slack.directs import direct_channel
from connectors.slack.errors import SlackError
from connectors.slack.ids import person_id
from connectors.slack.records import message_record
from connectors.slack.revising import note_parts, revise
from connectors.slack.sending import find, keep, send
from connectors.slack.site import Site

_NOTE: Final = "post:"
_NEVER: Final = frozenset(
    [
        "cannot_dm_bot", "channel_not_found", "ekm_access_denied", "invalid_blocks", "is_archived",
        "messages_tab_disabled", "msg_blocks_too_long", "msg_too_long", "not_in_channel", "restricted_action",
        "restricted_action_non_threadable_channel", "restricted_action_read_only_channel",
        "restricted_action_thread_locked", "restricted_action_thread_only_channel", "thread_not_found",
        "user_disabled", "user_not_found", "user_not_visible", "users_not_found",
    ]
)  # fmt: skip
"""Slack will say the same tomorrow."""


class Posting:
    """``Connector.post`` and ``Connector.revise`` for one workspace."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def post(self, post: Post) -> RecordId:
        """Post to the channel or the direct chat, and return the record id of the first message.

        A long text goes on in the thread of its first message, which carries the id. Before the first call a note is
        written: who finds it after a crash looks into the channel before posting. Raises ``PostRefused``,
        ``SlackError`` and ``SlackAway``.
        """
        async with self._turns.setdefault(post.post_id, asyncio.Lock()):
            note = await self._site.host.notebook.read(self._site.source, f"{_NOTE}{post.post_id}")
            done = _done(note)
            if done is not None:
                return message_record(self._site, *done)
            try:
                return await self._post(post, note or {})
            except SlackError as error:
                if error.code in _NEVER:
                    raise PostRefused(error.code) from error
                raise

    async def revise(self, revision: Revision) -> None:
        """See ``connectors.connector.Connector``."""
        await revise(self._site, revision)

    async def _post(self, post: Post, note: Mapping[str, object]) -> RecordId:
        site = self._site
        channel = str(note.get("channel") or "") or await self._channel(post)
        thread_ts = post.thread_id.rpartition(":")[2] if post.thread_id else None
        begun = note.get("begun")
        marker, messages = (
            f"{POST_BLOCK}{post.post_id}",
            post_messages(post.post_id, post.text, post.citations, post.language),
        )
        parts = list(_parts(note))
        if not parts:
            if isinstance(begun, int | float):
                # The last attempt ended nobody knows how.
                found = await find(site, channel, marker, thread_ts=thread_ts, since=float(begun))
                parts = [found] if found else []
            else:
                begun = time.time()
                await self._write(post, channel, begun, parts, is_done=False)
            if not parts:
                parts = [await send(site, channel, messages[0], thread_ts=thread_ts, marker=marker)]
        for message in messages[len(parts) :]:
            await self._write(post, channel, begun, parts, is_done=False)
            parts.append(await send(site, channel, message, thread_ts=thread_ts or parts[0]))
        await self._write(post, channel, begun, parts, is_done=True)
        await note_parts(site, post.post_id, parts)
        return await keep(site, channel, parts[0], thread_ts=thread_ts, said=post)

    async def _channel(self, post: Post) -> str:
        if post.channel is not None:
            return self._site.directory.slack_channel(post.channel.channel_id)
        if post.person is None:
            raise PostRefused("no_target")
        user_id = post.person.person_id.removeprefix(person_id(""))
        direct = await direct_channel(self._site, user_id)
        return self._site.directory.slack_channel(direct.channel_id)

    async def _write(self, post: Post, channel: str, begun: object, parts: Sequence[str], *, is_done: bool) -> None:
        note = {"channel": channel, "begun": begun, "parts": list(parts), "is_done": is_done}
        await self._site.host.notebook.write(self._site.source, f"{_NOTE}{post.post_id}", note)


def _parts(note: Mapping[str, object]) -> list[str]:
    parts = note.get("parts")
    return [str(part) for part in parts] if isinstance(parts, list | tuple) else []


def _done(note: Mapping[str, object] | None) -> tuple[str, str] | None:
    """Channel and ``ts`` of what is posted already."""
    if note is None or not note.get("is_done") or not _parts(note):
        return None
    return str(note.get("channel")), _parts(note)[0]
