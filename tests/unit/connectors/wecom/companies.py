"""A company over the fake WeCom with the whole connector, opened again and again over the same notes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.connector import Citation, Post
from connectors.events import ChannelId, ChannelRef, MessagePosted, PersonId, PersonRef, RecordId
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.connector import WeComConnector
from tests.builders import at
from tests.contract.wecom_platform import configuration_of
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, WallClock

GROUP = "wrPUMPS"
BOB = PersonRef(person_id=PersonId("wecom:bob"), platform="wecom", name="王博")


@dataclass
class Company:
    """``host`` outlives connectors."""

    fake: FakeWeCom
    host: FakeLiveHost = field(default_factory=FakeLiveHost)

    @asynccontextmanager
    async def connector(self, *ways: str, **others: Any) -> AsyncIterator[WeComConnector]:
        """With some of the ways ``robots``, ``apps``, ``webhooks``; everything else as ``WeComConfiguration``."""
        configuration = configuration_of(self.fake)
        left_out: dict[str, Any] = {way: () for way in ("robots", "apps", "webhooks") if way not in ways}
        told: WeComConfiguration = replace(configuration, **{**left_out, **others})
        connector = WeComConnector(self.host, told)
        await connector.start()
        try:
            yield connector
        finally:
            await connector.close()

    @property
    def own(self) -> list[MessagePosted]:
        """What the archive was told that the bot said."""
        return [event for event in self.host.events if isinstance(event, MessagePosted) and event.author.is_bot]


@asynccontextmanager
async def company() -> AsyncIterator[Company]:
    """In real time."""
    async with FakeWeCom(clock=WallClock()).running() as fake:
        yield Company(fake)


def group(chat_id: str = GROUP) -> ChannelRef:
    """A group."""
    return channel(f"wecom:{chat_id}")


def channel(channel_id: str) -> ChannelRef:
    """A channel by our id."""
    return ChannelRef(channel_id=ChannelId(channel_id), platform="wecom", name="x", visibility="private")


def post(to: ChannelRef | PersonRef, text: str = "Today: the pump has arrived [1]", *, post_id: str = "post-1") -> Post:
    """A digest with one source."""
    source = Citation(
        n=1,
        record_id=RecordId("wecom:MSG1"),
        quote="The pump has arrived",
        author="王博",
        channel_name="水泵项目",
        time=at(1),
    )
    return Post(
        post_id=post_id,
        channel=to if isinstance(to, ChannelRef) else None,
        person=to if isinstance(to, PersonRef) else None,
        text=text,
        citations=(source,),
        language="en",
    )
