"""WeCom by each of its five ways: ``shiguang serve`` as a process against the fake, over real sockets."""

import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.digests.schedule import Schedules
from bot.digests.times import Timing
from bot.permissions import Permissions
from bot.settings import load_settings
from bot.truth.database import Database
from bot.truth.tables import MessageRow
from connectors.events import ChannelId, ChannelRef, PersonId, PersonRef
from tests.e2e.wecom_stage import GROUP, WeComStage, wecom_stage
from tests.fakes.wecom.world import RobotMode
from tests.processes import shiguang
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(400)
_ANSWER = "The launch is on Tuesday"
_PARTIAL = "partial"


async def _verdicts_are(stage: WeComStage, *kinds: str) -> None:
    async def are_there() -> bool:
        return [kind for (kind,) in await stage.rows("SELECT kind FROM verdicts")] == list(kinds)

    await eventually(are_there, seconds=30)


def _is_clean(stage: WeComStage) -> None:
    """Nothing was refused, nothing would look other than meant, nothing raw and no secret in the log."""
    assert stage.fake.ledger.refusals == []
    assert stage.fake.ledger.warnings == []
    assert "Traceback" not in stage.log
    for secret in stage.secrets:
        assert secret not in stage.log


@pytest.mark.parametrize("mode", ["long_connection", "callback"])
async def test_a_robot_from_a_question_to_a_verdict(tmp_path: Path, quick_home: Path, mode: RobotMode) -> None:
    """Told, asked, streamed with its source, judged, judged otherwise, taken back; a card; what a restart keeps."""
    async with wecom_stage(tmp_path, quick_home, "robot", mode=mode) as stage:
        robot, fake = stage.fake.robot, stage.fake
        await stage.start()
        if mode == "callback":
            assert await fake.verify_robot_callback()
        told = await robot.mention("bob", GROUP, "The launch of the pump is on Tuesday")
        if mode == "callback":
            await fake.callback.follow(told)
        await stage.kept("launch of the pump")
        asked = await robot.mention("alice", GROUP, "When is the launch?", space="\u2005")
        if mode == "callback":
            await fake.callback.follow(asked)
        answer = await stage.answered(_ANSWER)
        assert "Sources" in answer.text
        assert "bob" in answer.text, "its source is named by group, person and time"
        assert len(answer.frames) > 1, "it grew"
        assert answer.feedback_id
        await robot.rate("bob", answer, "up")
        await _verdicts_are(stage, "up")
        await robot.rate("bob", answer, "down", reasons=[2], content="which week?")
        await _verdicts_are(stage, "down")

        await stage.stop()
        await stage.start()
        if mode == "long_connection":
            await fake.long_connection.until_live(seconds=60)
        await robot.rate("bob", answer, "withdrawn")
        await _verdicts_are(stage, "withdrawn")
        await robot.repeat(asked)
        shown = len(fake.screen.of(GROUP))
        again = await robot.mention("alice", GROUP, "/时间线")
        if mode == "callback":
            await fake.callback.follow(again)
        timeline = await stage.answered("不完整")
        assert "launch of the pump" in timeline.text
        assert len(fake.screen.of(GROUP)) == shown + 1, "nothing is answered twice"
        await stage.stop()
        _is_clean(stage)


async def test_a_question_is_answered_once_although_the_server_was_killed(tmp_path: Path, quick_home: Path) -> None:
    """Invariant 2, by long connection."""
    async with wecom_stage(tmp_path, quick_home, "robot") as stage:
        fake = stage.fake
        await stage.start(TINY_ANSWER="forever")
        await fake.robot.mention("bob", GROUP, "The launch of the pump is on Tuesday")
        await stage.kept("launch of the pump")
        await fake.robot.direct("alice", "hello")
        await fake.robot.mention("alice", GROUP, "When is the launch?")
        await fake.screen.until(lambda shown: _ANSWER in shown.text, seconds=60)
        stage.server.process.send_signal(signal.SIGKILL)
        await stage.server.process.wait()
        await stage.start()
        answer = await stage.answered(_ANSWER)
        assert "Sources" in answer.text
        await stage.kept(_ANSWER)
        whole = [one for one in fake.screen.of(GROUP) if _ANSWER in one.text and one.finished]
        assert len(whole) == 1
        await stage.stop()
        assert "Traceback" not in stage.log


async def test_a_confirmation_is_a_card_that_only_who_asked_can_press(tmp_path: Path, quick_home: Path) -> None:
    async with wecom_stage(tmp_path, quick_home, "robot") as stage:
        fake = stage.fake
        await stage.start()
        await fake.robot.mention("bob", GROUP, "The launch of the pump is on Tuesday")
        await stage.kept("launch of the pump")
        await fake.robot.mention("bob", GROUP, "每天9点在这里发日报")
        card = await fake.screen.until(lambda shown: bool(shown.card and shown.card.get("button_list")), seconds=60)
        assert card.card is not None
        (key,) = [button["key"] for button in card.card["button_list"] if ":yes:" in button["key"]]
        await fake.robot.press("alice", card, key)
        await fake.robot.press("bob", card, key)

        async def is_set_up() -> bool:
            return len(await stage.rows("SELECT * FROM digest_schedules")) == 1

        await eventually(is_set_up, seconds=60)
        await stage.stop()
        _is_clean(stage)


async def test_the_doctor_verifies_the_callbacks_of_the_running_server(tmp_path: Path, quick_home: Path) -> None:
    async with wecom_stage(tmp_path, quick_home, "robot", "app", "webhook", mode="callback") as stage:
        server = await stage.start()
        # Asked for by no number, so that nobody else can have it; the doctor is told which one it has become.
        port = server.base.rpartition(":")[2]
        result = await shiguang("doctor", "wecom", "--json", env={**stage.env, "SHIGUANG_WEB__PORT": port})
        states = {(one["way"], one["check"]): one["state"] for one in result.json["findings"]}
        assert states["robot main", "callback"] == states["app app", "callback"] == "ok", result.out
        assert "failed" not in states.values()
        assert stage.fake.screen.messages == []
        await stage.stop()


async def test_an_app_answers_and_says_which_setting_is_wrong(tmp_path: Path, quick_home: Path) -> None:
    async with wecom_stage(tmp_path, quick_home, "app") as stage:
        fake = stage.fake
        await stage.start()
        assert await fake.verify_app_callback()
        await fake.app.say("bob", "The launch of the pump is on Tuesday")
        await stage.kept("launch of the pump")
        asked = await fake.app.say("bob", "When is the launch?")
        assert asked.delivered
        assert len(asked.attempts) == 1, "taken before it is answered"
        answer = await stage.answered(_ANSWER)
        assert "Sources" in answer.text
        await fake.app.repeat(asked)
        await fake.app.say("bob", "/help")
        await stage.answered("/find")
        assert len([one for one in fake.screen.of("bob") if _ANSWER in one.text]) == 1
        _is_clean(stage)
        await stage.stop()
        fake.world.app.trusted_addresses = set()
        await stage.start(wait=False)

        async def is_told() -> bool:
            return await stage.state() not in ("ok", "starting") and "60020" in stage.log

        await eventually(is_told, seconds=60)
        await stage.stop()


async def test_a_digest_goes_through_the_webhook_of_its_group_once(tmp_path: Path, quick_home: Path) -> None:
    async with wecom_stage(tmp_path, quick_home, "robot", "webhook") as stage:
        fake = stage.fake
        await stage.start()
        await fake.robot.mention("bob", GROUP, "We decided: the launch of the pump moves to 8 December.")
        await stage.kept("launch of the pump")
        await stage.stop()
        await _set_up(quick_home)
        await stage.start()
        digest = await fake.screen.until(lambda shown: shown.via == "webhook", seconds=90)
        assert "8 December" in digest.text
        assert _PARTIAL in digest.text, "of this group only what mentions the robot is kept"

        async def is_kept_as_ours() -> bool:
            return await stage.rows("SELECT count(*) FROM digests WHERE posted_record_id LIKE 'wecom:own:%'") == [(1,)]

        await eventually(is_kept_as_ours, seconds=60)
        await stage.stop()
        await stage.start()
        await fake.robot.mention("bob", GROUP, "/help")
        await stage.answered("/find")
        assert len([shown for shown in fake.screen.messages if shown.via == "webhook"]) == 1
        await stage.stop()
        _is_clean(stage)


async def _set_up(home: Path) -> None:
    """What was said is of yesterday; a daily digest of the group was due five minutes ago."""
    database = Database(load_settings(home=home).truth_url)
    ago = datetime.now(UTC) - timedelta(minutes=5)
    try:
        async with database.begin() as connection:
            await connection.execute(update(MessageRow).values(sent_at=ago - timedelta(hours=2)))
        await Schedules(database, Permissions(database)).set_for_channel(
            ChannelRef(channel_id=ChannelId(f"wecom:{GROUP}"), platform="wecom", name="x", visibility="private"),
            by=PersonRef(person_id=PersonId("wecom:bob"), platform="wecom", name="bob"),
            timing=Timing(period="daily", minute_of_day=ago.hour * 60 + ago.minute, timezone="UTC"),
            language="en",
            skip_quiet=False,
            now=ago - timedelta(hours=30),
        )
    finally:
        await database.close()


async def test_the_message_archive_brings_whole_groups(tmp_path: Path, quick_home: Path) -> None:
    """What nobody said to the robot is found and cited; what is recalled is gone; a killed worker costs nothing."""
    from tests.fakes.wecom_sdk import CORP_ID, SECRET, CannedArchive

    canned = CannedArchive(tmp_path / "canned")
    keys = ", ".join(f"{version} = {json.dumps(str(canned.key_path(version)))}" for version in (1, 2, 3))
    archive = (
        f'[wecom.message_archive]\nsecret = "{SECRET}"\nsdk = {json.dumps(str(canned.library))}\n'
        f"private_keys = {{ {keys} }}\nseconds = 1"
    )
    now = int(datetime.now(UTC).timestamp() * 1000)
    canned.clock = now - 60_000
    canned.text("The launch of the pump is on Tuesday", **{"from": "bob", "tolist": ["alice", "carol"]})
    regretted = canned.text("The secret launch is on Sunday", **{"from": "bob", "tolist": ["alice", "carol"]})
    async with wecom_stage(tmp_path, quick_home, "robot", "archive", corp_id=CORP_ID, archive=archive) as stage:
        fake = stage.fake
        await stage.start()
        await stage.kept("launch of the pump")
        await stage.kept("secret launch")
        canned.recall(regretted, **{"from": "bob"})
        await stage.kept("secret launch", count=0)
        await fake.robot.mention("alice", GROUP, "When is the launch?")
        answer = await stage.answered(_ANSWER)
        assert "Sources" in answer.text
        assert "Sunday" not in answer.text
        stage.server.process.send_signal(signal.SIGKILL)
        await stage.server.process.wait()
        canned.text("The pump has arrived", **{"from": "alice", "tolist": ["bob", "carol"]})
        await stage.start()
        await stage.kept("pump has arrived")
        await stage.kept("launch of the pump")
        await stage.stop()
        assert "Traceback" not in stage.log
        assert SECRET not in stage.log
