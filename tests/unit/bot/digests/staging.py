"""Digests on a real truth, with a clock that tests move and a platform that they can take away or kill."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.application import Application
from bot.digests.keeping import KeptDigests
from bot.digests.making import DigestMaker
from bot.digests.posting import Poster
from bot.digests.running import Digests, catch_up_rules
from bot.digests.schedule import Schedule
from bot.digests.times import Timing
from bot.metrics import Metrics
from bot.settings import DigestsSettings
from bot.truth.tables import DigestRow, MessageRow
from connectors.connector import Post
from connectors.console.posting import Posting
from connectors.events import ChannelRef, Event, PersonRef, RecordId
from tests.builders import person
from tests.quick_application import archive
from tests.unit.bot.digests.building import NothingToCheck, ScriptedSummaries

DAILY = Timing(period="daily", minute_of_day=17 * 60, timezone="Asia/Shanghai")
"""At the start of the tests' story, which is 09:00 UTC."""


class Killed(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Fuse:
    """Ends the process at the ``after``-th step."""

    after: int | None = None
    steps: int = 0

    def step(self) -> None:
        """One more."""
        self.steps += 1
        if self.steps == self.after:
            raise Killed


class Fused:
    """Calls through, with a step before and after each call."""

    def __init__(self, real: Any, fuse: Fuse) -> None:
        self._real = real
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        called = getattr(self._real, name)

        async def call(*args: Any, **options: Any) -> Any:
            self._fuse.step()
            result = await called(*args, **options)
            self._fuse.step()
            return result

        return call


@dataclass
class Platform:
    """The console's posting on a real inbox."""

    application: Application
    name: str = "console"
    fails: list[Exception] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    @property
    def bot(self) -> PersonRef:
        """The bot itself."""
        return person("bot", is_bot=True)

    async def accept(self, events: Sequence[Event]) -> None:
        """As the application does."""
        await archive(self.application, *events)

    async def start(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def post(self, post: Post) -> RecordId | None:
        """Post, unless it is to fail now."""
        if self.fails:
            raise self.fails.pop(0)
        self.posts.append(post)
        return await Posting(self).post(post)  # type: ignore[arg-type]  # of a host it needs the bot and accept


@dataclass
class Stage:
    """Everything about digests, with a clock."""

    application: Application
    now: datetime
    summaries: ScriptedSummaries = field(default_factory=ScriptedSummaries)
    settings: DigestsSettings = field(default_factory=DigestsSettings)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.platform = Platform(self.application)
        self.kept = KeptDigests(self.application.database)

    def pass_time(self, **ago: float) -> None:
        """Let time go by."""
        self.now += timedelta(**ago)

    def digests(self, fuse: Fuse | None = None, *, away: bool = False) -> tuple[Digests, Poster]:
        """As a process that has just started."""
        wrapped: Callable[[Any], Any] = (lambda real: Fused(real, fuse)) if fuse else (lambda real: real)
        schedules, kept = self.application.schedules, wrapped(self.kept)
        poster = Poster(
            database=self.application.database,
            permissions=self.application.permissions,
            schedules=schedules,
            kept=kept,
            connectors={} if away else {"console": wrapped(self.platform)},
            rules=catch_up_rules(self.settings),
            metrics=self.metrics,
            now=lambda: self.now,
        )
        digests = Digests(
            home=self.application.settings.home,
            schedules=schedules,
            kept=kept,
            maker=DigestMaker(wrapped(self.summaries), NothingToCheck(), max_lines=12, seconds=1),
            poster=poster,
            rules=catch_up_rules(self.settings),
            metrics=self.metrics,
            seconds=60.0,
            now=lambda: self.now,
        )
        return digests, poster

    async def run(self, fuse: Fuse | None = None, *, away: bool = False) -> None:
        """Make and post what is to be made and posted now, as the two tasks of a process do."""
        digests, poster = self.digests(fuse, away=away)
        await poster.post_waiting()
        await digests.make_due()
        await poster.post_waiting()
        await digests.make_due()

    async def rows(self) -> list[Any]:
        """Digests in the truth, oldest first."""
        async with self.application.database.read() as connection:
            return list((await connection.execute(select(DigestRow).order_by(DigestRow.until))).all())

    async def messages(self, place: ChannelRef) -> list[str]:
        """Texts of the bot's messages in a channel."""
        statement = select(MessageRow.record_id).where(
            MessageRow.channel_id == place.channel_id, MessageRow.answer_id.is_not(None)
        )
        async with self.application.database.read() as connection:
            return list(await connection.scalars(statement))

    async def daily(self, place: ChannelRef, *, skip_quiet: bool = False) -> Schedule:
        """Set up a daily digest of a channel."""
        return await self.application.schedules.set_for_channel(
            place, by=person(), timing=DAILY, language="en", skip_quiet=skip_quiet, now=self.now
        )
