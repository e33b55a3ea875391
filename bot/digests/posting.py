"""Posting digests: each once, whatever fails or is killed in between, and no longer than it makes sense."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.digests.digest import Digest
from bot.digests.keeping import KeptDigests, Waiting
from bot.digests.schedule import Schedules
from bot.digests.showing import shown
from bot.digests.times import CatchUp, Period
from bot.metrics import Metrics
from bot.permissions import Permissions
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, PersonRow
from bot.truth.views import channel_ref, person_ref
from connectors.connector import Answer, Connector, Post, PostRefused
from connectors.events import ChannelRef, PersonRef, RecordId

_log = structlog.get_logger(__name__)

ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 3600.0
_POST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a digest goes, and the channels that those who read there may read."""

    platform: str
    channel: ChannelRef | None
    person: PersonRef | None
    readable: frozenset[str]


class Poster:
    """Gives digests to the connectors that run, by platform."""

    def __init__(
        self,
        *,
        database: Database,
        permissions: Permissions,
        schedules: Schedules,
        kept: KeptDigests,
        connectors: Mapping[str, Connector],
        rules: Mapping[Period, CatchUp],
        metrics: Metrics,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._schedules = schedules
        self._kept = kept
        self._connectors = connectors
        self._rules = rules
        self._metrics = metrics
        self._now = now

    async def post_waiting(self) -> bool:
        """Try everything that may be tried now; whether any of it has come to an end."""
        ended = False
        for waiting in await self._kept.waiting(now=self._now()):
            ended = await self._try(waiting) or ended
        return ended

    async def _try(self, waiting: Waiting) -> bool:
        digest = waiting.digest
        if waiting.state == "made" and self._is_too_late(digest):
            return await self._give_up(digest, "too_late")
        target = await self._target(digest)
        if target is None:
            await self._end_schedule(digest)
            return await self._give_up(digest, "target_gone")
        connector = self._connectors.get(target.platform)
        if connector is None:
            return await self._later(digest, "platform_away")
        handed = await self._kept.hand_over(digest.digest_id, readable=target.readable)
        if handed is None:
            return True
        try:
            async with asyncio.timeout(_POST_SECONDS):
                record = await connector.post(_post(handed, target, await self._shown(handed)))
        except PostRefused as refused:
            return await self._give_up(handed, refused.code)
        except Exception as error:  # noqa: BLE001 - whatever a platform does, the others are still to be posted
            _log.warning("a digest could not be posted", digest_id=digest.digest_id, error=type(error).__name__)
            return await self._later(handed, type(error).__name__)
        await self._posted(handed, record)
        if handed.facts.unreadable and not target.readable:
            # It said so; there is nothing to tell any more.
            await self._end_schedule(digest)
        return True

    async def _posted(self, digest: Digest, record: RecordId | None) -> None:
        await self._kept.posted(digest, record, at=self._now())
        self._metrics.digests.labels("posted").inc()
        _log.info("a digest was posted", digest_id=digest.digest_id, lines=len(digest.lines))

    async def _end_schedule(self, digest: Digest) -> None:
        if digest.schedule_id is not None:
            await self._schedules.end(digest.schedule_id)

    async def _later(self, digest: Digest, error: str) -> bool:
        if digest.attempts >= ATTEMPTS or (digest.attempts and self._is_too_late(digest)):
            return await self._give_up(digest, error)
        await self._kept.not_posted(digest.digest_id, error, again_at=self._now() + _pause(digest.attempts))
        return False

    async def _give_up(self, digest: Digest, error: str) -> bool:
        """The next digest of its schedule tells of its period, too."""
        await self._kept.not_posted(digest.digest_id, error, again_at=None)
        self._metrics.digests.labels("failed").inc()
        _log.warning("a digest is not posted", digest_id=digest.digest_id, code=error)
        return True

    def _is_too_late(self, digest: Digest) -> bool:
        rule = self._rules[digest.facts.period or "daily"]
        since = digest.until if digest.schedule_id is not None else digest.made_at
        return self._now() - since >= rule.at_once_within

    async def _target(self, digest: Digest) -> _Target | None:
        """None when the channel or person is gone, or its schedule has ended meanwhile."""
        schedule = await self._schedules.get(digest.schedule_id) if digest.schedule_id is not None else None
        if digest.schedule_id is not None and schedule is None:
            return None
        if digest.person_id is not None and schedule is not None:
            person = await self._person(digest.person_id)
            readable, _ = await self._schedules.readable(schedule)
            return None if person is None else _Target(schedule.platform, None, person, readable)
        channel = await self._channel(digest.target_channel_id or "")
        if channel is None:
            return None
        audience = await self._permissions.of_channel(channel.channel_id)
        return _Target(channel.platform, channel, None, frozenset(str(one) for one in audience.channel_ids))

    async def _channel(self, channel_id: str) -> ChannelRef | None:
        def read(session: Session) -> ChannelRef | None:
            row = session.get(ChannelRow, channel_id)
            return channel_ref(row) if row is not None and row.deleted_at is None else None

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))

    async def _person(self, person_id: str) -> PersonRef | None:
        def read(session: Session) -> PersonRef | None:
            row = session.get(PersonRow, person_id)
            return person_ref(row) if row is not None else None

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))

    async def _shown(self, digest: Digest) -> Answer:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: shown(Session(sync), digest))


def _post(digest: Digest, target: _Target, answer: Answer) -> Post:
    return Post(
        post_id=digest.digest_id,
        channel=target.channel,
        person=target.person,
        text=answer.text,
        citations=answer.citations,
        language=digest.language,
    )


def _pause(attempts: int) -> timedelta:
    longest = min(_FIRST_PAUSE_SECONDS * 4.0 ** max(attempts - 1, 0), _LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=longest * random.uniform(0.5, 1))  # noqa: S311 - jitter
