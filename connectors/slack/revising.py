"""Posted messages that must say something else, because what they told of was deleted or changed."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from connectors.connector import Revision
from connectors.slack.answer_blocks import Shown, answer_messages, post_messages, said_messages
from connectors.slack.errors import SlackError
from connectors.slack.sending import GONE, change
from connectors.slack.site import Site

_log = logging.getLogger(__name__)
_NOTE: Final = "parts:"
_CLOSED: Final = frozenset(
    {"cant_update_message", "edit_window_closed", "is_archived", "is_inactive", "not_in_channel"}
)
"""Slack does not let it be changed: then it is better gone than wrong."""


async def note_parts(site: Site, said_id: str, parts: Sequence[str]) -> None:
    """Remember the messages (their ``ts``, in order) of a text that took several."""
    if len(parts) > 1:
        await site.host.notebook.write(site.source, f"{_NOTE}{said_id}", {"parts": list(parts)})


async def revise(site: Site, revision: Revision) -> None:
    """Replace what a message says, with those that go with it; what is not needed any more is deleted.

    Twice is the same, and what is gone stays gone. Raises as ``Api.call`` when it must be tried again later.
    """
    channel = site.directory.slack_channel(revision.channel.channel_id)
    marked = revision.record_id.rpartition(":")[2]
    parts = await _parts(site, revision.answer_id, marked)
    messages = await _messages(site, revision, is_post=await _is_post(site, revision.answer_id))
    for ts, shown in zip(parts, _fitted(messages, parts, marked), strict=True):
        await (_take_back(site, channel, ts) if shown is None else _change(site, channel, ts, shown))


async def _messages(site: Site, revision: Revision, *, is_post: bool) -> list[Shown]:
    answer = None if is_post else await site.host.answer(revision.answer_id)
    if answer is not None:
        return answer_messages(
            replace(answer, text=revision.text, citations=revision.citations, language=revision.language)
        )
    if is_post:
        return post_messages(revision.answer_id, revision.text, revision.citations, revision.language)
    return said_messages(revision.answer_id, revision.text, revision.citations)


def _fitted(messages: Sequence[Shown], parts: Sequence[str], marked: str) -> list[Shown | None]:
    """For each message of Slack what it says; None: it goes. The one that carries the id goes on carrying it."""
    room = len(parts)
    if len(messages) > room:
        # More messages would come after the talk about the first ones: the end is left out instead.
        kept = [*messages[: room - 1], messages[-1]] if parts[-1] == marked else [*messages[:room]]
        return list(kept)
    if parts[-1] == marked:
        return [*messages[:-1], *([None] * (room - len(messages))), messages[-1]]
    return [*messages, *([None] * (room - len(messages)))]


async def _parts(site: Site, said_id: str, marked: str) -> list[str]:
    note = await site.host.notebook.read(site.source, f"{_NOTE}{said_id}") or {}
    parts = note.get("parts")
    known = [str(part) for part in parts] if isinstance(parts, list | tuple) else []
    return known if marked in known else [marked]


async def _is_post(site: Site, said_id: str) -> bool:
    return await site.host.notebook.read(site.source, f"post:{said_id}") is not None


async def _change(site: Site, channel: str, ts: str, shown: Shown) -> None:
    try:
        await change(site, channel, ts, shown)
    except SlackError as error:
        if error.code in _CLOSED:
            await _take_back(site, channel, ts)
        elif error.code not in GONE:
            raise


async def _take_back(site: Site, channel: str, ts: str) -> None:
    try:
        await site.api.call("chat.delete", channel=channel, ts=ts)
    except SlackError as error:
        if error.code in GONE:
            return
        if error.code not in {*_CLOSED, "cant_delete_message"}:
            raise
        _log.error("a message that tells of something deleted can neither be changed nor deleted: %s", error.code)
