"""What ``feedback stats`` does."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.table import Table
from sqlalchemy import or_, select

from bot.application import prepare_home, team_zone
from bot.cli.filters import parse_moment
from bot.cli.output import ERR, OUT, print_json
from bot.errors import BadInput, Language, NotFound
from bot.feedback.adoption import Adoption, ChannelUse
from bot.feedback.counting import DIRECT
from bot.feedback.periods import Period, Step
from bot.feedback.shares import Share
from bot.feedback.use import Times, Use
from bot.language import system_language
from bot.settings import load_settings
from bot.truth.database import Database
from bot.truth.tables import ChannelRow

_DAYS = 28
_TEXTS: dict[str, dict[Language, str]] = {
    "nobody": {"zh": "这段时间没有人提问。", "en": "Nobody asked anything in this period."},
    "asked": {"zh": "提问", "en": "asked"},
    "people": {"zh": "人数", "en": "people"},
    "answered": {"zh": "答上了", "en": "answered"},
    "up": {"zh": "👍（95% 区间）", "en": "👍 (95 %)"},
    "curated": {"zh": "标准答案", "en": "standard"},
    "opened": {"zh": "打开来源", "en": "opened"},
    "asked_again": {"zh": "又问", "en": "again"},
    "answered_by_person": {"zh": "有人答", "en": "person"},
    "day": {"zh": "日", "en": "day"},
    "week": {"zh": "周起始日", "en": "week from"},
    "channel": {"zh": "频道", "en": "channel"},
    "direct": {"zh": "所有私聊", "en": "direct chats"},
    "all": {"zh": "合计", "en": "all"},
    "reasons": {"zh": "没答上：", "en": "not answered: "},
    "month": {"zh": "近 30 天的反馈：{count}", "en": "feedback in the last 30 days: {count}"},
    "times": {
        "zh": "等到第一个字 {first}，等到完整回答 {total}（中位数；括号里是 95% 以内）",
        "en": "first word after {first}, answer after {total} (median; in brackets 95 % within)",
    },
}


async def show_use(*, since: str | None, until: str | None, channel: str | None, by: Step, as_json: bool) -> None:
    """Print figures of use; raises ``NotFound`` for a channel, ``BadInput`` for a period that ends before it begins."""
    settings = load_settings()
    prepare_home(settings)
    zone, now = team_zone(settings), datetime.now(UTC)
    end = min(parse_moment(until, "--until", zone, end_of_day=True) or now, now)
    period = Period.latest(_DAYS, zone=zone, now=end - timedelta(microseconds=1))
    begin = parse_moment(since, "--since", zone) or period.since
    if begin >= end:
        raise BadInput("--since is after --until")
    period = Period(since=begin.astimezone(UTC), until=end.astimezone(UTC), zone=zone)
    database = Database(settings.truth_url)
    try:
        await database.migrate()
        channel_id = await _channel(database, channel) if channel is not None else None
        adoption = Adoption(database)
        whole = await adoption.whole(period, channel_id=channel_id)
        spans = await adoption.by(by, period, channel_id=channel_id)
        channels = await adoption.by_channel(period) if channel_id is None else []
        reasons = await adoption.reasons(period, channel_id=channel_id)
        times = await adoption.times(period, channel_id=channel_id)
        month = await adoption.feedback_in_month(period.until, channel_id=channel_id)
    finally:
        await database.close()
    if as_json:
        print_json(
            {
                "since": period.since.astimezone(zone).isoformat(),
                "until": period.until.astimezone(zone).isoformat(),
                **whole.document(),
                "reasons": reasons,
                "feedback_in_month": month,
                "times_ms": {name: _times(found) for name, found in times.items()},
                "by": by,
                "spans": [{"from": span.day.isoformat(), **use.document()} for span, use in spans],
                "channels": [
                    {"channel_id": one.channel_id, "channel": one.name, "visibility": one.visibility}
                    | one.use.document()
                    for one in channels
                ],
            }
        )
        return
    language = system_language()
    if not whole.asked:
        ERR.print(_TEXTS["nobody"][language], markup=False)
        return
    OUT.print(_table(by, [*((f"{span.day}", use) for span, use in spans), (_TEXTS["all"][language], whole)], language))
    if channels:
        OUT.print(_table("channel", [(_name(one, language), one.use) for one in channels], language))
    if reasons:
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
        OUT.print(_TEXTS["reasons"][language] + told, markup=False)
    OUT.print(_TEXTS["month"][language].format(count=month), markup=False)
    if times["total"].measured:
        first, total = _seconds(times["first_token"]), _seconds(times["total"])
        OUT.print(_TEXTS["times"][language].format(first=first, total=total), markup=False)


async def _channel(database: Database, name: str) -> str:
    statement = select(ChannelRow.channel_id).where(
        or_(ChannelRow.channel_id == name, ChannelRow.name == name.lstrip("#＃")), ChannelRow.visibility != DIRECT
    )
    async with database.read() as connection:
        found = list(await connection.scalars(statement.limit(2)))
    if name == DIRECT and not found:
        return DIRECT
    if not found:
        raise NotFound(f"--channel {name}")
    if len(found) > 1:
        raise BadInput(f"--channel {name}: several channels have this name; give the id")
    return found[0]


def _table(title: str, rows: Sequence[tuple[str, Use]], language: Language) -> Table:
    """Narrow enough for 80 columns."""
    numbers = ("asked", "people", "answered", "up", "curated", "opened", "asked_again", "answered_by_person")
    table = Table(box=None, padding=(0, 0, 0, 1), pad_edge=False, header_style="dim")
    table.add_column(_TEXTS[title][language], no_wrap=True)
    for key in numbers:
        table.add_column(_TEXTS[key][language], justify="right", no_wrap=True)
    for name, use in rows:
        found = use.shares()
        liked = f"{_percent(found['up'])} {_interval(found['up'])}".strip()
        shares = (_percent(found["answered"]), liked, *(_percent(found[key]) for key in numbers[4:]))
        table.add_row(name, f"{use.asked:,}", f"{use.people:,}", *shares)
    return table


def _percent(share: Share) -> str:
    return "–" if share.rate is None else f"{share.rate:.0%}"


def _interval(share: Share) -> str:
    return "" if share.interval is None else f"({'–'.join(f'{100 * edge:.0f}' for edge in share.interval)})"


def _name(one: ChannelUse, language: Language) -> str:
    return _TEXTS["direct"][language] if one.visibility == "direct" else f"#{one.name}"


def _seconds(times: Times) -> str:
    if times.median is None or times.p95 is None:
        return "–"
    return f"{times.median / 1000:.1f} s ({times.p95 / 1000:.1f} s)"


def _times(times: Times) -> dict[str, Any]:
    return {"measured": times.measured, "median": times.median, "p95": times.p95}
