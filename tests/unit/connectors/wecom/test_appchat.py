"""Groups that the app made: made once, members told whole, posted into, gone when WeCom says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from connectors.events import ChannelChanged
from connectors.wecom.api import WeComApi
from connectors.wecom.appchat import AppChats
from connectors.wecom.errors import WeComError
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, small_company
from tests.fakes.wecom_app import running_app


@asynccontextmanager
async def chats_of(fake: FakeWeCom, host: FakeLiveHost) -> AsyncIterator[AppChats]:
    async with aiohttp.ClientSession() as session:
        api = WeComApi(
            corp_id=fake.world.corpid,
            secret=fake.world.app.secret,
            session=session,
            base_url=f"{fake.addresses.api_url}/cgi-bin/",
            pause_seconds=0.001,
        )
        yield AppChats(api, host=host, source="wecom:ww:app:helper", workspace_id=fake.world.corpid)
        await api.close()


@pytest.fixture
def host() -> FakeLiveHost:
    return FakeLiveHost()


@pytest.fixture
async def fake() -> AsyncIterator[FakeWeCom]:
    async with FakeWeCom(small_company()).running() as fake:
        yield fake
        assert not fake.ledger.warnings


@pytest.fixture
async def chats(fake: FakeWeCom, host: FakeLiveHost) -> AsyncIterator[AppChats]:
    async with chats_of(fake, host) as chats:
        yield chats


def members_of(host: FakeLiveHost, chat_id: str) -> set[str]:
    return {person for channel, person in host.believed.members if channel == f"wecom:{chat_id}"}


async def test_made_once_and_told_whole(chats: AppChats, host: FakeLiveHost, fake: FakeWeCom) -> None:
    for _ in range(2):
        channel = await chats.create(name="水泵日报", owner="alice", members=["bob"], chat_id="pumps1")
    assert (channel.channel_id, channel.name, channel.visibility) == ("wecom:pumps1", "水泵日报", "private")
    assert members_of(host, "pumps1") == {"wecom:alice", "wecom:bob"}
    assert await chats.made() == ["pumps1"] and await chats.is_ours("pumps1")
    assert len([event for event in host.events if isinstance(event, ChannelChanged)]) == 1
    assert [call.errcode for call in fake.ledger.named("appchat/create")] == [0, 86215]


async def test_who_comes_and_goes_is_told(chats: AppChats, host: FakeLiveHost, fake: FakeWeCom) -> None:
    await chats.create(name="水泵日报", owner="alice", members=["bob"], chat_id="pumps1")
    await chats.update("pumps1", name="水泵周报", add=["carol"], remove=["bob"])
    assert members_of(host, "pumps1") == {"wecom:alice", "wecom:carol"}
    fake.world.groups["pumps1"].members.add("bob")
    async with chats_of(fake, host) as after_restart:
        assert await after_restart.look_at_all()
    assert members_of(host, "pumps1") == {"wecom:alice", "wecom:bob", "wecom:carol"}
    assert host.believed.channels[next(iter(host.believed.channels))].name == "水泵周报"
    assert not fake.ledger.refusals


async def test_posted_into(chats: AppChats, fake: FakeWeCom) -> None:
    await chats.create(name="水泵日报", owner="alice", members=["bob"], chat_id="pumps1")
    text = "".join(f"第 {number} 条：水泵在周五到货。\n" for number in range(100))
    await chats.send_markdown("pumps1", text)
    shown = [one.text for one in fake.screen.of("pumps1")]
    assert len(shown) == 2 and "".join(f"{piece}\n" for piece in shown) == text
    assert not fake.ledger.refusals


async def test_a_group_that_is_gone_has_nobody_in_it(chats: AppChats, host: FakeLiveHost, fake: FakeWeCom) -> None:
    await chats.create(name="水泵日报", owner="alice", members=["bob"], chat_id="pumps1")
    del fake.world.groups["pumps1"]
    with pytest.raises(WeComError):
        await chats.send_markdown("pumps1", "在吗")
    assert not await chats.is_ours("pumps1") and not members_of(host, "pumps1")
    [channel] = host.believed.channels.values()
    assert channel.archived and channel.name == "水泵日报"


async def test_a_name_or_id_that_wecom_would_not_take(chats: AppChats, fake: FakeWeCom) -> None:
    for name, chat_id in (("", "a"), ("长" * 51, "a"), ("好", "a-b"), ("好", "")):
        with pytest.raises(ValueError, match="group"):
            await chats.create(name=name, owner="alice", members=["bob"], chat_id=chat_id)
    assert not fake.ledger.calls


async def test_an_app_writes_only_where_it_may(fake: FakeWeCom) -> None:
    async with running_app(fake) as world:
        await world.app.groups.create(name="水泵日报", owner="alice", members=["bob"], chat_id="pumps1")
        assert await world.app.can_send(chat_id="pumps1", user_id=None)
        await world.app.send_markdown("**日报**", chat_id="pumps1", user_id=None, feedback_id=None)
        await world.app.send_file("a.pdf", b"%PDF-1.4", chat_id="pumps1", user_id=None)
        with pytest.raises(WeComError) as caught:
            await world.app.send_card({"card_type": "text_notice"}, chat_id="pumps1", user_id=None)
        assert caught.value.code == 40008
        assert [one.msgtype for one in fake.screen.of("pumps1")] == ["markdown", "file"]
