"""Slack, from an invitation to a restart: ``shiguang serve`` as a process against the fake, over real sockets."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.console_client import ConsoleClient, console
from tests.e2e.real_models import SETTINGS, home_with_models, needs_models
from tests.e2e.slack_stage import slack_stage, words
from tests.e2e.truth import kept, rows
from tests.fakes.slack import Message
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(300)
_SOON = 30.0
_FACT = "The visitors from Foxglove arrive at 14:30 on Thursday."


async def _finds(client: ConsoleClient, words: str, wanted: str) -> bool:
    return any(wanted in text for text in await client.texts(words))


def _record(message: Message) -> str:
    return f"slack:{message.channel.id}:{message.ts}"


@pytest.mark.model
@needs_models
async def test_the_whole_way_with_the_real_models(tmp_path: Path) -> None:
    """Invitation, history, live talk, a cited answer in a thread, verdicts, edit, deletion, file, command, restart."""
    home = home_with_models(tmp_path / "home")
    async with slack_stage(tmp_path, home, module="bot", **SETTINGS) as stage:
        slack, people = stage.slack, stage.slack.people
        ann = stage.workspace.add_person("ann", locale="en-US")
        bo = stage.workspace.add_person("bo", locale="zh-CN")
        general = stage.workspace.add_channel("general", members=[ann, bo])
        long_ago = slack.clock.now() - 90 * 86_400
        people.fill(general, bo, 40, since=long_ago)
        spoken = people.post(bo, general, "The spare key lies under the flowerpot", at=long_ago + 86_400, quietly=True)
        people.post(ann, general, "It moved to the letterbox", thread=spoken, at=long_ago + 90_000, quietly=True)
        await stage.start()
        slack.places.invite(ann, stage.installation, general)

        async with console(stage.server.base, name="Operator") as operator:
            await eventually(lambda: _finds(operator, "history line", "history line 39"), seconds=60)
            await eventually(lambda: _finds(operator, "spare key", "letterbox"), seconds=60)
            people.post(bo, general, _FACT)
            await eventually(lambda: _finds(operator, "visitors from Foxglove", "14:30"), seconds=_SOON)

            question = people.post(
                ann, general, f"<@{stage.installation.bot.id}> When do the visitors from Foxglove arrive?"
            )
            answer = await stage.answered(general, thread=question, seconds=120)
            await slack.journal.until(lambda: "14:30" in words(answer), seconds=_SOON)
            assert "/archives/" in words(answer), "sources are permalinks"
            assert await _verdicts(home) == []
            slack.hands.press(ann, answer, "answer_feedback")
            await eventually(lambda: _verdict_is(home, "up"), seconds=_SOON)
            slack.hands.press(ann, answer, "answer_feedback", negative=True)
            await eventually(lambda: _verdict_is(home, "down"), seconds=_SOON)

            told = people.post(bo, general, "Parking is on level 3")
            await eventually(lambda: _finds(operator, "parking level", "level 3"), seconds=_SOON)
            people.edit(told, "Parking is on level 5")
            await eventually(lambda: _finds(operator, "parking level", "level 5"), seconds=_SOON)
            people.delete(told)

            async def gone() -> bool:
                return not await _finds(operator, "parking level", "Parking")

            await eventually(gone, seconds=_SOON)
            slack.sharing.upload(
                bo, general, "menu.txt", b"On Friday the canteen serves pumpkin soup.", text="the menu"
            )
            await eventually(lambda: _finds(operator, "pumpkin soup", "menu"), seconds=60)

            before = len(slack.journal.requests)
            await stage.command(ann, general, "/shiguang find Foxglove")
            await slack.journal.until(
                lambda: any("14:30" in str(said.arguments) for said in slack.journal.requests[before:]), seconds=60
            )

            await stage.stop()
            missed = people.post(bo, general, "While you were away: the code word is marmalade")
            asked = people.post(ann, general, f"<@{stage.installation.bot.id}> What is the code word?")
        await stage.start()
        async with console(stage.server.base, name="Operator") as operator:
            await eventually(lambda: _finds(operator, "code word", "marmalade"), seconds=60)
        assert missed.ts < asked.ts
        assert await rows(home, "SELECT count(*) FROM messages WHERE record_id = :record", record=_record(missed)) == [
            (1,)
        ]
        await stage.stop()
        assert slack.journal.refusals == []
        assert "Traceback" not in stage.log


async def test_a_private_channel_stays_private(tmp_path: Path, quick_home: Path) -> None:
    """Invariant 4, through the whole process."""
    async with slack_stage(tmp_path, quick_home) as stage:
        slack = stage.slack
        ann, bo = stage.workspace.add_person("ann"), stage.workspace.add_person("bo")
        bot = stage.installation.bot
        general = stage.workspace.add_channel("general", members=[ann, bo, bot])
        board = stage.workspace.add_channel("board", members=[ann, bot], kind="private")
        await stage.start()
        slack.people.post(ann, board, "The merger is called Larkspur")
        slack.people.post(ann, general, "The picnic is on Larkspur lane")
        await kept(quick_home, "Larkspur", count=2)
        asked = slack.people.post(bo, general, f"<@{bot.id}> /find Larkspur")
        await slack.journal.until(lambda: stage.said_in(general, thread=asked), seconds=30)
        said = stage.said_in(general, thread=asked)
        await slack.journal.until(lambda: any("picnic" in words(message) for message in said), seconds=30)
        assert not any("merger" in words(message) for message in said)
        direct = slack.people.write_to(ann, bot, "/find Larkspur")
        await slack.journal.until(lambda: any("merger" in words(one) for one in stage.said_to(direct)), seconds=30)
        slack.places.leave(ann, board)
        await slack.acknowledged(seconds=30)
        again = slack.people.write_to(ann, bot, "/find merger Larkspur")
        await slack.journal.until(lambda: any("picnic" in words(one) for one in stage.said_to(again)), seconds=30)
        assert not any("merger is called" in words(one) for one in stage.said_to(again))
        await stage.stop()
        assert slack.journal.refusals == []


async def _verdicts(home: Path) -> list[Any]:
    return await rows(home, "SELECT kind FROM verdicts")


async def _verdict_is(home: Path, kind: str) -> bool:
    return await _verdicts(home) == [(kind,)]
