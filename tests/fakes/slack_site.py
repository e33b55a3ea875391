"""A ``Site`` over the fake Slack: real calls over real sockets, and an application that only remembers.

    async with slack_site() as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        it.slack.people.post(it.ann, general, "hello")
        await SomePart(it.site).heard(…)
        assert it.host.live

What the directory, the memberships and the translator do is simple here; hand in the real ones by name::

    async with slack_site(directory=SlackDirectory, translator=lambda site: MessageTranslator(site)) as it: …
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from connectors.events import ChannelId, ChannelRef, Event, PersonRef
from connectors.owned_tasks import OwnedTasks
from connectors.slack.api import SlackApi
from connectors.slack.configuration import SlackConfiguration, WorkspaceTokens
from connectors.slack.fields import Payload, is_set, object_of, text_of
from connectors.slack.identity import identify
from connectors.slack.ids import channel_id, person_id
from connectors.slack.pacing import Pacing
from connectors.slack.site import Api, Directory, Memberships, Site, Translator
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack import App, FakeSlack, Installation, Person, Workspace


@dataclass
class SimpleDirectory:
    """Asks Slack each time."""

    api: Api
    archives_external: bool = False
    names: dict[str, str] = field(default_factory=dict)

    async def person(self, user_id: str) -> PersonRef:
        user = object_of(await self.api.call("users.info", user=user_id), "user")
        name = text_of(user, "real_name") or user_id
        self.names[user_id] = name
        return PersonRef(
            person_id=person_id(user_id),
            platform="slack",
            name=name,
            is_bot=is_set(user, "is_bot"),
            is_guest=is_set(user, "is_restricted"),
        )

    async def channel(self, slack_channel_id: str) -> ChannelRef:
        found = object_of(await self.api.call("conversations.info", channel=slack_channel_id), "channel")
        self.names[slack_channel_id] = text_of(found, "name")
        return ChannelRef(
            channel_id=channel_id(slack_channel_id),
            platform="slack",
            name=text_of(found, "name"),
            visibility="direct" if is_set(found, "is_im") else "private" if is_set(found, "is_private") else "public",
            workspace_id=text_of(found, "context_team_id"),
            archived=is_set(found, "is_archived"),
            external=is_set(found, "is_ext_shared"),
        )

    async def note(self, event: Payload) -> None:
        pass

    async def events(self, event: Payload) -> Sequence[Event]:
        return ()

    async def learn_names(self, text: str) -> None:
        pass

    def person_name(self, user_id: str) -> str | None:
        return self.names.get(user_id)

    def channel_name(self, channel_id: str) -> str | None:
        return self.names.get(channel_id)

    def is_archived_here(self, channel: ChannelRef) -> bool:
        return self.archives_external or not channel.external

    def slack_channel(self, channel_id: ChannelId) -> str:
        return channel_id.removeprefix("slack:")

    def our_channel(self, slack_channel_id: str) -> ChannelId:
        return channel_id(slack_channel_id)


@dataclass
class RecordedMemberships:
    """Remembers what was asked for."""

    channels: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    def note(self, event: Payload) -> None:
        pass

    async def refresh_channel(self, slack_channel_id: str) -> None:
        self.channels.append(slack_channel_id)

    async def refresh_person(self, user_id: str) -> None:
        self.people.append(user_id)


@dataclass
class RecordedTranslator:
    """Understands nothing, and remembers what it was shown."""

    shown: list[Payload] = field(default_factory=list)
    past: list[tuple[str, Payload]] = field(default_factory=list)

    async def events(self, event: Payload, *, event_time: float) -> Sequence[Event]:
        self.shown.append(event)
        return ()

    async def history(self, message: Payload, slack_channel_id: str) -> Sequence[Event]:
        self.past.append((slack_channel_id, message))
        return ()


@dataclass(frozen=True, kw_only=True)
class SiteInTest:
    """A site and what stands around it."""

    site: Site
    slack: FakeSlack
    workspace: Workspace
    app: App
    installation: Installation
    ann: Person
    """Somebody of the workspace, in no channel yet."""
    host: FakeLiveHost
    tasks: OwnedTasks

    @property
    def bot(self) -> Person:
        """The app's user."""
        return self.installation.bot


@asynccontextmanager
async def slack_site(
    *,
    slack: FakeSlack | None = None,
    host: FakeLiveHost | None = None,
    directory: Callable[[Site], Directory] | None = None,
    memberships: Callable[[Site], Memberships] | None = None,
    translator: Callable[[Site], Translator] | None = None,
    pacing: Pacing | None = None,
    **configuration: Any,
) -> AsyncIterator[SiteInTest]:
    """One workspace with the app installed, and a site in it.

    ``configuration`` are fields of ``SlackConfiguration``. The pace is that of the fake alone unless ``pacing`` is
    given. Parts are made in the order directory, memberships, translator; each sees those before it.
    """
    async with (slack or FakeSlack()).running() as running, aiohttp.ClientSession() as session:
        workspace = running.add_workspace()
        app = running.add_app()
        installation = running.install(app, workspace)
        host = host or FakeLiveHost()
        tasks = OwnedTasks()
        api = SlackApi(
            token=installation.bot_token,
            session=session,
            base_url=running.api_url,
            pacing=pacing or Pacing(window_seconds=0.001),
        )
        site = Site(
            me=await identify(api),
            configuration=configuration_of(running, installation, **configuration),
            host=host,
            api=api,
            tasks=tasks,
            directory=SimpleDirectory(api, archives_external=bool(configuration.get("archive_external"))),
            memberships=RecordedMemberships(),
            translator=RecordedTranslator(),
        )
        if directory is not None:
            site = replace(site, directory=directory(site))
        if memberships is not None:
            site = replace(site, memberships=memberships(site))
        if translator is not None:
            site = replace(site, translator=translator(site))
        try:
            yield SiteInTest(
                site=site,
                slack=running,
                workspace=workspace,
                app=app,
                installation=installation,
                ann=workspace.add_person("ann"),
                host=host,
                tasks=tasks,
            )
        finally:
            await tasks.close()


def configuration_of(slack: FakeSlack, *installations: Installation, **others: Any) -> SlackConfiguration:
    """What a connector to the fake is told; ``others`` are fields of ``SlackConfiguration``."""
    tokens = tuple(
        WorkspaceTokens(
            name="main" if number == 0 else f"workspace{number}",
            bot_token=installation.bot_token,
            app_token=installation.app.app_token,
            signing_secret=installation.app.signing_secret,
        )
        for number, installation in enumerate(installations)
    )
    file_hosts = (slack.file_host.removeprefix("http://"),)
    return SlackConfiguration(**{"workspaces": tokens, "base_url": slack.api_url, "file_hosts": file_hosts} | others)
