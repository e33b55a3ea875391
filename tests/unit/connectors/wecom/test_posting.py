"""What the bot says by itself: the right way for each place, once, whatever happens in between (invariant 2)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from connectors.connector import PostRefused
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.ways import NO_WAY_TO_GROUP, NO_WAY_TO_PERSON, NOT_A_CHAT_OF_THE_BOT
from tests.unit.connectors.wecom.companies import BOB, GROUP, Company, channel, company, group, post
from tests.waiting import eventually

LONG = "\n".join(
    f"• Something was decided about pump number {number}, and it takes a whole line." for number in range(200)
)


@pytest.fixture
async def acme() -> AsyncIterator[Company]:
    async with company() as made:
        yield made


async def test_a_group_is_reached_by_its_webhook_else_by_a_robot_that_was_mentioned(acme: Company) -> None:
    async with acme.connector("robots", "apps", "webhooks") as wecom:
        record = await wecom.post(post(group()))
        (shown,) = acme.fake.screen.messages
        assert (shown.via, shown.chat.chatid) == ("webhook", GROUP)
        assert "水泵项目·王博" in shown.text and "The pump has arrived" in shown.text
        (said,) = acme.own
        assert (said.record_id, said.answer_id, said.channel) == (record, "post-1", group())
    async with acme.connector("robots", "apps") as wecom:
        with pytest.raises(PostRefused) as refused:
            await wecom.post(post(group(), post_id="post-2"))
        assert refused.value.code == NO_WAY_TO_GROUP, "nobody has mentioned the robot there"
        await acme.fake.robot.mention("bob", GROUP, "hello")
        await eventually(lambda: _true(acme.host.utterances))
        await wecom.post(post(group(), post_id="post-2"))
        assert acme.fake.screen.messages[-1].via == "robot"
    assert acme.fake.ledger.refusals == []


async def test_a_group_that_an_app_made_is_reached_by_it(acme: Company) -> None:
    async with acme.connector("apps") as wecom:
        (app,) = wecom._parts[0].apps
        made = await app.groups.create(name="新项目", owner="bob", members=["bob", "alice"], chat_id="newpumps")
        await wecom.post(post(made))
        (shown,) = acme.fake.screen.of("newpumps")
        assert shown.via == "app"


async def test_a_person_is_reached_by_the_robot_they_wrote_to_else_by_an_app(acme: Company) -> None:
    async with acme.connector("robots", "apps") as wecom:
        await wecom.post(post(BOB))
        await acme.fake.robot.direct("bob", "hello")
        await eventually(lambda: _true(acme.host.utterances))
        await wecom.post(post(BOB, post_id="post-2"))
        await wecom.post(post(channel("wecom:direct:app:bob"), post_id="post-3"))
        said = [shown.via for shown in acme.fake.screen.messages if "has arrived" in shown.text]
        assert said == ["app", "robot", "app"], "the chat with the app is gone on in by the app"
        assert {said.channel.channel_id for said in acme.own} == {"wecom:direct:app:bob", "wecom:direct:main:bob"}
    async with acme.connector("robots") as wecom:
        with pytest.raises(PostRefused) as refused:
            await wecom.post(post(BOB.model_copy(update={"person_id": "wecom:carol"}), post_id="post-4"))
        assert refused.value.code == NO_WAY_TO_PERSON


async def test_chats_of_others_are_none_of_ours(acme: Company) -> None:
    async with acme.connector("apps") as wecom:
        with pytest.raises(PostRefused) as refused:
            await wecom.post(post(channel("wecom:pair:alice:bob")))
    assert refused.value.code == NOT_A_CHAT_OF_THE_BOT


async def test_a_long_post_is_split_and_posted_once_also_after_a_restart(acme: Company) -> None:
    async with acme.connector("webhooks") as wecom:
        first = await wecom.post(post(group(), LONG))
    shown = acme.fake.screen.of(GROUP)
    assert len(shown) > 3
    assert all(len(one.text.encode()) <= 4096 for one in shown)
    assert "pump number 199" in "".join(one.text for one in shown)
    async with acme.connector("webhooks") as wecom:
        again, beside = await asyncio.gather(wecom.post(post(group(), LONG)), wecom.post(post(group(), LONG)))
    assert first == again == beside
    assert len(acme.fake.screen.of(GROUP)) == len(shown)
    assert len(acme.own) == 1


async def test_a_part_whose_outcome_is_not_known_is_not_sent_twice(acme: Company) -> None:
    """A gateway's page says nothing about the message behind it."""
    async with acme.connector("webhooks") as wecom:
        acme.fake.faults.break_next("webhook/send", 502)
        with pytest.raises(WeComAway):
            await wecom.post(post(group(), LONG))
        assert acme.own == []
        await wecom.post(post(group(), LONG))
    told = "".join(one.text for one in acme.fake.screen.of(GROUP))
    assert "pump number 199" in told
    assert "pump number 0," not in told, "the first part counts as sent"
    assert len(acme.own) == 1


async def test_what_surely_did_not_get_out_is_sent_later(acme: Company) -> None:
    async with acme.connector("webhooks", api_url="http://127.0.0.1:1/cgi-bin/") as wecom:
        with pytest.raises(WeComAway):
            await wecom.post(post(group()))
    async with acme.connector("webhooks") as wecom:
        acme.fake.faults.refuse_next("webhook/send", -1, -1, -1, -1)
        with pytest.raises(WeComError):
            await wecom.post(post(group()))
        await wecom.post(post(group()))
    assert len(acme.fake.screen.of(GROUP)) == 1


async def test_a_robot_that_is_not_connected_is_waited_for(acme: Company) -> None:
    async with acme.connector("robots") as wecom:
        await acme.fake.robot.mention("bob", GROUP, "hello")
        await eventually(lambda: _true(acme.host.utterances))
        await acme.fake.long_connection.take_over()
        await eventually(lambda: _true(wecom.state != "ok"))
        with pytest.raises(WeComAway):
            await wecom.post(post(group()))


async def test_a_webhook_that_is_gone_gives_way_to_the_robot(acme: Company) -> None:
    async with acme.connector("robots", "webhooks") as wecom:
        await acme.fake.robot.mention("bob", GROUP, "hello")
        await eventually(lambda: _true(acme.host.utterances))
        acme.fake.faults.refuse_next("webhook/send", 93000)
        await wecom.post(post(group()))
        assert acme.fake.screen.messages[-1].via == "robot"
        assert wecom.problems == {"webhook news": "93000"}
    async with acme.connector("webhooks") as wecom:
        acme.fake.faults.refuse_next("webhook/send", 93000)
        with pytest.raises(PostRefused) as refused:
            await wecom.post(post(group(), post_id="post-2"))
        assert refused.value.code == "wecom_93000"


async def test_posts_of_long_ago_are_forgotten(acme: Company) -> None:
    async with acme.connector("webhooks") as wecom:
        source = wecom._parts[0].site.source
        await acme.host.notebook.write(source, "post:old", {"way": "webhook:news", "at": 1.0, "is_done": True})
        await wecom.post(post(group()))
        notes = await acme.host.notebook.all(source, "post:")
    assert list(notes) == ["post:post-1"]


async def test_who_gives_up_waiting_does_not_stop_it(acme: Company) -> None:
    async with acme.connector("webhooks") as wecom:
        go_on = acme.fake.faults.stall("webhook/send")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                await wecom.post(post(group()))
        go_on.set()
        await wecom.post(post(group()))
    assert len(acme.fake.screen.of(GROUP)) == 1


async def test_an_app_that_is_asked_again_is_not_heard_twice(acme: Company) -> None:
    """WeCom drops what it was given within half an hour: there a message may be sent again."""
    async with acme.connector("apps") as wecom:
        acme.fake.faults.break_next("message/send", 502, 502, 502, 502)
        with pytest.raises(WeComAway):
            await wecom.post(post(BOB))
        await wecom.post(post(BOB))
    assert len(acme.fake.screen.of("bob")) == 1
    assert all(call.body["enable_duplicate_check"] == 1 for call in acme.fake.ledger.named("message/send"))


async def _true(value: object) -> bool:
    return bool(value)
