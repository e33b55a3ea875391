"""Slack as the contract of connectors plays it: the strict fake, a person who writes to the bot, a scripted host."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from connectors.connector import Answer, Connector, Reply, Utterance
from connectors.events import ChannelId, ChannelRef, Event, MessageDeleted, MessagePosted, PersonId, PersonRef, RecordId
from connectors.slack.connector import SlackConnector
from tests.fakes.console_host import Script
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack import FakeSlack, Message
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack_site import configuration_of
from tests.waiting import eventually


@dataclass
class ScriptedLiveHost(FakeLiveHost):
    """Answers by ``scripts``; ``hold`` keeps answers back."""

    scripts: list[Script] = field(default_factory=list)
    cancelled: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.conversing = self._answer

    @property
    def accepted(self) -> list[Event]:
        """Each event once."""
        return self.events

    def hold(self) -> None:
        """Let no answer end."""
        self.gate.clear()

    def release(self) -> None:
        """Let them end."""
        self.gate.set()

    async def settled(self) -> None:
        """Nothing waits in memory."""

    async def _answer(self, utterance: Utterance, reply: Reply) -> None:
        try:
            await reply.status("…")
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        text = next((script.text for script in self.scripts if script.about in utterance.text), "?")
        await reply.finish(
            Answer(
                answer_id=f"answer-{len(self.utterances)}",
                question=utterance.text,
                text=text,
                abstained=False,
                reason=None,
                citations=(),
                model="m",
                language="en",
            )
        )


class SlackPlatform:
    """Ada writes to the bot in her direct chat."""

    def __init__(self, _: Path) -> None:
        self.host = ScriptedLiveHost()
        self._slack = FakeSlack()
        self._serving = self._slack.running()
        self._connector: SlackConnector | None = None
        self._said: dict[str, Message] = {}
        self._answers_seen = 0

    @property
    def connector(self) -> Connector:
        if self._connector is None:
            return SlackConnector(self.host, configuration_of(self._slack))
        return self._connector

    async def start(self) -> None:
        await self._serving.__aenter__()
        workspace = self._slack.add_workspace()
        self._installation = self._slack.install(self._slack.add_app(), workspace)
        self._ada = workspace.add_person("ada", real_name="Ada", locale="en-US")
        self._general = workspace.add_channel("general", members=[self._ada, self._installation.bot])
        self._connector = SlackConnector(self.host, configuration_of(self._slack, self._installation))
        await self._connector.start()
        await self._slack.connected()

    async def close(self) -> None:
        if self._connector is not None:
            await self._connector.close()
        await self._serving.__aexit__(None, None, None)

    async def say(self, text: str, *, key: str) -> str:
        if key in self._said:
            self._slack.deliveries.repeat(self._delivery_of(self._said[key]))
            await self._slack.acknowledged()
        else:
            message = self._slack.people.write_to(self._ada, self._installation.bot, text)
            self._said[key] = message
            await self._until(lambda: any(each.record_id == self._record(message) for each in self.host.utterances))
        return self._record(self._said[key])

    async def edit(self, record_id: str, text: str) -> None:
        before = len(self.host.accepted)
        self._slack.clock.advance(2)
        self._slack.people.edit(self._message(record_id), text)
        await self._until(lambda: len(self.host.accepted) > before and self.host.texts[RecordId(record_id)] == text)

    async def delete(self, record_id: str) -> None:
        held = not self.host.gate.is_set()
        self._slack.clock.advance(2)
        self._slack.people.delete(self._message(record_id))
        await self._until(lambda: any(isinstance(event, MessageDeleted) for event in self.host.accepted))
        await self._until(lambda: self.host.cancelled or not held)

    async def answer(self) -> str:
        await self._until(lambda: len(self._answers()) > self._answers_seen)
        self._answers_seen += 1
        return self._answers()[self._answers_seen - 1].text

    def person(self) -> PersonRef:
        return PersonRef(person_id=PersonId(f"slack:{self._ada.id}"), platform="slack", name="Ada")

    def channel(self) -> ChannelRef:
        return ChannelRef(
            channel_id=ChannelId(f"slack:{self._general.id}"),
            platform="slack",
            name="general",
            visibility="public",
            workspace_id=self._installation.workspace.id,
        )

    def _answers(self) -> list[Message]:
        """Finished ones: those that can be judged, and that the archive has."""
        direct = self._installation.workspace.direct_channel(self._ada.id, self._installation.bot.id)
        kept = {event.record_id for event in self.host.accepted if isinstance(event, MessagePosted) and event.answer_id}
        return [
            message
            for message in (direct.messages.values() if direct else ())
            if self._record(message) in kept
            and any(str(block.get("block_id", "")).startswith("answer:") for block in message.blocks)
        ]

    def _delivery_of(self, message: Message) -> Delivery:
        return next(each for each in self._slack.deliveries.events("message") if each.event.get("ts") == message.ts)

    def _message(self, record_id: str) -> Message:
        return next(message for message in self._said.values() if self._record(message) == record_id)

    def _record(self, message: Message) -> str:
        return f"slack:{message.channel.id}:{message.ts}"

    async def _until(self, condition: Callable[[], object]) -> None:
        async def look() -> object:
            return condition()

        await eventually(look)
