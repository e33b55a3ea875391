"""Reading a stretch of a channel again, wholly: what is new in it, what was edited, and what is gone."""

import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.events import ChannelId, MessageDeleted, RecordId
from connectors.slack.fields import number_of, text_of
from connectors.slack.ids import moment
from connectors.slack.pages import Pages
from connectors.slack.site import Site

_PAGES_AT_ONCE = 10
_CONFIRMED = 20
_BATCH = 100
_THREADS_LOOKED_BACK = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Reached = Callable[[str], Awaitable[None]]

_log = logging.getLogger(__name__)


class Rereading:
    """A message is gone when the archive has it, and Slack shows neither it in a stretch that was read without a gap,
    nor when it is asked for by itself: a deletion cannot be taken back.
    """

    def __init__(self, site: Site, pages: Pages, *, now: Callable[[], float] = time.time) -> None:
        self._site = site
        self._pages = pages
        self._now = now

    async def steps(
        self, channel: ChannelId, *, since: str, until: str | None, reached: Reached
    ) -> AsyncGenerator[None]:
        """Read what was said after ``since`` and before ``until`` (None: now), newest first, with the replies to it and
        those to older threads that the archive saw move then.

        It goes in parts of some pages; ``reached`` is told where each begins when it is done, at last ``since``.
        """
        upper = until or f"{self._now():.6f}"
        latest, has_more = until, True
        while has_more:
            seen: set[str] = set()
            heads: list[str] = []
            for _ in range(_PAGES_AT_ONCE):
                page = await self._pages.before(channel, latest=latest, oldest=since)
                await self._pages.hand_over(channel, page.messages)
                times = [text_of(message, "ts") for message in page.messages]
                seen.update(times)
                heads += [text_of(m, "ts") for m in page.messages if number_of(m, "reply_count")]
                if times:
                    latest, upper = times[-1], max(upper, times[0]) if until is None else upper
                yield
                if not page.has_more:
                    break
            has_more = page.has_more
            lower = min(seen, default=upper) if page.has_more or page.is_limited else since
            # Asked for in this order, each reply that is known is in a thread that is read below.
            known = await self._known(channel, since=lower, until=upper)
            heads += await self._older_threads(channel, before=lower)
            for head in heads:
                after = lower
                while True:
                    replies = await self._pages.replies(channel, thread=head, after=after)
                    await self._pages.hand_over(channel, replies.messages)
                    seen.update(text_of(reply, "ts") for reply in replies.messages)
                    yield
                    if not replies.has_more:
                        break
                    after = text_of(replies.messages[-1], "ts")
            await self._delete(channel, {record: ts for record, ts in known.items() if ts not in seen})
            await reached(lower)
            until = upper = lower

    async def _known(self, channel: ChannelId, *, since: str, until: str) -> Mapping[RecordId, str]:
        """The archive's messages between the two, neither included, each with its ``ts``."""
        begin, end = _moment(since), _moment(until)
        records = await self._site.host.known_messages(channel, since=begin, until=end)
        times = {record: record.rpartition(":")[2] for record in records}
        return {record: ts for record, ts in times.items() if since < ts < until}

    async def _older_threads(self, channel: ChannelId, *, before: str) -> list[str]:
        active_since = max(_moment(before) - _THREADS_LOOKED_BACK, _EPOCH)
        threads = await self._site.host.threads(channel, active_since=active_since)
        times = (record.rpartition(":")[2] for record in threads)
        return sorted(ts for ts in times if ts <= before)

    async def _delete(self, channel: ChannelId, missing: Mapping[RecordId, str]) -> None:
        for ts in _sample(sorted(missing.values(), reverse=True)):
            if await self._pages.exists(channel, ts):
                _log.warning("a message was missing in what Slack shows and is there: nothing is deleted")
                return
        at = datetime.fromtimestamp(self._now(), UTC)
        gone = [MessageDeleted(event_id=f"{record}:deleted", occurred_at=at, record_id=record) for record in missing]
        for start in range(0, len(gone), _BATCH):
            await self._site.host.accept(gone[start : start + _BATCH])


def _sample(newest_first: Sequence[str]) -> Iterable[str]:
    """Each of a few; of many the newest ones, where mistakes happen, and some from everywhere."""
    if len(newest_first) <= _CONFIRMED:
        return newest_first
    half = _CONFIRMED // 2
    rest = newest_first[half:]
    return [*newest_first[:half], *rest[:: max(1, len(rest) // half)][:half]]


def _moment(ts: str) -> datetime:
    return moment(ts) or _EPOCH
