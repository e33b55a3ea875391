"""A workspace on its line, with parts that only remember what they heard."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from slack_bolt.async_app import AsyncApp

from connectors.connector import Post, Revision
from connectors.events import Event, MessagePosted, RecordId
from connectors.slack import ids
from connectors.slack.api import SlackApi
from connectors.slack.fields import Payload, text_of
from connectors.slack.observing import DeliveryOutcome
from connectors.slack.site import Listener, Site
from connectors.slack.socket_mode import SocketMode
from connectors.slack.workspace import Line, Parts, Registering, Workspace
from tests.fakes.slack_site import SiteInTest


@dataclass
class Ears:
    """A listener; ``trouble`` is raised for events that it returns an error for."""

    heard_events: list[Payload] = field(default_factory=list)
    bodies: list[Payload] = field(default_factory=list)
    trouble: Callable[[Payload], Exception | None] = lambda event: None
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    async def heard(self, event: Payload, body: Payload) -> None:
        if error := self.trouble(event):
            raise error
        self.heard_events.append(event)
        self.bodies.append(body)
        self.stirred.set()

    @property
    def texts(self) -> list[str]:
        return [text_of(event, "text") for event in self.heard_events]

    async def until(self, condition: Callable[[], object], *, seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self.stirred.clear()
                await self.stirred.wait()


@dataclass
class Tally:
    """An observer."""

    deliveries: Counter[str] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    reconnects: int = 0

    def delivery(self, outcome: DeliveryOutcome) -> None:
        self.deliveries[outcome] += 1

    def reconnected(self) -> None:
        self.reconnects += 1

    def called(self, method: str, outcome: str) -> None:
        self.calls[method, outcome] += 1


class NoPoster:
    """Nothing is posted here."""

    async def post(self, post: Post) -> RecordId | None:
        raise AssertionError(post)

    async def revise(self, revision: Revision) -> None:
        raise AssertionError(revision)


@dataclass
class PlainTranslator:
    """Messages with their text; ``trouble`` as of ``Ears``."""

    site: Site
    trouble: Callable[[Payload], Exception | None] = lambda event: None

    async def events(self, event: Payload, *, event_time: float) -> Sequence[Event]:
        if error := self.trouble(event):
            raise error
        at = ids.moment(text_of(event, "ts"))
        if text_of(event, "type") != "message" or "subtype" in event or at is None:
            return ()
        channel, ts = text_of(event, "channel"), text_of(event, "ts")
        return [
            MessagePosted(
                event_id=f"slack:{channel}:{ts}:0",
                occurred_at=at,
                record_id=ids.message_id(channel, ts),
                channel=await self.site.directory.channel(channel),
                author=await self.site.directory.person(text_of(event, "user")),
                text=text_of(event, "text"),
            )
        ]

    async def history(self, message: Payload, slack_channel_id: str) -> Sequence[Event]:
        raise AssertionError(message)


@dataclass
class Opened:
    workspace: Workspace
    ears: Ears
    tally: Tally
    missed: list[float]


@asynccontextmanager
async def opened(
    it: SiteInTest,
    *,
    ears: Ears | None = None,
    others: Sequence[Listener] = (),
    registering: Sequence[Registering] = (),
    line: Callable[[AsyncApp, Callable[[], None]], Line] | None = None,
    signing_secret: str | None = None,
    elsewhere: Callable[[str], AsyncApp | None] = lambda workspace_id: None,
) -> AsyncIterator[Opened]:
    """Connect to the fake, by a socket unless told otherwise."""
    ears, tally, missed = ears or Ears(), Tally(), list[float]()
    assert isinstance(it.site.api, SlackApi)
    workspace = Workspace(
        it.site,
        Parts(
            listeners=[*others, ears],
            registering=registering,
            poster=NoPoster(),
            missed=lambda: missed.append(asyncio.get_running_loop().time()),
        ),
        api=it.site.api,
        tasks=it.tasks,
        signing_secret=signing_secret,
        line=line or socket_line(it),
        observer=tally,
        elsewhere=elsewhere,
    )
    try:
        await workspace.open()
        yield Opened(workspace, ears, tally, missed)
    finally:
        await workspace.close()


def socket_line(it: SiteInTest) -> Callable[[AsyncApp, Callable[[], None]], Line]:
    assert isinstance(it.site.api, SlackApi)
    session = it.site.api.client.session
    assert session is not None
    api = SlackApi(token=it.app.app_token, session=session, base_url=it.slack.api_url)

    def line(app: AsyncApp, reconnected: Callable[[], None]) -> Line:
        return SocketMode(app, app_api=api, app_token=it.app.app_token, proxy=None, reconnected=reconnected)

    return line
