"""The real application with Slack's real directory, memberships and translator, over the fake Slack."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from string import Template
from typing import Any, cast

from bot.application import Application
from bot.live_host import ApplicationLiveHost
from connectors.connector import UtteranceKind
from connectors.events import ChannelId, ChannelRef, Event
from connectors.slack.directory import SlackDirectory
from connectors.slack.errors import MembershipUnknown
from connectors.slack.ids import person_id
from connectors.slack.memberships import SlackMemberships
from connectors.slack.translating import SlackTranslator
from knowledge.passage import Audience
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack import Channel, Clock, FakeSlack, Person, Workspace
from tests.fakes.slack.channel import Kind
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.invariants.reading import converse
from tests.quick_application import quick_application

_SLACK_IS_BEHIND_SECONDS = 3600.0


class PromptHost(ApplicationLiveHost):
    """What is accepted counts when it returns: nothing runs in the background."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            database=application.database,
            inbox=application.inbox,
            archivist=application.archivist,
            permissions=application.permissions,
            schedules=application.schedules,
            conversation=application.conversation,
            confirmations=application.confirmations,
            answers=application.answers,
            file_store=application.file_store,
        )
        self._application = application

    async def accept(self, events: Sequence[Event]) -> None:
        await super().accept(events)
        while await self._application.archivist.apply_batch():
            pass

    async def accept_and_apply(self, events: Sequence[Event]) -> None:
        await self.accept(events)


@dataclass
class SlackApplication:
    """What happens in ``workspace`` is taken in by ``hear``."""

    it: SiteInTest
    application: Application
    memberships: SlackMemberships
    heard: int = 0

    @property
    def slack(self) -> FakeSlack:
        return self.it.slack

    @property
    def workspace(self) -> Workspace:
        return self.it.workspace

    @property
    def bot(self) -> Person:
        return self.it.bot

    async def hear(self) -> None:
        """Take in every event since the last time, as the worker of a workspace does; then all can be found."""
        deliveries = self.slack.deliveries.log[self.heard :]
        self.heard += len(deliveries)
        for delivery in deliveries:
            await self.tell(delivery.event)
        await self.application.archivist.drain()

    async def tell(self, event: dict[str, Any]) -> None:
        """Take in one inner event."""
        site = self.it.site
        await site.directory.note(event)
        self.memberships.note(event)
        await site.host.accept(await site.translator.events(event, event_time=0))

    async def tell_payload(self, payload: str, **ids: str) -> None:
        """Take in an inner event written as JSON, with ``$C1`` and the like filled in; ``$TS`` is now at Slack."""
        filled = Template(payload).substitute(TS=self.it.slack.ids.ts(), T1=self.workspace.id, UBOT=self.bot.id, **ids)
        event: dict[str, Any] = json.loads(filled)
        await self.tell(event)
        await self.application.archivist.drain()

    async def channel(self, name: str, *members: Person, kind: Kind = "public", says: str = "") -> Channel:
        """A channel with the bot in it that the archive knows; its first member ``says`` something."""
        place = self.workspace.add_channel(name, members=members, kind=kind)
        self.slack.places.join(self.bot, place)
        if says:
            self.slack.people.post(members[0], place, says)
        await self.hear()
        await self.readable_in(place)
        return place

    async def finds(self, person: Person, words: str) -> bool:
        """Whether a search brings them a message with these words, by what the archive knows without asking Slack."""
        audience = await self.application.permissions.of_person(
            person_id(person.id), platform="slack", workspace_id=self.workspace.id
        )
        found = await self.application.finder.search(words, audience=audience, limit=50)
        return any(words in item.text for item in found)

    async def readable_in(self, channel: Channel) -> set[str]:
        """Names of the channels that a reply in this one may use; of none when it is not known who reads it."""
        try:
            await self.memberships.refresh_channel(channel.id)
        except MembershipUnknown:
            return set()
        return await self._names(await self.application.permissions.of_channel(self.ours(channel)))

    async def readable_by(self, person: Person) -> set[str]:
        """Names of the channels that a reply to this person alone may use."""
        try:
            await self.memberships.refresh_person(person.id)
        except MembershipUnknown:
            return set()
        audience = await self.application.permissions.of_person(
            person_id(person.id), platform="slack", workspace_id=self.workspace.id
        )
        return await self._names(audience)

    async def said_in(self, channel: Channel, person: Person, text: str, kind: UtteranceKind = "mention") -> str:
        """Everything that is shown, and what the model is given, when this person asks here."""
        directory = self.it.site.directory
        ref, asker = await directory.channel(channel.id), await directory.person(person.id)
        return repr(await converse(self.application, ref, asker, text, kind))

    async def believed(self, channel: Channel) -> ChannelRef | None:
        """The channel as the archive has it."""
        known = await self.it.site.host.known_channels([self.ours(channel)])
        return known.get(self.ours(channel))

    async def members(self, channel: Channel) -> set[str]:
        """Who is in it, as the archive has it."""
        return {person.name for person in await self.it.site.host.known_members(self.ours(channel))}

    def ours(self, channel: Channel) -> ChannelId:
        """Our id of a channel."""
        return self.it.site.directory.our_channel(channel.id)

    async def _names(self, audience: Audience) -> set[str]:
        ids = [ChannelId(str(found)) for found in audience.channel_ids]
        return {ref.name for ref in (await self.it.site.host.known_channels(ids)).values()}


@asynccontextmanager
async def slack_application(**configuration: Any) -> AsyncIterator[SlackApplication]:
    """Opened with the bot in no channel; Slack's limits are lifted, and its clock is not this machine's."""
    slack = FakeSlack(clock=Clock(start=time.time() - _SLACK_IS_BEHIND_SECONDS, runs=True))
    slack.limits.is_on = False
    async with (
        quick_application() as application,
        slack_site(
            slack=slack,
            host=cast("FakeLiveHost", PromptHost(application)),
            directory=SlackDirectory,
            translator=lambda site: SlackTranslator(site.me, site.configuration, site.directory),
            **configuration,
        ) as it,
    ):
        directory = it.site.directory
        assert isinstance(directory, SlackDirectory)
        await directory.load()
        yield SlackApplication(it, application, SlackMemberships(it.site, directory))
