"""``feedback stats``: figures of use as a table and as JSON."""

import asyncio
import json
from pathlib import Path

from tests.unit.bot.cli.conftest import Shiguang
from tests.unit.bot.feedback.use_of import fill, truth

PERIOD = ("--since", "2026-11-02", "--until", "2026-11-04")


def _filled(home: Path) -> None:
    async def write() -> None:
        async with truth(home) as database:
            await fill(database)

    home.mkdir(parents=True, exist_ok=True)
    asyncio.run(write())


def test_figures_of_a_period(shiguang: Shiguang, home: Path) -> None:
    _filled(home)
    document = json.loads(shiguang("feedback", "stats", *PERIOD, "--by", "day", "--json").stdout)
    assert (document["asked"], document["answered"], document["people"]) == (8, 5, 3)
    assert document["shares"]["up"]["hits"] == 3
    assert document["reasons"] == {"nothing_found": 2, "not_in_records": 1}
    assert [(span["from"], span["asked"]) for span in document["spans"]] == [
        ("2026-11-02", 2), ("2026-11-03", 4), ("2026-11-04", 2),
    ]  # fmt: skip
    assert [(one["channel"], one["asked"]) for one in document["channels"]] == [("launch", 5), ("", 2), ("people", 1)]
    shown = shiguang("feedback", "stats", *PERIOD)
    assert shown.exit_code == 0
    for expected in ("#launch", "direct chats", "60% (23–88)", "not answered: nothing_found 2"):
        assert expected in shown.output


def test_one_channel(shiguang: Shiguang, home: Path) -> None:
    _filled(home)
    document = json.loads(shiguang("feedback", "stats", *PERIOD, "--channel", "#people", "--json").stdout)
    assert (document["asked"], document["channels"]) == (1, [])
    assert json.loads(shiguang("feedback", "stats", *PERIOD, "--channel", "direct", "--json").stdout)["asked"] == 2


def test_what_cannot_be_told(shiguang: Shiguang, home: Path) -> None:
    _filled(home)
    alone = shiguang("feedback", "stats", "--channel", "dm-ann")
    assert (alone.exit_code, "not_found" in alone.output) == (1, True)
    backwards = shiguang("feedback", "stats", "--since", "2026-11-04", "--until", "2026-11-02")
    assert (backwards.exit_code, "bad_input" in backwards.output) == (1, True)
    assert shiguang("feedback", "stats", "--by", "year").exit_code == 2
    nobody = shiguang("feedback", "stats", "--since", "2026-01-01", "--until", "2026-01-02")
    assert (nobody.exit_code, nobody.stdout) == (0, "")
