"""One app of the connector over the fake WeCom and an in-memory application: what tests of apps stand on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web

from connectors.connector import Card, Language
from connectors.events import FileFetched, PersonRef, RecordId
from connectors.live_host import LiveHost
from connectors.owned_tasks import OwnedTasks
from connectors.wecom.app import WeComApp
from connectors.wecom.configuration import AppConfiguration, WebhookConfiguration, WeComConfiguration
from connectors.wecom.site import CardChange, Heard, Json, Site, Voice
from tests.fakes.live_host import FakeLiveHost, MailboxInMemory
from tests.fakes.wecom import FakeWeCom

Answering = Callable[[Heard, Voice], Awaitable[None]]
WELCOME: Json = {
    "card_type": "text_notice",
    "main_title": {"title": "你好"},
    "card_action": {"type": 1, "url": "https://example.org"},
}


async def _says_what_it_heard(heard: Heard, voice: Voice) -> None:
    await voice.finish(f"你说：{heard.text}")


@dataclass
class ScriptedConversing:
    """A ``Conversing`` that remembers what it was told and answers as the test says."""

    answering: Answering = _says_what_it_heard
    everything: list[Heard] = field(default_factory=list)
    clicks: list[tuple[str, str, str, Mapping[str, Sequence[str]]]] = field(default_factory=list)
    change: CardChange = field(default_factory=lambda: CardChange(card={}))
    welcomed: list[str] = field(default_factory=list)

    async def heard(self, heard: Heard, voice: Voice) -> None:
        self.everything.append(heard)
        await self.answering(heard, voice)

    async def clicked(
        self, *, key: str, task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]]
    ) -> CardChange:
        self.clicks.append((key, task_id, person.person_id, dict(chosen)))
        return self.change

    async def judged(
        self, *, feedback_id: str, person: PersonRef, kind: int, reasons: Sequence[int], comment: str
    ) -> None:
        raise AssertionError("an app is never told of thumbs")

    def welcome(self, person: PersonRef) -> Json:
        self.welcomed.append(person.person_id)
        return WELCOME

    def card_of(self, card: Card, language: Language) -> Json:
        raise AssertionError("not asked for here")


class WatchedMailbox(MailboxInMemory):
    """Tells when letters are settled."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    async def done(self, source: str, keys: Sequence[str]) -> None:
        await super().done(source, keys)
        self._changed.set()

    async def failed(self, source: str, key: str, error: str) -> None:
        await super().failed(source, key, error)
        self._changed.set()

    async def settled(self) -> None:
        """Until each letter was handled, or has failed."""
        while any(letter.attempts == 0 for letter in self.letters.values()):
            self._changed.clear()
            await self._changed.wait()


class NoMedia:
    """Fetches nothing."""

    async def fetch(self, heard: Heard, *, at: RecordId) -> Sequence[FileFetched]:
        return ()


@dataclass(kw_only=True)
class AppWorld:
    """An app that runs."""

    fake: FakeWeCom
    host: FakeLiveHost
    conversing: ScriptedConversing
    session: aiohttp.ClientSession
    site: Site
    app: WeComApp
    url: str

    async def settled(self) -> None:
        """Until every letter that has arrived is handled."""
        assert isinstance(self.host.mailbox, WatchedMailbox)
        await self.host.mailbox.settled()


def watched_host() -> FakeLiveHost:
    """An application that tells when letters are settled."""
    return FakeLiveHost(mailbox=WatchedMailbox())


def configuration_of(fake: FakeWeCom, **changes: Any) -> WeComConfiguration:
    """The settings that fit a fake."""
    app = fake.world.app
    configuration = WeComConfiguration(
        corp_id=fake.world.corpid,
        apps=(
            AppConfiguration(
                name="helper",
                agent_id=app.agentid,
                secret=app.secret,
                token=app.token,
                encoding_aes_key=app.encoding_aes_key,
            ),
        ),
        webhooks=(WebhookConfiguration(name="pumps", key=fake.world.webhook.key, chat_id=fake.world.webhook.chatid),),
        api_url=f"{fake.addresses.api_url}/cgi-bin/",
    )
    return replace(configuration, **changes)


def site_of(fake: FakeWeCom, host: LiveHost, tasks: OwnedTasks) -> Site:
    """A site without files."""
    return Site(configuration=configuration_of(fake), host=host, tasks=tasks, media=NoMedia())


@asynccontextmanager
async def running_app(
    fake: FakeWeCom,
    *,
    host: FakeLiveHost | None = None,
    conversing: ScriptedConversing | None = None,
    patience_seconds: float = 60.0,
) -> AsyncIterator[AppWorld]:
    """Serve the app's callback; ``fake`` is told where. Nobody is asked for patience because the machine is busy."""
    host, conversing, tasks = host or watched_host(), conversing or ScriptedConversing(), OwnedTasks()
    site = site_of(fake, host, tasks)
    async with aiohttp.ClientSession() as session:
        app = WeComApp(site, site.configuration.apps[0], conversing, session, patience_seconds=patience_seconds)
        application = web.Application()
        application.add_routes(app.routes())
        runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        bound, port = runner.addresses[0][:2]
        fake.world.app.callback_url = f"http://{bound}:{port}/wecom/app/helper"
        await app.start()
        try:
            yield AppWorld(
                fake=fake,
                host=host,
                conversing=conversing,
                session=session,
                site=site,
                app=app,
                url=fake.world.app.callback_url,
            )
        finally:
            await runner.cleanup()
            await app.close()
            await tasks.close()
