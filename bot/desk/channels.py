"""The page of channels: what is kept of each and what each lets the bot do, with a sentence of what a change means."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field
from sqlalchemy.orm import Session

from bot.archive.retention import Retention
from bot.desk.body import Body, Line, checked
from bot.desk.channel_texts import told
from bot.desk.route import DeskRequest, Outcome, Route
from bot.digests.schedule import Schedule, Schedules, zone_named
from bot.digests.setting_up import listed
from bot.digests.times import Timing
from bot.errors import BadInput, Language, NotFound
from bot.training.consent import TrainingConsents
from bot.truth.channel_overview import ChannelOverview, change_offers, channel_overviews
from bot.truth.database import Database
from bot.truth.listening import Listening
from connectors.events import ChannelId, ChannelRef

T = TypeVar("T")
Keep = Literal["default", "forever"] | Annotated[int, Field(ge=1, le=36_500)]
_OFFERS: dict[str, bool | None] = {"always": True, "never": False, "as_picked": None}


class _Digest(Body):
    period: Literal["daily", "weekly"]
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    weekday: Annotated[int, Field(ge=0, le=6)] = 0
    timezone: Line | None = None
    language: Language = "zh"
    skip_quiet: bool = False


class _Changed(Body):
    answers_unasked: bool | None = None
    offers_pairs: Literal["always", "never", "as_picked"] | None = None
    keep: Keep | None = None
    digest: _Digest | Literal["off"] | None = None
    training: bool | None = None
    confirm: str = ""
    """The channel's name, where something will be removed."""


class _Effect(Body):
    keep: Keep


class ChannelsPart:
    """``channels``: listed with their figures and settings, changed one by one."""

    def __init__(
        self,
        *,
        database: Database,
        schedules: Schedules,
        retention: Retention,
        timezone: str,
        running: Collection[str],
    ) -> None:
        """``running`` are the platforms whose connectors run; ``timezone`` is the team's."""
        self._database = database
        self._schedules = schedules
        self._retention = retention
        self._listening = Listening(database)
        self._consents = TrainingConsents(database)
        self._timezone = timezone
        self._running = running

    def routes(self) -> Sequence[Route]:
        """All of them."""
        one = "channels/{channel_id}"
        return [
            Route(method="GET", path="channels", handler=self._listed),
            Route(method="GET", path=one, handler=self._shown),
            Route(method="GET", path=f"{one}/effect", handler=self._effect),
            Route(method="PUT", path=one, handler=self._change, action="channel_changed"),
        ]

    async def _listed(self, request: DeskRequest) -> Outcome:
        schedules = {one.schedule_id: one for one in await self._schedules.enabled()}
        default = self._retention.default_days
        found = await self._read(lambda session: channel_overviews(session, keep_days=default))
        return Outcome(
            body={
                "channels": [self._json(one, schedules.get(one.schedule_id or ""), request.language) for one in found],
                "default_keep_days": default,
                "timezone": self._timezone,
            }
        )

    async def _shown(self, request: DeskRequest) -> Outcome:
        channel = await self._channel(request)
        schedule = await self._schedules.of_channel(channel.channel_id)
        body = self._json(channel, schedule, request.language)
        return Outcome(
            body={**body, "default_keep_days": self._retention.default_days, "team_timezone": self._timezone}
        )

    async def _effect(self, request: DeskRequest) -> Outcome:
        channel, keep = await self._channel(request), checked(_Effect, request.query).keep
        removes, sentence = await self._told_keep(channel, keep, request.language)
        return Outcome(body={"removes": removes, "sentence": sentence})

    async def _change(self, request: DeskRequest) -> Outcome:
        channel, body, by = await self._channel(request), checked(_Changed, request.body), request.operator.name
        self._refuse(channel, body, request.language)
        sentences: list[str] = []
        detail: dict[str, Any] = {}
        if body.keep is not None:
            # First, because it may be refused.
            detail["keep"], sentence = body.keep, await self._set_keep(channel, body.keep, body.confirm, request)
            sentences.append(sentence)
        if body.answers_unasked is not None:
            await self._listening.change(channel.channel_id, answers_unasked=body.answers_unasked, by=by)
            detail["answers_unasked"] = body.answers_unasked
        if body.offers_pairs is not None:
            offers = _OFFERS[body.offers_pairs]
            await self._write(lambda session: change_offers(session, channel.channel_id, offers_pairs=offers, by=by))
            detail["offers_pairs"] = body.offers_pairs
        if body.training is not None:
            await self._consents.say("channel", channel.channel_id, allowed=body.training, changed_by=by)
            detail["training"] = body.training
            sentences.append(told("training_on" if body.training else "training_off", request.language))
        if body.digest is not None:
            sentences.append(await self._set_digest(channel, body.digest, request))
            detail["digest"] = "off" if body.digest == "off" else body.digest.model_dump()
        shown = (await self._shown(request)).body
        return Outcome(body={**shown, "told": sentences}, target=channel.channel_id, detail=detail)

    def _refuse(self, channel: ChannelOverview, body: _Changed, language: Language) -> None:
        """What makes no sense in a direct chat, or where nothing can be posted."""
        if channel.visibility == "direct":
            for name in ("answers_unasked", "digest", "training"):
                if getattr(body, name) not in (None, "off", False):
                    raise BadInput(told(f"direct_{name}", language))
        if isinstance(body.digest, _Digest):
            if channel.archived:
                raise BadInput(told("archived", language))
            if body.digest.timezone is not None:
                zone_named(body.digest.timezone)

    async def _set_keep(self, channel: ChannelOverview, keep: Keep, confirm: str, request: DeskRequest) -> str:
        removes, sentence = await self._told_keep(channel, keep, request.language)
        if removes and confirm.strip() != channel.name:
            raise BadInput(f"{sentence} {told('type_name', request.language, name=channel.name)}")
        if keep == "default":
            await self._retention.follow_settings(channel.channel_id)
        else:
            days = None if keep == "forever" else keep
            await self._retention.set(channel.channel_id, days, by=request.operator.name)
        return sentence

    async def _told_keep(self, channel: ChannelOverview, keep: Keep, language: Language) -> tuple[int, str]:
        days = self._retention.default_days if keep == "default" else None if keep == "forever" else int(keep)
        if days is None:
            return 0, told("keep_forever", language)
        removes = await self._retention.would_remove(channel.channel_id, days)
        key = "keep_removes" if removes else "keep_removes_nothing"
        return removes, told(key, language, days=f"{days:,}", count=f"{removes:,}")

    async def _set_digest(
        self, channel: ChannelOverview, digest: _Digest | Literal["off"], request: DeskRequest
    ) -> str:
        if not isinstance(digest, _Digest):
            if channel.schedule_id is not None:
                await self._schedules.end(channel.schedule_id)
            return told("digest_off", request.language)
        hours, minutes = digest.time.split(":")
        timing = Timing(
            period=digest.period,
            minute_of_day=60 * int(hours) + int(minutes),
            weekday=digest.weekday,
            timezone=digest.timezone or self._timezone,
        )
        now = datetime.now(UTC)
        schedule = await self._schedules.set_by_operator(
            _ref(channel),
            by=f"operator:{request.operator.name}",
            timing=timing,
            language=digest.language,
            skip_quiet=digest.skip_quiet,
            now=now,
        )
        sentence = listed(schedule, [channel.name], request.language, now)
        if channel.platform not in self._running:
            sentence = f"{sentence} {told('not_running', request.language, platform=channel.platform)}"
        return sentence

    async def _channel(self, request: DeskRequest) -> ChannelOverview:
        channel_id, default = request.path["channel_id"], self._retention.default_days
        found = await self._read(lambda session: channel_overviews(session, keep_days=default, channel_id=channel_id))
        if not found:
            raise NotFound(channel_id)
        return found[0]

    def _json(self, one: ChannelOverview, schedule: Schedule | None, language: Language) -> dict[str, Any]:
        offers = next(name for name, value in _OFFERS.items() if value is one.offers_pairs)
        return {
            **asdict(one),
            "latest": one.latest.isoformat() if one.latest else None,
            "reached": one.reached.isoformat() if one.reached else None,
            "offers_pairs": offers,
            "can_post": one.platform in self._running,
            "digest": None if schedule is None else _digest_json(schedule, one.name, language),
        }

    async def _read(self, work: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))


def _digest_json(schedule: Schedule, name: str, language: Language) -> dict[str, Any]:
    timing = schedule.timing
    return {
        "period": timing.period,
        "time": "{:02}:{:02}".format(*divmod(timing.minute_of_day, 60)),
        "weekday": timing.weekday,
        "timezone": timing.timezone,
        "language": schedule.language,
        "skip_quiet": schedule.skip_quiet,
        "told": listed(schedule, [name], language, datetime.now(UTC)),
    }


def _ref(channel: ChannelOverview) -> ChannelRef:
    return ChannelRef.model_validate(
        {
            "channel_id": ChannelId(channel.channel_id),
            "platform": channel.platform,
            "workspace_id": channel.workspace_id,
            "name": channel.name,
            "visibility": channel.visibility,
        }
    )
