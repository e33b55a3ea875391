"""What people press and type in Slack: ``shiguang serve`` as a process against the fake, over real sockets."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.slack_stage import SlackStage, slack_stage, words
from tests.e2e.truth import kept
from tests.fakes.slack import Channel, Message, Person
from tests.fakes.slack.views import View
from tests.fakes.slack_desk import words_of

pytestmark = pytest.mark.timeout(300)
_SOON = 30.0
_SLACK_WAITS = 3.0


async def whispered(stage: SlackStage, person: Person, wanted: str) -> Message:
    """Wait for what only this person sees."""

    def found() -> list[Message]:
        mine = [one for one in stage.slack.bot_messages.ephemeral if one.ephemeral_for == person.id]
        return [one for one in mine if wanted in words(one)]

    try:
        await stage.slack.journal.until(found, seconds=_SOON)
    except TimeoutError:
        raise AssertionError([words(one) for one in stage.slack.bot_messages.ephemeral] + [stage.log]) from None
    return found()[-1]


async def typed(stage: SlackStage, person: Person, channel: Channel, line: str, wanted: str) -> Message:
    """A command, and what it is answered with."""
    stage.slack.bot_messages.ephemeral.clear()
    stage.slack.hands.run_command(person, stage.installation, channel, line)
    return await whispered(stage, person, wanted)


async def form(stage: SlackStage, wanted: str = "") -> View:
    """Wait for a form that says this."""

    def found() -> list[View]:
        return [view for view in stage.slack.views.open.values() if wanted in words_of(view.content)]

    await stage.slack.journal.until(found, seconds=_SOON)
    return found()[-1]


def text(block: str, action: str, value: str) -> dict[str, Any]:
    return {block: {action: {"type": "plain_text_input", "value": value}}}


async def test_commands_forms_and_home(tmp_path: Path, quick_home: Path) -> None:
    """Everything on the desk but a model's answers, in one sitting."""
    async with slack_stage(tmp_path, quick_home) as stage:
        slack, bot = stage.slack, stage.installation
        ann, bo = stage.workspace.add_person("ann", locale="zh-CN"), stage.workspace.add_person("bo", locale="en-GB")
        general = stage.workspace.add_channel("general", members=[ann, bo, bot.bot])
        board = stage.workspace.add_channel("board", members=[ann, bot.bot], kind="private")
        await stage.start()
        said = slack.people.post(ann, general, "发布日期定在 11 月 30 日，代号青鸟")
        slack.people.post(ann, board, "并购的代号是青鸟")
        await kept(quick_home, "青鸟", count=2)
        await typed(stage, ann, general, "/shiguang 状态", "这里存档了 1 条消息")
        found = await typed(stage, ann, general, "/shiguang 找 青鸟", "并购")
        assert "发布日期" in words(found), "to ann alone, with what ann may read"
        found = await typed(stage, bo, general, "/shiguang find 青鸟", "发布日期")
        assert "并购" not in words(found), "bo may not read it (design: no leak)"
        everywhere = [*stage.said_in(board), *stage.said_in(general)]
        assert not any("青鸟" in words(one) for one in everywhere), "commands leave nothing in channels"

        helped = await typed(stage, bo, general, "/shiguang", "/shiguang find")
        assert "\n/find" not in words(helped), "Slack would take that for a mistake"
        await typed(stage, ann, general, "/shiguang 旁听 开", "旁听：开")
        await typed(stage, ann, general, "/shiguang 日报 每天 9点", "每天 09:00")
        await typed(stage, ann, general, "/shiguang remind-me-of 合同 tomorrow 10am", "10:00 我私信提醒你：合同")
        await typed(stage, bo, general, "/shiguang timeline", "发布日期")
        stage.slack.hands.run_command(bo, bot, general, "/shiguang summary in public")
        await slack.journal.until(
            lambda: any("asks: /shiguang summary" in words(one) for one in stage.said_in(general)), seconds=_SOON
        )
        asked = next(one for one in stage.said_in(general) if "asks: /shiguang summary" in words(one))
        summary = await stage.answered(general, thread=asked)
        assert "代号青鸟" in words(summary)

        slack.surfaces.open_home(ann, bot)
        await slack.journal.until(lambda: slack.views.home, seconds=_SOON)
        home = slack.views.home[bot.app.id, ann.id]
        shown = words_of(home.content)
        assert f"<#{general.id}>" in shown
        assert f"<#{board.id}>" in shown
        assert "👂 会主动回答" in shown
        slack.hands.press_in_view(ann, bot, home, "home_settings", choose=f"listen_off:{general.id}")
        slack.hands.close(ann, bot, await form(stage, "旁听：关"))
        await slack.journal.until(
            lambda: "👂" not in words_of(slack.views.home[bot.app.id, ann.id].content), seconds=_SOON
        )
        slack.surfaces.open_home(bo, bot)
        await slack.journal.until(lambda: (bot.app.id, bo.id) in slack.views.home, seconds=_SOON)
        assert f"<#{board.id}>" not in words_of(slack.views.home[bot.app.id, bo.id].content)

        slack.hands.use_shortcut(bo, bot, "search_archive")
        search = await form(stage)
        slack.hands.submit(bo, bot, search, text("query", "query", "青鸟"))
        await form(stage, "发布日期")
        assert "并购" not in words_of(search.content)
        slack.hands.close(bo, bot, search)

        slack.hands.use_message_shortcut(ann, bot, said, "keep_under_category")
        choose = await form(stage)
        options = choose.content["blocks"][0]["element"]["options"]
        slack.hands.submit(ann, bot, choose, {"category": {"category": {"selected_option": options[0]}}})
        slack.hands.close(ann, bot, await form(stage, "已归入"))

        slack.hands.use_message_shortcut(ann, bot, said, "make_standard_answer")
        proposal = await form(stage)
        values = text("question", "question", "发布日期是哪天？") | text("text", "text", "11 月 30 日。")
        slack.hands.submit(ann, bot, proposal, values)
        await slack.journal.until(
            lambda: "standard_answer" not in str(proposal.state) and not _asks(proposal), seconds=_SOON
        )
        slack.hands.close(ann, bot, proposal)

        card = await typed(stage, ann, general, "/shiguang 忘记 最近 1 条", "无法恢复")
        slack.hands.press(ann, card, "card_confirm")
        await slack.journal.until(lambda: "确认" not in words(card), seconds=_SOON)
        await typed(stage, bo, general, "/shiguang find 青鸟", "没有找到")
        await stage.stop()
        assert slack.journal.refusals == []
        assert _usual(slack.deliveries.acknowledgement_seconds) < _SLACK_WAITS
        assert "Traceback" not in stage.log


def _usual(seconds: list[float]) -> float:
    """What nine of ten do not exceed: the one that a busy machine lets wait is not the program's doing."""
    return seconds[len(seconds) * 9 // 10]


def _asks(view: View) -> bool:
    return any(block["type"] == "input" for block in view.content["blocks"])


async def test_an_answer_from_the_question_to_the_channel(tmp_path: Path, quick_home: Path) -> None:
    """Asked privately, judged with a reason, taken back, shared; what not everybody may read is not (no leak)."""
    async with slack_stage(tmp_path, quick_home) as stage:
        slack, bot = stage.slack, stage.installation
        ann, bo = stage.workspace.add_person("ann", locale="zh-CN"), stage.workspace.add_person("bo", locale="en-GB")
        general = stage.workspace.add_channel("general", members=[ann, bo, bot.bot])
        board = stage.workspace.add_channel("board", members=[ann, bot.bot], kind="private")
        await stage.start()
        slack.people.post(ann, general, "发布日期定在 11 月 30 日")
        slack.people.post(ann, board, "并购的代号是青鸟")
        await kept(quick_home, "发布日期")
        await kept(quick_home, "青鸟")
        await typed(stage, ann, general, "/shiguang 状态", "这里存档了 1 条消息")
        await typed(stage, ann, board, "/shiguang 状态", "这里存档了 1 条消息")

        answer = await typed(stage, ann, general, "/shiguang 总结", "11 月 30 日")
        slack.hands.press(ann, answer, "answer_feedback", negative=True)
        asked = await whispered(stage, ann, "哪里不好")
        slack.hands.press(ann, asked, "feedback_reason:outdated")
        await whispered(stage, ann, "✓ 过时了")
        slack.hands.press(ann, asked, "feedback_undo")
        await whispered(stage, ann, "已撤销")

        slack.hands.press(ann, answer, "share_answer")
        await whispered(stage, ann, "已分享到频道")
        [shared] = [one for one in stage.said_in(general) if "分享了我的回答" in words(one)]
        assert "11 月 30 日" in words(shared)
        slack.people.react(bo, shared, "+1")
        await slack.acknowledged(seconds=_SOON)

        secret = await typed(stage, ann, board, "/shiguang 总结", "青鸟")
        slack.hands.press(ann, secret, "share_answer")
        await whispered(stage, ann, "已分享到频道")
        assert any("青鸟" in words(one) for one in stage.said_in(board)), "where all may read it"
        mine = slack.people.write_to(ann, bot.bot, "/错过了什么")
        await slack.journal.until(lambda: any("青鸟" in words(one) for one in stage.said_to(mine)), seconds=_SOON)
        assert not any("青鸟" in words(one) for one in stage.said_in(general))
        await stage.stop()
        assert slack.journal.refusals == []
        assert _usual(slack.deliveries.acknowledgement_seconds) < _SLACK_WAITS
        assert "Traceback" not in stage.log
