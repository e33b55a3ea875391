"""What the bot says by itself: one way for each group or person, and once for each ``post_id``."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from connectors.connector import Language, Post, PostRefused, Revision
from connectors.events import ChannelRef, MessagePosted, RecordId
from connectors.live_host import Json
from connectors.wecom import ids
from connectors.wecom.errors import WeComAway, WeComError, WeComPaused
from connectors.wecom.exchange import WeComUnreached
from connectors.wecom.markdown import Dialect, citation_line, literal, messages
from connectors.wecom.observing import Observer
from connectors.wecom.robot_messages import bot_ref
from connectors.wecom.site import Site
from connectors.wecom.ways import NO_WAY_TO_GROUP, NO_WAY_TO_PERSON, Piece, Place, Route, Ways, place_of, routes_to

_NOTE: Final = "post:"
_NEVER: Final = frozenset(
    {
        40003, 40007, 40008, 40035, 40058, 44004, 45002, 60011, 60111, 81013, 86001, 86003, 86008, 93000, 93006,
    }
)  # fmt: skip
"""WeCom will say the same tomorrow: the group or person is not reached this way. Everything else may pass."""
_BEFORE: Final = frozenset({"aibot_subscribe", "frequency", "gettoken"})
"""What goes before a message: when that fails, the message did not get out."""
_SOURCES: Final[dict[Language, str]] = {"zh": "**来源**", "en": "**Sources**"}
_LONGEST_QUOTE: Final = 80
_SHORT_QUOTE: Final = 20
_DAY_SECONDS: Final = 86_400.0
_KEPT_SECONDS: Final = 30 * _DAY_SECONDS
"""So long it is known what was posted; nobody posts anything again after that."""
_REPETITIONS_SECONDS: Final = 1500.0
"""Somewhat less than what WeCom looks back for repetitions."""

_log = logging.getLogger(__name__)


class Posting:
    """``Connector.post`` for the company.

    WeCom has no way to look whether a message has arrived. So a note is written before each message and after it: when
    the outcome of one is not known (the program was killed, the answer got lost), it counts as sent, because twice is
    worse than a piece missing. It is sent again only when it surely did not get out, or where WeCom itself drops what
    it was given twice.
    """

    def __init__(self, site: Site, ways: Callable[[], Ways], *, observer: Observer) -> None:
        self._site = site
        self._ways = ways
        self._observer = observer
        self._under_way: dict[str, asyncio.Task[RecordId]] = {}
        self._forgets_at = 0.0

    async def post(self, post: Post) -> RecordId:
        """See ``connectors.connector.Connector``. A caller that gives up does not stop what is under way."""
        task = self._under_way.get(post.post_id)
        if task is None:
            task = asyncio.create_task(self._post(post), name=f"wecom post {post.post_id}")
            self._under_way[post.post_id] = task
            task.add_done_callback(lambda _: self._under_way.pop(post.post_id, None))
            task.add_done_callback(lambda done: None if done.cancelled() else done.exception())
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop; what was not sent is posted after the next start."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _post(self, post: Post) -> RecordId:
        note = await self._read(post)
        record_id = ids.own_message_id(post.post_id)
        if note.get("is_done"):
            return record_id
        place, ways = place_of(post), self._ways()
        begun_by = str(note.get("way") or "")
        routes = [route for route in await routes_to(place, ways) if begun_by in ("", route.name)]
        refused = NO_WAY_TO_PERSON if place.user_id else NO_WAY_TO_GROUP
        for route in routes:
            try:
                await self._send(post, route, note)
            except WeComError as error:
                if error.code not in _NEVER:
                    raise
                refused, note = f"wecom_{error.code}", await self._read(post)
                self._observer.posted(route.kind, "refused")
                _log.warning("a post is not taken by %s: %s", route.name, error)
                if note.get("way"):
                    break
                continue
            await self._keep(post, place, route, record_id)
            done = {**await self._read(post), "user_id": place.user_id, "is_done": True}
            await self._write(post, done)
            self._observer.posted(route.kind, "posted")
            await self._forget_old()
            return record_id
        if not routes and ways.is_waiting:
            raise WeComAway("post", "a way that may be the right one is not open")
        raise PostRefused(refused)

    async def _send(self, post: Post, route: Route, note: Json) -> None:
        """Send what has not been sent yet."""
        sent, msgids = number_in(note, "sent"), texts_in(note, "msgids")
        is_resumed = bool(note.get("trying"))
        if is_resumed and not (route.drops_repetitions and time.time() - number_in(note, "at") < _REPETITIONS_SECONDS):
            _log.warning("whether a part of a post has arrived is not known; it counts as sent: %s", route.name)
            sent, is_resumed = sent + 1, False
        so_far: dict[str, object] = {"way": route.name, "sent": sent, "msgids": msgids, "at": time.time()}
        for place, markdown in enumerate(post_pieces(self._site, post, route.dialect)):
            if place < sent:
                continue
            await self._write(post, {**so_far, "sent": place, "trying": True})
            try:
                piece = Piece(markdown=markdown, purpose=f"{post.post_id}:{place}", resumed=is_resumed)
                msgids = [*msgids, *filter(None, [await route.send(piece)])]
            except (WeComError, WeComAway) as error:
                if isinstance(error, WeComError) or _is_unsent(error):
                    await self._write(post, {**so_far, "sent": place} if place else {})
                raise
            so_far |= {"sent": place + 1, "msgids": msgids, "at": time.time()}
            is_resumed = False
        await self._write(post, so_far)

    async def _keep(self, post: Post, place: Place, route: Route, record_id: RecordId) -> None:
        """Put it into the archive: no way of WeCom tells the bot what it said itself."""
        posted = MessagePosted(
            event_id=f"{record_id}:said",
            occurred_at=datetime.now(UTC),
            record_id=record_id,
            channel=post.channel or await self._direct(place, route),
            author=bot_ref(self._site.configuration, route.by),
            text=post.text,
            answer_id=post.post_id,
        )
        await self._site.host.accept([posted])

    async def _forget_old(self) -> None:
        """Once a day: notes of posts of long ago."""
        now = time.time()
        if now < self._forgets_at:
            return
        self._forgets_at = now + _DAY_SECONDS
        notebook, source = self._site.host.notebook, self._site.source
        try:
            for key, note in (await notebook.all(source, _NOTE)).items():
                if number_in(note, "at") < now - _KEPT_SECONDS:
                    await notebook.write(source, key, None)
        except Exception:  # noqa: BLE001 - what was posted stands
            _log.exception("old notes of posts could not be forgotten")

    async def _direct(self, place: Place, route: Route) -> ChannelRef:
        channel_id = ids.direct_id(route.by, place.user_id)
        known = await self._site.host.known_channels([channel_id])
        return known.get(channel_id) or ChannelRef(
            channel_id=channel_id,
            platform="wecom",
            name="",
            visibility="direct",
            workspace_id=self._site.configuration.workspace_id,
        )

    async def _read(self, post: Post) -> Json:
        return await read_note(self._site, post.post_id)

    async def _write(self, post: Post, note: Json) -> None:
        await write_note(self._site, post.post_id, note)


async def read_note(site: Site, post_id: str) -> Json:
    """What is known of a post; empty when it was never tried."""
    return await site.host.notebook.read(site.source, f"{_NOTE}{post_id}") or {}


async def write_note(site: Site, post_id: str, note: Json) -> None:
    """Remember."""
    await site.host.notebook.write(site.source, f"{_NOTE}{post_id}", note)


def post_pieces(site: Site, said: Post | Revision, dialect: Dialect) -> list[str]:
    """Text and sources as the messages that carry them."""
    zone = ZoneInfo(site.configuration.timezone)
    longest = _LONGEST_QUOTE if dialect.has_blocks else _SHORT_QUOTE
    lines = [
        f"> {citation_line(one, language=said.language, timezone=zone, longest_quote=longest)}"
        for one in said.citations
    ]
    sources = ["", _SOURCES[said.language], *lines] if lines else []
    return messages("\n".join([literal(said.text).strip(), *sources]), dialect=dialect)


def number_in(note: Json, key: str) -> int:
    """A whole number of a note, or 0."""
    value = note.get(key)
    return int(value) if isinstance(value, int | float) else 0


def texts_in(note: Json, key: str) -> list[str]:
    """A list of texts of a note."""
    value = note.get(key)
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _is_unsent(away: WeComAway) -> bool:
    """Whether the request surely did not get out."""
    if isinstance(away, WeComUnreached | WeComPaused):
        return True
    return away.call in _BEFORE or away.reason == "not connected"
