"""Answers that only who asked sees."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from connectors.connector import Notice
from connectors.slack.private_reply import PrivateReply
from connectors.slack.sharing import share_blocks
from tests.fakes.slack import Channel, Message
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.answering import answer, block_ids, by_the_bot, card, citation, said, small_print
from tests.unit.connectors.slack.test_posting import LONG


@dataclass
class Command:
    it: SiteInTest
    channel: Channel
    reply: PrivateReply

    @property
    def shown(self) -> list[Message]:
        return self.it.slack.bot_messages.ephemeral


@pytest.fixture
async def command() -> AsyncIterator[Command]:
    async with slack_site() as it:
        channel = it.workspace.add_channel("elsewhere", members=[it.ann])
        delivery = it.slack.hands.run_command(it.ann, it.installation, channel, "/shiguang ask when?")
        url = delivery.payload["response_url"]
        reply = PrivateReply(site=it.site, response_url=url, user_id=it.ann.id, language="zh")
        yield Command(it, channel, reply)


async def test_one_status_then_the_answer_in_its_place(command: Command) -> None:
    reply = command.reply
    await reply.status("正在翻档案…")
    [message] = command.shown
    assert (message.ephemeral_for, small_print(message.blocks)) == (command.it.ann.id, "正在翻档案…")
    await reply.status("正在阅读…")
    await reply.sources([citation()])
    await reply.delta("2.4 定在")
    await reply.finish(answer())
    assert command.shown == [message]
    assert (said(message.blocks), block_ids(message)) == (answer().text, ["answer:a1"])
    assert len([r for r in command.it.slack.journal.requests if r.surface == "response_url"]) == 2
    assert by_the_bot(command.it, command.channel) == []
    assert command.it.host.live == []


async def test_without_a_status_the_answer_comes_at_once(command: Command) -> None:
    await command.reply.finish(answer())
    assert [said(message.blocks) for message in command.shown] == [answer().text]


async def test_a_long_answer_uses_no_more_posts_than_there_are(command: Command) -> None:
    await command.reply.status("…")
    await command.reply.finish(answer(LONG * 4))
    assert len(command.shown) == 4
    assert [r.error for r in command.it.slack.journal.refusals if r.surface == "response_url"] == []


async def test_a_failure_a_card_and_nothing(command: Command) -> None:
    reply = command.reply
    await reply.fail(Notice(code="busy", sentence="忙。", hint="等等。"))
    assert small_print(command.shown[-1].blocks) == "代码 busy"
    await reply.confirm(card())
    assert command.shown[-1].blocks[-1]["type"] == "actions"
    await reply.status("…")
    before = len(command.shown)
    await reply.drop()
    assert len(command.shown) == before - 1


async def test_when_the_address_is_dead_the_direct_chat_gets_the_answer(command: Command) -> None:
    await command.reply.status("…")
    command.it.slack.clock.advance(1801)
    command.reply.more = share_blocks
    await command.reply.finish(answer())
    direct = command.it.workspace.direct_channel(command.it.ann.id, command.it.bot.id)
    assert direct is not None
    [message] = by_the_bot(command.it, direct)
    assert said(message.blocks) == answer().text
    assert "share_answer" not in str(message.blocks)  # It would be shared with nobody.
