"""What operators see of use: figures, questions, what was learnt, and the weekly report."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import channel, opened, person
from tests.quick_application import archive
from tests.unit.bot.desk.conftest import Team
from tests.unit.bot.feedback.asked import judged, taken_in

SETTING = {
    "enabled": True, "channel_id": "console:launch", "weekday": 0, "time": "09:30", "timezone": "Asia/Shanghai",
    "language": "en",
}  # fmt: skip


async def _use(team: Team) -> None:
    """Five questions of today, two of them alone with the bot."""
    now, alone = datetime.now(UTC) - timedelta(seconds=5), channel("dm", "direct")
    await archive(team.application, opened(alone, (person("Ann"),)))
    for question, name, place, abstained in (
        ("What does the fountain cost?", "Ann", channel(), False),
        ("what does the fountain cost", "Bob", channel(), False),
        ("Where is the parking card?", "Bob", channel("board", "private"), True),
        ("Am I paid enough?", "Ann", alone, True),
        ("Am I paid enough??", "Ann", alone, True),
    ):
        await team.answered(
            question, source=None, person_name=name, place=place, case=None, abstained=abstained, asked_at=now,
            timings_ms={"first_token": 400, "total": 1200},
        )  # fmt: skip
    await judged(team.application, "answer1", "up")
    await taken_in(team.application)


async def test_the_overview_counts(team: Team) -> None:
    await _use(team)
    mei = await team.sign_in(role="viewer")
    whole = await mei.get("overview", days="7")
    assert (whole["now"]["asked"], whole["now"]["answered"], whole["now"]["people"]) == (5, 2, 2)
    assert (whole["now"]["up"], whole["before"]["asked"], whole["feedback_in_month"]["now"]) == (1, 0, 1)
    assert whole["reasons"] == {"nothing_found": 3}
    series = await mei.get("overview/series", days="7", by="day")
    assert len(series["spans"]) == 7
    assert sum(span["asked"] for span in series["spans"]) == 5
    channels = (await mei.get("overview/channels"))["channels"]
    assert [(one["name"], one["use"]["asked"]) for one in channels] == [("", 2), ("launch", 2), ("board", 1)]
    times = await mei.get("overview/times")
    assert times["total"] == {"measured": 5, "median_ms": 1200, "p95_ms": 1200}
    assert (await mei.get("overview", channel="console:board"))["now"]["asked"] == 1


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("overview", {"days": "0"}, 400),
        ("overview", {"days": "3660"}, 400),
        ("overview", {"channel": "console:dm"}, 404),
        ("overview/series", {"by": "year"}, 400),
        ("questions", {"offset": "-1"}, 400),
        ("learning", {"order": "best"}, 400),
        ("report/preview", {}, 400),
    ],
)
async def test_what_means_nothing_is_refused(team: Team, path: str, query: dict[str, str], status: int) -> None:
    await archive(team.application, opened(channel("dm", "direct"), (person("Ann"),)))
    found, _ = await (await team.sign_in()).call("GET", path, query=query)
    assert found == status


async def test_questions_and_gaps_without_what_people_ask_alone(team: Team) -> None:
    await _use(team)
    mei = await team.sign_in(role="viewer")
    found = await mei.get("questions")
    assert [(one["asked"], one["wordings"][0]["question"]) for one in found["questions"]] == [
        (2, "What does the fountain cost?"),
        (1, "Where is the parking card?"),
    ]
    gaps = (await mei.get("questions/gaps"))["gaps"]
    assert [(gap["wordings"][0]["question"], gap["channels"][0]["name"]) for gap in gaps] == [
        ("Where is the parking card?", "board")
    ]
    assert gaps[0]["steps"][-1] == "write"


async def test_the_report_is_set_seen_and_posted_by_operators_and_audited(team: Team) -> None:
    await _use(team)
    mei, viewer = await team.sign_in(), await team.sign_in("Vic", "viewer")
    assert (await mei.get("report"))["setting"] is None
    query = {name: str(value).lower() if name == "enabled" else str(value) for name, value in SETTING.items()}
    assert "Shiguang this week" in (await viewer.get("report/preview", **query))["text"]
    for method, path in (("PUT", "report"), ("POST", "report/post")):
        assert (await viewer.call(method, path, SETTING))[0] == 403
        assert (await mei.call(method, path, {**SETTING, "channel_id": "console:nowhere"}))[0] == 404
        assert (await mei.call(method, path, {**SETTING, "timezone": "Nowhere"}))[0] == 400
        assert (await mei.call(method, path, SETTING))[0] == 200
    shown = await mei.get("report")
    assert shown["setting"] == SETTING
    assert [(one["state"], one["channel"]["name"]) for one in shown["latest"]] == [("made", "launch")]
    done = [(one["action"], one["target"]) for one in (await mei.get("audit"))["entries"]]
    assert ("weekly_report_set", "console:launch") in done
    assert ("weekly_report_posted", "console:launch") in done


async def test_what_was_learnt_is_explained_and_forgotten(team: Team) -> None:
    now = datetime.now(UTC)
    await team.answered("What does the fountain cost?", case=None, asked_at=now)
    await judged(team.application, "answer1", "up")
    await taken_in(team.application)
    mei, viewer = await team.sign_in(), await team.sign_in("Vic", "viewer")
    found = await viewer.get("learning")
    [record] = found["records"]
    assert (record["record_id"], record["up"], record["people"]) == ("m1", 1, 1)
    assert 0 < record["bonus"] <= found["bound"]
    [question] = (await viewer.get("learning/m1"))["questions"]
    assert (question["question"], question["is_private"]) == ("What does the fountain cost?", False)
    assert (await viewer.call("DELETE", "learning/m1"))[0] == 403
    assert (await mei.call("DELETE", "learning/m1"))[0] == 200
    assert all(one["bonus"] == 0 for one in (await mei.get("learning"))["records"])
    assert (await mei.call("DELETE", "learning"))[0] == 200
    assert (await mei.get("learning"))["last_reset_at"] is not None
    done = {one["action"] for one in (await mei.get("audit"))["entries"]}
    assert {"learning_reset_one", "learning_reset_all"} <= done
