"""Moments as people type them."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
import typer

from bot.application import Application
from bot.cli import filters
from bot.cli.filters import parse_moment, resolve
from bot.cli.options import Filters
from bot.errors import NotFound
from connectors.events import ChannelId, ChannelRef, PersonId, PersonRef
from tests.builders import channel, opened, person, posted

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 1, 0, 0, 30, tzinfo=SHANGHAI)
"""Half a minute into a month: the day and the month that count are the team's."""


class _Clock(datetime):
    """Stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a moment, not a clock
        return NOW.astimezone(tz)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "datetime", _Clock)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-11-02", datetime(2026, 11, 2, tzinfo=SHANGHAI), datetime(2026, 11, 3, tzinfo=SHANGHAI)),
        ("2026-11-02 15:00", datetime(2026, 11, 2, 15, tzinfo=SHANGHAI), None),
        ("2026-11-02T15:00:00+00:00", datetime(2026, 11, 2, 15, tzinfo=UTC), None),
        ("2 November 2026", datetime(2026, 11, 2, tzinfo=SHANGHAI), datetime(2026, 11, 3, tzinfo=SHANGHAI)),
        ("2026年11月2日", datetime(2026, 11, 2, tzinfo=SHANGHAI), datetime(2026, 11, 3, tzinfo=SHANGHAI)),
    ],
)
def test_dates(text: str, since: datetime, until: datetime | None) -> None:
    assert parse_moment(text, "--since", SHANGHAI) == since
    assert parse_moment(text, "--until", SHANGHAI, end_of_day=True) == (until or since)


@pytest.mark.parametrize(("text", "days"), [("yesterday", 1), ("昨天", 1), ("三天前", 3), ("3 days ago", 3)])
def test_words_mean_whole_days_of_the_team(text: str, days: int) -> None:
    today = NOW.replace(second=0)
    assert parse_moment(text, "--since", SHANGHAI) == today - timedelta(days=days)
    assert parse_moment(text, "--until", SHANGHAI, end_of_day=True) == today - timedelta(days=days - 1)


@pytest.mark.parametrize("text", ["last month", "上个月"])
def test_a_month_is_included_to_its_end(text: str) -> None:
    first = NOW.replace(second=0)
    assert parse_moment(text, "--since", SHANGHAI) == (first - timedelta(days=1)).replace(day=1)
    assert parse_moment(text, "--until", SHANGHAI, end_of_day=True) == first


def test_what_is_to_come_is_a_moment_too() -> None:
    today = NOW.replace(second=0)
    assert parse_moment("tomorrow", "--until", SHANGHAI, end_of_day=True) == today + timedelta(days=2)


def test_hours_are_moments() -> None:
    moment = parse_moment("2 hours ago", "--until", SHANGHAI, end_of_day=True)
    assert moment is not None
    assert abs(NOW - timedelta(hours=2) - moment) < timedelta(minutes=5)


def test_what_is_no_moment_names_its_option() -> None:
    with pytest.raises(typer.BadParameter) as caught:
        parse_moment("qwertz", "--until", SHANGHAI)
    assert caught.value.param_hint == "--until"
    assert parse_moment(None, "--since", SHANGHAI) is None


async def test_as_somebody_sees_what_they_may_see_public_channels_of_their_workspace_included(
    application: Application,
) -> None:
    ann = PersonRef(person_id=PersonId("slack:U1"), platform="slack", name="Ann")

    def place(name: str, workspace: str, *, public: bool = True) -> ChannelRef:
        return ChannelRef(
            channel_id=ChannelId(f"slack:{name}"), platform="slack", name=name,
            visibility="public" if public else "private", workspace_id=workspace,
        )  # fmt: skip

    await application.inbox.append(
        [
            opened(place("home", "T1"), (ann,)),
            opened(place("open", "T1"), ()),
            opened(place("closed", "T1", public=False), ()),
            opened(place("elsewhere", "T2"), ()),
        ]
    )
    await application.archivist.drain()
    audience, _ = await resolve(application, Filters(as_user="Ann"))
    assert audience.channel_ids == {"slack:home", "slack:open"}
    assert not audience.everything


async def test_as_somebody_a_hidden_channel_is_as_if_there_were_none(application: Application) -> None:
    board, open_board = channel("board", "private"), channel("open")
    await application.inbox.append([opened(board, (person("Ann"),)), opened(open_board, (person("Ben"),))])
    await application.archivist.drain()
    said: list[str] = []
    for name in ("board", board.channel_id, "nowhere"):
        with pytest.raises(NotFound) as refusal:
            await resolve(application, Filters(as_user="Ben", channel=name))
        said.append(str(refusal.value).replace(name, "…"))
    assert len(set(said)) == 1
    _, where = await resolve(application, Filters(as_user="Ann", channel="board"))
    assert set(map(str, where.channel_ids)) == {board.channel_id}


async def test_a_name_of_two_people_asks_for_an_id(application: Application) -> None:
    other = PersonRef(person_id=PersonId("slack:U9"), platform="slack", name="Li Wei")
    await application.inbox.append(
        [posted(1, "hello"), posted(2, "hi").model_copy(update={"author": other, "event_id": "x"})]
    )
    await application.archivist.drain()
    with pytest.raises(typer.BadParameter, match="slack:U9"):
        await resolve(application, Filters(as_user="Li Wei"))
