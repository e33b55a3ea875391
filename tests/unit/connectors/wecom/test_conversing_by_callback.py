"""What robots share, over the way that asks for the text again and again: answers, cards in groups, a second answer."""

from datetime import timedelta

from connectors.connector import Card, Reply, Utterance
from tests.fakes.wecom import Sent
from tests.fakes.wecom_site import SAID_AT, answer, citation, says, wecom_site
from tests.unit.connectors.wecom.robots import Called, called, until

CARD = Card(
    card_id="c1",
    text="要删除你在这里的 3 条消息吗？删除后无法恢复。",
    confirm="确认",
    cancel="取消",
    deletes=True,
    language="zh",
    expires_at=SAID_AT + timedelta(minutes=10),
    channel_id=None,
)


async def _shown(it: Called, sent: Sent) -> str:
    await it.follow(sent)
    await until(lambda: not it.host.mailbox.letters)
    shown = [shown for shown in it.fake.screen.messages if shown.msgtype == "stream"][-1]
    assert shown.finished
    assert it.fake.ledger.refusals == []
    assert it.fake.ledger.warnings == []
    return shown.text


async def test_an_answer_a_question_back_and_a_vote() -> None:
    async with wecom_site() as own, called(own.conversing.heard) as it:
        first, second = (
            answer("周四到。[1]", citations=[citation(1)]),
            answer("周四上午到。[1]", citations=[citation(1)]),
        )
        own.host.answers = {first.answer_id: first}
        own.host.conversing = says(first, second)
        text = await _shown(it, await it.fake.robot.mention("alice", "wrPUMPS", "水泵什么时候到？"))
        assert text.startswith("周四到。[1]")
        text = await _shown(it, await it.fake.robot.mention("alice", "wrPUMPS", "/换个答法"))
        assert "**回答 A**" in text
        assert "周四上午到" in text
        [vote] = [shown for shown in it.fake.screen.messages if shown.card]
        assert vote.card is not None
        assert vote.card["card_type"] == "vote_interaction"

        async def asks(_: Utterance, reply: Reply) -> None:
            await reply.confirm(CARD)

        own.host.conversing = asks
        await _shown(it, await it.fake.robot.mention("bob", "wrPUMPS", "/忘记 最近 3 条"))
        cards = [shown.card for shown in it.fake.screen.messages if shown.card]
        assert cards[-1]["main_title"]["title"] == "要删除你在这里的 3 条消息吗？"
