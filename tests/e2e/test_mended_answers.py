"""A wrong answer in a group is mended at the desk, and the group is given the mended one: through Slack and WeCom.

``shiguang serve`` is a process of its own and the platforms are the strict fakes; what the desk looks like in a browser
is in ``test_desk_browser``. Invariants 4 (no leak) and 9 (both languages).
"""

from pathlib import Path

import pytest

from tests.e2e.desk_client import desk
from tests.e2e.slack_stage import slack_stage, words
from tests.e2e.test_slack_desk import whispered
from tests.e2e.truth import kept as kept_in
from tests.e2e.wecom_stage import WeComStage, wecom_stage
from tests.fakes.wecom import Shown
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(400)


async def _answers(stage: WeComStage, chatid: str, count: int) -> list[Shown]:
    """Wait until so many whole messages of the bot stand in a chat."""

    def whole() -> list[Shown]:
        return [shown for shown in stage.fake.screen.of(chatid) if shown.finished]

    await stage.fake.screen.until(lambda _: len(whole()) >= count, seconds=60)
    return whole()


async def test_in_slack(tmp_path: Path, quick_home: Path) -> None:
    asked, in_other_words = "When is the launch of the pump?", "On which day do we launch the pump?"
    mended = "On Friday, 8 January, no longer on Tuesday."
    async with slack_stage(tmp_path, quick_home) as stage:
        slack, people, bot = stage.slack, stage.slack.people, stage.installation.bot
        ann, bo = stage.workspace.add_person("ann", locale="en-US"), stage.workspace.add_person("bo", locale="en-GB")
        cat = stage.workspace.add_person("cat", locale="en-US")
        pumps = stage.workspace.add_channel("pumps", members=[ann, bo, bot], kind="private")
        general = stage.workspace.add_channel("general", members=[ann, bo, cat, bot])
        await stage.start()

        # The group gets a wrong answer, and somebody says so.
        people.post(bo, pumps, "The launch of the pump is on Tuesday")
        correction = people.post(bo, pumps, "It slipped: the pump goes out on Friday, 8 January")
        await kept_in(quick_home, "the pump", count=2)
        question = people.post(ann, pumps, f"<@{bot.id}> {asked}")
        wrong = await stage.answered(pumps, thread=question)
        assert "Tuesday" in words(wrong)
        slack.hands.press(ann, wrong, "answer_feedback", negative=True)
        slack.hands.press(ann, await whispered(stage, ann, "What was wrong"), "feedback_reason:outdated")
        await whispered(stage, ann, "✓ Outdated")

        # An operator finds it in the queue and mends it from what was said.
        async with desk(stage.server.base, quick_home) as operator:
            case = await operator.case_about(asked)
            assert [(one["person"], one["reasons"]) for one in case["answers"][0]["verdicts"]] == [
                ("ann", ["outdated"])
            ]
            source = await operator.source("It slipped: the pump goes out")
            assert source == f"slack:{pumps.id}:{correction.ts}"
            kept = await operator.mend(case, mended, record_id=source)

            # The group gets the mended one, whoever asks, in other words; and judges it.
            again = people.post(bo, pumps, f"<@{bot.id}> {in_other_words}")
            answer = await stage.answered(pumps, thread=again)
            assert f"{mended} [1]\n✔ Standard answer, verified by Mei on" in answer.text
            assert f"/archives/{pumps.id}/p{correction.ts.replace('.', '')}" in words(answer)
            slack.hands.press(bo, answer, "answer_feedback")
            await whispered(stage, bo, "Thank you")
            alone = people.write_to(bo, bot, in_other_words)
            await slack.journal.until(lambda: any(mended in words(one) for one in stage.said_to(alone)), seconds=60)

            # Who may not read its source is not given it.
            elsewhere = people.post(bo, general, f"<@{bot.id}> {in_other_words}")
            assert "8 January" not in words(await stage.answered(general, thread=elsewhere))
            outside = people.write_to(cat, bot, in_other_words)
            await slack.journal.until(
                lambda: any("found nothing" in words(one) for one in stage.said_to(outside)), seconds=60
            )
            assert not any("8 January" in words(one) for one in stage.said_to(outside))

            await eventually(lambda: operator.is_used(kept, given=2, up=1), seconds=60)

            # What a colleague answered is proposed from its thread.
            question = people.post(ann, general, "Where is the red stapler?")
            people.post(cat, general, "On the upper shelf, behind the paper", thread=question)
            people.post(ann, general, "Found it, thanks", thread=question)
            await operator.source("Found it, thanks")
            people.post(ann, general, f"<@{bot.id}> /shiguang standard", thread=question)
            await slack.journal.until(
                lambda: any("the reply of cat as" in words(one) for one in stage.said_in(general, thread=question)),
                seconds=60,
            )
            [proposal] = (await operator.get("standard", state="proposed"))["standard"]
            assert (proposal["proposed_by"], proposal["question"]) == ("ann", "Where is the red stapler?")
            assert (proposal["text"], proposal["rests_on"]) == ("On the upper shelf, behind the paper", 1)
        await stage.stop()
        assert slack.journal.refusals == []
        assert "Traceback" not in stage.log


async def test_in_wecom(tmp_path: Path, quick_home: Path) -> None:
    asked, in_other_words = "耗材报销找谁签字？", "请问耗材的报销要找谁签字？"
    mended = "找小林签字，老周已经调走了。"
    async with wecom_stage(tmp_path, quick_home, "robot") as stage:
        robot, screen = stage.fake.robot, stage.fake.screen
        team, company = "wrOTHER", "wrPUMPS"
        stage.fake.world.groups[team].has_robot = True
        await stage.start(TINY_ANSWER="耗材报销找老周签字 [1]。")

        # The group gets a wrong answer, and somebody says so.
        for number, told in enumerate(("耗材报销找老周签字", "老周调走了，小林接手他的工作"), start=1):
            await robot.mention("bob", team, told)
            await stage.kept(told)
            await _answers(stage, team, number)
        await robot.mention("alice", team, asked)
        wrong = (await _answers(stage, team, 3))[-1]
        assert "耗材报销找老周签字" in wrong.text
        await robot.rate("alice", wrong, "down", reasons=[3], content="他调走了")

        # An operator finds it in the queue and mends it from what was said.
        async with desk(stage.server.base, quick_home) as operator:
            case = await operator.case_about(asked)
            [verdict] = case["answers"][0]["verdicts"]
            assert (verdict["reasons"], verdict["comment"]) == (["wrong"], "他调走了")
            kept = await operator.mend(case, mended, record_id=await operator.source("老周调走了"))

            # The group gets the mended one, whoever asks, in other words; and judges it.
            await robot.mention("bob", team, in_other_words)
            answer = await stage.answered(mended)
            assert f"{mended} [1]\n✔ 标准答案" in answer.text
            await robot.rate("bob", answer, "up")
            await robot.direct("bob", in_other_words)
            await screen.until(lambda shown: shown.chat.chatid == "bob" and mended in shown.text, seconds=60)

            # Who may not read its source is not given it.
            await robot.mention("bob", company, in_other_words)
            await robot.direct("carol", in_other_words)
            for chatid in (company, "carol"):
                [answer] = await _answers(stage, chatid, 1)
                assert "没有找到" in answer.text

            await eventually(lambda: operator.is_used(kept, given=2, up=1), seconds=60)

            # What a colleague said without the robot is quoted and proposed; the operator approves it.
            await robot.mention("bob", team, "会议室的投影仪怎么连？")
            await stage.kept("会议室的投影仪怎么连")
            await _answers(stage, team, 5)
            quote = {"msgtype": "text", "text": {"content": "插墙上的蓝色线，再按第二个键"}}
            await robot.mention("alice", team, "/标准", quote=quote)
            proposed = await stage.answered("已向管理员提议：bob ")
            assert "问我的问题，以后用你引用的话来答，批准后生效。那条消息不在档案里" in proposed.text
            [proposal] = (await operator.get("standard", state="proposed"))["standard"]
            assert (proposal["proposed_by"], proposal["question"]) == ("alice", "会议室的投影仪怎么连？")
            assert (proposal["rests_on"], proposal["channel_ids"]) == (0, [f"wecom:{team}"])
            await operator.post(f"standard/{proposal['standard_answer_id']}/approve", owner="Mei")
            await robot.mention("bob", team, "请问会议室的投影仪怎么连呀？")
            assert "再按第二个键\n✔ 标准答案" in (await stage.answered("蓝色线")).text
        await stage.stop()
        assert stage.fake.ledger.refusals == []
        assert stage.fake.ledger.warnings == []
        assert "Traceback" not in stage.log
