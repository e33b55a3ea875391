"""What ``curate`` does. What changes something is written into the audit."""

import getpass
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from bot.application import prepare_home, team_zone
from bot.cli.output import ERR, OUT, print_json
from bot.curating.standard_answers import (
    EVERYBODY,
    Attention,
    StandardAnswer,
    StandardAnswers,
    StandardSource,
    Uses,
)
from bot.desk.auditing import Auditing
from bot.errors import BadInput, Language, NotFound
from bot.language import system_language
from bot.settings import Settings, load_settings
from bot.truth.database import Database
from bot.truth.tables import ChannelRow

_TEXTS: dict[str, dict[Language, str]] = {
    "added": {"zh": "已添加，从现在起会给出：{id}", "en": "added, and given from now on: {id}"},
    "edited": {"zh": "已修改：{id}", "en": "changed: {id}"},
    "approved": {"zh": "已批准，从现在起会给出：{id}", "en": "approved, and given from now on: {id}"},
    "removed": {"zh": "已移除，内容已删除：{id}", "en": "removed, with its words: {id}"},
    "none": {
        "zh": "还没有标准答案。同事可以在聊天里用「设为标准答案」提议，或者：shiguang curate add",
        "en": "none yet. People propose them in chat (“Set standard answer”); or: shiguang curate add",
    },
    "proposed": {"zh": "待批准", "en": "proposed"},
    "in_force": {"zh": "已批准", "en": "approved"},
    "expired": {"zh": "已过期", "en": "expired"},
    "source_edited": {"zh": "来源已被修改，待确认", "en": "its source was edited, to be looked at"},
    "contradicted": {"zh": "有更新的消息说法不同，待确认", "en": "a newer message says otherwise, to be looked at"},
    "source_deleted": {"zh": "来源已被删除", "en": "its source was deleted"},
    "question_deleted": {"zh": "问题已被删除", "en": "its question was deleted"},
    "variant": {"zh": "也可以问：{words}", "en": "also asked: {words}"},
    "source": {"zh": "来源 [{n}]：{words}", "en": "source [{n}]: {words}"},
    "readers": {"zh": "谁能看到：{words}", "en": "given to who may read: {words}"},
    "everybody": {"zh": "所有人", "en": "anything (everybody)"},
    "owner": {"zh": "负责人：{words}", "en": "owner: {words}"},
    "until": {"zh": "有效期至：{words}", "en": "valid until: {words}"},
    "uses": {
        "zh": "给出 {given} 次，赞 {up}，踩 {down}",
        "en": "given {given} times, judged up {up} and down {down}",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the command line names; None leaves as it is."""

    question: str | None
    text: str | None
    variants: Sequence[str] | None
    sources: Sequence[str] | None
    channels: Sequence[str] | None
    owner: str | None
    until: str | None


async def add_one(given: Given, *, as_json: bool) -> None:
    """Add and approve; raises ``BadInput`` or ``NotFound``."""
    async with _opened() as desk:
        channels = await desk.channels(given.channels or ())
        valid_until = _day(given.until, desk.settings)
        sources = _sources(given.sources or ())
        added = await desk.kept.propose(
            question=given.question or "",
            text=given.text or "",
            proposed_by="operator",
            channel_ids=channels or ([] if sources else [EVERYBODY]),
            variants=given.variants or (),
            sources=sources,
        )
        await desk.kept.approve(added, owner=given.owner or _operator(), valid_until=valid_until, operator=_operator())
        await desk.note("added", added, {"sources": len(sources), "channels": channels})
    _tell("added", added, as_json=as_json)


async def edit_one(standard_answer_id: str, given: Given, *, as_json: bool) -> None:
    """Change what is given; raises ``BadInput`` or ``NotFound``."""
    async with _opened() as desk:
        known = await desk.kept.get(standard_answer_id)
        channels = sorted(known.narrowed_to) if given.channels is None else await desk.channels(given.channels)
        await desk.kept.edit(
            standard_answer_id,
            question=given.question or known.question,
            variants=known.variants if given.variants is None else given.variants,
            text=given.text or known.text,
            sources=known.sources if given.sources is None else _sources(given.sources),
            channel_ids=channels,
            owner=given.owner or known.owner or _operator(),
            valid_until=known.valid_until if given.until is None else _day(given.until, desk.settings),
            operator=_operator(),
        )
        await desk.note("edited", standard_answer_id)
    _tell("edited", standard_answer_id, as_json=as_json)


async def show_all(*, as_json: bool) -> None:
    """Print proposals, approved ones and those that wait for a look."""
    async with _opened() as desk:
        found = await desk.kept.listed("proposed", "approved")
        concerns = {one.standard_answer.standard_answer_id: one for one in await desk.concerns()}
        emptied = [one.standard_answer for one in concerns.values() if one.standard_answer.state == "removed"]
        uses = await desk.kept.uses([one.standard_answer_id for one in found])
    if as_json:
        documents = [_as_json(one, concerns, uses) for one in (*found, *emptied)]
        print_json({"standard_answers": documents})
        return
    language = system_language()
    if not found:
        ERR.print(_TEXTS["none"][language], markup=False)
    for one in (*found, *emptied):
        OUT.print(f"{one.standard_answer_id}  {_state(one, concerns, language)}  {one.question}", markup=False)
        if one.text:
            OUT.print(f"    {one.text}", markup=False)


async def show_one(standard_answer_id: str, *, as_json: bool) -> None:
    """Print everything about one; raises ``NotFound``."""
    async with _opened() as desk:
        one = await desk.kept.get(standard_answer_id)
        concerns = {each.standard_answer.standard_answer_id: each for each in await desk.concerns()}
        uses = await desk.kept.uses([standard_answer_id])
        names = await desk.names(sorted(one.channel_ids - {EVERYBODY}))
    if as_json:
        print_json(_as_json(one, concerns, uses))
        return
    language, used = system_language(), uses.get(standard_answer_id, Uses())
    OUT.print(f"{one.standard_answer_id}  {_state(one, concerns, language)}  {one.question}", markup=False)
    OUT.print(f"    {one.text}", markup=False)
    until = one.valid_until.isoformat(timespec="minutes") if one.valid_until else ""
    lines = [
        *(_TEXTS["variant"][language].format(words=way) for way in one.variants),
        *(_TEXTS["source"][language].format(n=source.n, words=source.record_id) for source in one.sources),
        _TEXTS["readers"][language].format(words=", ".join(names) or _TEXTS["everybody"][language]),
        *([_TEXTS["owner"][language].format(words=one.owner)] if one.owner else []),
        *([_TEXTS["until"][language].format(words=until)] if until else []),
        _TEXTS["uses"][language].format(given=used.given, up=used.up, down=used.down),
    ]
    for line in lines:
        OUT.print(f"  {line}", markup=False)


async def approve_one(standard_answer_id: str, *, owner: str | None, until: str | None, as_json: bool) -> None:
    """Approve; raises ``NotFound`` or ``BadInput``."""
    async with _opened() as desk:
        known = await desk.kept.get(standard_answer_id)
        await desk.kept.approve(
            standard_answer_id,
            owner=owner or known.owner or _operator(),
            valid_until=_day(until, desk.settings),
            operator=_operator(),
        )
        await desk.note("approved", standard_answer_id)
    _tell("approved", standard_answer_id, as_json=as_json)


async def remove_one(standard_answer_id: str, *, as_json: bool) -> None:
    """Remove; raises ``NotFound``."""
    async with _opened() as desk:
        await desk.kept.remove(standard_answer_id, operator=_operator())
        await desk.note("removed", standard_answer_id)
    _tell("removed", standard_answer_id, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every command works with."""

    settings: Settings
    database: Database

    @property
    def kept(self) -> StandardAnswers:
        return StandardAnswers(self.database)

    async def concerns(self) -> list[Attention]:
        return await self.kept.needing_attention(datetime.now(UTC))

    async def note(self, action: str, standard_answer_id: str, detail: Mapping[str, Any] | None = None) -> None:
        await Auditing(self.database).note(_operator(), f"standard_answer_{action}", standard_answer_id, detail)

    async def channels(self, names: Sequence[str]) -> list[str]:
        """The ids of channels by id or name; ``*`` is everybody."""
        return [name if name == EVERYBODY else await self._channel(name) for name in names]

    async def names(self, channel_ids: Sequence[str]) -> list[str]:
        statement = select(ChannelRow.channel_id, ChannelRow.name).where(ChannelRow.channel_id.in_(channel_ids))
        async with self.database.read() as connection:
            known = dict((await connection.execute(statement)).all())
        return [f"#{known.get(channel_id) or channel_id}" for channel_id in channel_ids]

    async def _channel(self, name: str) -> str:
        statement = select(ChannelRow.channel_id).where(
            (ChannelRow.channel_id == name) | (ChannelRow.name == name.lstrip("#＃")), ChannelRow.deleted_at.is_(None)
        )
        async with self.database.read() as connection:
            found = list(await connection.scalars(statement.limit(2)))
        if not found:
            raise NotFound(f"--channel {name}")
        if len(found) > 1:
            raise BadInput(f"--channel {name}: several channels have this name; give the id")
        return found[0]


@asynccontextmanager
async def _opened() -> AsyncIterator[_Desk]:
    settings = load_settings()
    prepare_home(settings)
    database = Database(settings.truth_url)
    try:
        await database.migrate()
        yield _Desk(settings, database)
    finally:
        await database.close()


def _sources(record_ids: Sequence[str]) -> tuple[StandardSource, ...]:
    return tuple(StandardSource(n=n, record_id=record_id) for n, record_id in enumerate(record_ids, start=1))


def _tell(done: str, standard_answer_id: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": standard_answer_id})
    else:
        OUT.print(_TEXTS[done][system_language()].format(id=standard_answer_id), markup=False)


def _day(until: str | None, settings: Settings) -> datetime | None:
    if until is None:
        return None
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise BadInput(f"--until {until}: a day such as 2026-12-31 was expected") from None
    return datetime.combine(day + timedelta(days=1), time(), team_zone(settings))


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def _state(one: StandardAnswer, concerns: Mapping[str, Attention], language: Language) -> str:
    concern = concerns.get(one.standard_answer_id)
    named = concern.concern if concern is not None else "in_force" if one.state == "approved" else one.state
    return _TEXTS[named][language]


def _as_json(one: StandardAnswer, concerns: Mapping[str, Attention], uses: Mapping[str, Uses]) -> dict[str, Any]:
    concern, used = concerns.get(one.standard_answer_id), uses.get(one.standard_answer_id, Uses())
    return {
        "id": one.standard_answer_id,
        "state": one.state,
        "needs_attention": concern.concern if concern is not None else None,
        "contested_by": one.contested_by or None,
        "question": one.question,
        "variants": list(one.variants),
        "text": one.text,
        "sources": [
            {"n": source.n, "record_id": source.record_id, "file_id": source.file_id, "page": source.page}
            for source in one.sources
        ],
        "channels": sorted(one.channel_ids),
        "owner": one.owner or None,
        "proposed_by": one.proposed_by,
        "proposed_at": one.proposed_at.isoformat(),
        "approved_at": one.approved_at.isoformat() if one.approved_at else None,
        "valid_until": one.valid_until.isoformat() if one.valid_until else None,
        "given": used.given,
        "up": used.up,
        "down": used.down,
    }
