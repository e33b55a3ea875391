"""What ``curate`` does."""

import getpass
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from bot.application import prepare_home, team_zone
from bot.cli.output import ERR, OUT, print_json
from bot.curating.standard_answers import EVERYBODY, StandardAnswer, StandardAnswers
from bot.errors import BadInput, Language, NotFound
from bot.language import system_language
from bot.settings import Settings, load_settings
from bot.truth.database import Database
from bot.truth.tables import ChannelRow

_TEXTS: dict[str, dict[Language, str]] = {
    "added": {"zh": "已添加，从现在起会给出：{id}", "en": "added, and given from now on: {id}"},
    "approved": {"zh": "已批准，从现在起会给出", "en": "approved, and given from now on"},
    "removed": {"zh": "已移除，内容已删除", "en": "removed, with its words"},
    "none": {
        "zh": "还没有标准答案。同事可以在聊天里用「设为标准答案」提议，或者：shiguang curate add",
        "en": "none yet. People propose them in chat (“Make this the standard answer”); or: shiguang curate add",
    },
    "proposed": {"zh": "待批准", "en": "proposed"},
    "in_force": {"zh": "已批准", "en": "approved"},
}


async def add_one(
    question: str,
    text: str,
    *,
    variants: Sequence[str],
    channels: Sequence[str],
    owner: str | None,
    until: str | None,
    as_json: bool,
) -> None:
    """Add and approve; raises ``BadInput`` or ``NotFound``."""
    async with _opened() as (settings, database):
        kept, valid_until = StandardAnswers(database), _day(until, settings)
        channel_ids = [await _channel(database, name) for name in channels] or [EVERYBODY]
        added = await kept.propose(
            question=question, text=text, proposed_by="operator", channel_ids=channel_ids, variants=variants
        )
        await kept.approve(added, owner=owner or _operator(), valid_until=valid_until)
    if as_json:
        print_json({"id": added})
    else:
        OUT.print(_TEXTS["added"][system_language()].format(id=added), markup=False)


async def show_all(*, as_json: bool) -> None:
    """Print proposals and approved ones."""
    async with _opened() as (_, database):
        found = await StandardAnswers(database).listed("proposed", "approved")
    if as_json:
        print_json({"standard_answers": [_as_json(one) for one in found]})
        return
    language = system_language()
    if not found:
        ERR.print(_TEXTS["none"][language], markup=False)
    for one in found:
        state = _TEXTS["in_force" if one.state == "approved" else "proposed"][language]
        OUT.print(f"{one.standard_answer_id}  {state}  {one.question}", markup=False)
        OUT.print(f"    {one.text}", markup=False)


async def approve_one(standard_answer_id: str, *, owner: str | None, until: str | None) -> None:
    """Approve; raises ``NotFound``."""
    async with _opened() as (settings, database):
        await StandardAnswers(database).approve(
            standard_answer_id, owner=owner or _operator(), valid_until=_day(until, settings)
        )
    OUT.print(_TEXTS["approved"][system_language()], markup=False)


async def remove_one(standard_answer_id: str) -> None:
    """Remove; raises ``NotFound``."""
    async with _opened() as (_, database):
        await StandardAnswers(database).remove(standard_answer_id)
    OUT.print(_TEXTS["removed"][system_language()], markup=False)


@asynccontextmanager
async def _opened() -> AsyncIterator[tuple[Settings, Database]]:
    settings = load_settings()
    prepare_home(settings)
    database = Database(settings.truth_url)
    try:
        await database.migrate()
        yield settings, database
    finally:
        await database.close()


async def _channel(database: Database, name: str) -> str:
    statement = select(ChannelRow.channel_id).where(
        (ChannelRow.channel_id == name) | (ChannelRow.name == name.lstrip("#＃")), ChannelRow.deleted_at.is_(None)
    )
    async with database.read() as connection:
        found = list(await connection.scalars(statement.limit(2)))
    if not found:
        raise NotFound(f"--channel {name}")
    if len(found) > 1:
        raise BadInput(f"--channel {name}: several channels have this name; give the id")
    return found[0]


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


def _as_json(one: StandardAnswer) -> dict[str, Any]:
    return {
        "id": one.standard_answer_id,
        "state": one.state,
        "question": one.question,
        "variants": list(one.variants),
        "text": one.text,
        "owner": one.owner or None,
        "proposed_by": one.proposed_by,
        "proposed_at": one.proposed_at.isoformat(),
        "approved_at": one.approved_at.isoformat() if one.approved_at else None,
        "valid_until": one.valid_until.isoformat() if one.valid_until else None,
        "source_record_id": one.source_record_id,
    }
