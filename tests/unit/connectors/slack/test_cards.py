"""The buttons of a card, pressed in the fake Slack."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.connector import Card, Decision
from connectors.events import PersonRef
from connectors.slack.cards import Cards
from connectors.slack.reply import SlackReply
from connectors.slack.surface import Surface
from tests.fakes.slack import Message
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.answering import by_the_bot, card, place_of, said, small_print


class Table:
    """A card that was shown, and hands to press its buttons."""

    def __init__(self, it: SiteInTest) -> None:
        self.it = it
        self.cards = Cards(it.site, look_seconds=0.0)
        it.host.decisions["k1"] = Decision("k1", "done", "已删除 3 条消息。")

    async def show(self, *, direct: bool, made: Card | None = None) -> Message:
        it = self.it
        if direct:
            question = it.slack.people.write_to(it.ann, it.bot, "/忘记 最近 3 条")
        else:
            general = it.workspace.add_channel("general", members=[it.ann, it.bot])
            question = it.slack.people.post(it.ann, general, "/忘记 最近 3 条")
        reply = SlackReply(surface=Surface(it.site), place=place_of(it, question), language="zh")
        await reply.confirm(made or card())
        return by_the_bot(it, question.channel)[0] if direct else it.slack.bot_messages.ephemeral[0]

    async def press(self, message: Message, action: str, **options: Any) -> None:
        delivery = self.it.slack.hands.press(options.get("who", self.it.ann), message, action)
        acked = False

        async def ack() -> None:
            nonlocal acked
            acked = True

        pressed = self.cards._confirmed if action == "card_confirm" else self.cards._cancelled
        await pressed(ack, delivery.payload)  # type: ignore[arg-type] # Bolt's ack takes more
        assert acked
        await self.it.tasks.idle()


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    async with slack_site() as it:
        yield Table(it)


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("action", ["card_confirm", "card_cancel"])
async def test_the_card_becomes_what_came_of_it(table: Table, direct: bool, action: str) -> None:
    message = await table.show(direct=direct)
    await table.press(message, action)
    assert table.it.host.decided == [("k1", f"slack:{table.it.ann.id}", action == "card_confirm")]
    assert said(message.blocks) == "已删除 3 条消息。"
    assert [block["type"] for block in message.blocks] == ["rich_text"]
    assert [r for r in table.it.slack.journal.refusals if r.surface != "ack"] == []


class Raising:
    """An application that does not decide."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self, card_id: str, person: PersonRef, *, accepted: bool) -> Decision:
        raise self._error


async def test_an_unknown_card_says_that_nothing_was_changed(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    message = await table.show(direct=True)
    monkeypatch.setattr(table.it.host, "decide", Raising(LookupError("k1")))
    await table.press(message, "card_confirm")
    assert "什么都没有改变" in said(message.blocks)


async def test_only_who_asked_can_decide(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    message = await table.show(direct=True)
    monkeypatch.setattr(table.it.host, "decide", Raising(PermissionError("k1")))
    await table.press(message, "card_confirm")
    whispered = table.it.slack.bot_messages.ephemeral[-1]
    assert small_print(whispered.blocks) == "代码 slack_card_of_another"
    assert message.blocks[-1]["type"] == "actions"


async def test_whatever_goes_wrong_is_told_without_its_inside(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 6."""
    message = await table.show(direct=True)
    monkeypatch.setattr(table.it.host, "decide", Raising(RuntimeError("a secret of the machine")))
    await table.press(message, "card_confirm")
    whispered = table.it.slack.bot_messages.ephemeral[-1]
    assert small_print(whispered.blocks) == "代码 slack_internal"
    assert "secret" not in str(whispered.blocks)


async def test_what_takes_long_is_followed_to_its_end(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    message = await table.show(direct=True)
    states = [Decision("k1", "running", "正在处理…"), Decision("k1", "running", ""), Decision("k1", "done", "已删除。")]

    async def decide(_: str, __: PersonRef, *, accepted: bool) -> Decision:
        return states.pop(0)

    monkeypatch.setattr(table.it.host, "decide", decide)
    await table.press(message, "card_confirm")
    assert said(message.blocks) == "已删除。"
    assert len(table.it.slack.journal.calls("chat.update")) == 2
