"""Everything there is behind the doors: workspaces, apps, and the machinery that connects them."""

import secrets
from collections.abc import Sequence
from typing import Any

from tests.fakes.slack.agent_threads import AgentThreads
from tests.fakes.slack.announcer import Announcer
from tests.fakes.slack.app import App, Installation
from tests.fakes.slack.bot_messages import BotMessages
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.deliveries import RETRY_DELAYS_S, Deliveries
from tests.fakes.slack.errors import Json
from tests.fakes.slack.faults import Faults
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.journal import Journal
from tests.fakes.slack.manifest import configuration_of
from tests.fakes.slack.message_events import MessageEvents
from tests.fakes.slack.rate_limits import RateLimits
from tests.fakes.slack.response_urls import ResponseUrls
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.streams import Streams
from tests.fakes.slack.triggers import Triggers
from tests.fakes.slack.upload_tickets import UploadTickets
from tests.fakes.slack.views import Views
from tests.fakes.slack.webhook import Webhook
from tests.fakes.slack.workspace import Workspace


class World:
    """The model without its servers; ``stranger_host`` is a host that must never see a token."""

    def __init__(self, *, clock: Clock | None = None, retry_delays: Sequence[float] = RETRY_DELAYS_S) -> None:
        self.clock = clock or Clock()
        self.ids = Ids(self.clock)
        self.journal = Journal(self.clock)
        self.faults = Faults()
        self.limits = RateLimits(self.clock)
        self.workspaces: list[Workspace] = []
        self.apps: list[App] = []
        self.installations: list[Installation] = []
        self.deliveries = Deliveries(clock=self.clock, ids=self.ids, journal=self.journal, retry_delays=retry_delays)
        self.sockets = Sockets(clock=self.clock, journal=self.journal, acknowledge=self.deliveries.acknowledge)
        self.webhook = Webhook(clock=self.clock, deliveries=self.deliveries)
        self.deliveries.socket_line, self.deliveries.webhook_line = self.sockets, self.webhook
        self.announcer = Announcer(
            clock=self.clock, ids=self.ids, deliveries=self.deliveries, installations=self.installations
        )
        self.threads = AgentThreads(self.clock)
        self.streams = Streams(self.clock)
        self.views = Views(self.ids)
        self.triggers = Triggers(clock=self.clock, ids=self.ids)
        self.uploads = UploadTickets(self.ids)
        self.message_events = MessageEvents(announcer=self.announcer, ids=self.ids, installations=self.installations)
        self.bot_messages = BotMessages(ids=self.ids, events=self.message_events, threads=self.threads)
        self.response_urls = ResponseUrls(
            clock=self.clock, ids=self.ids, journal=self.journal, messages=self.bot_messages
        )
        self.api_host = ""
        self.file_host = ""
        self.stranger_host = ""

    def add_workspace(self, name: str = "shiguang", *, domain: str | None = None) -> Workspace:
        """Another team."""
        workspace = Workspace(
            id=self.ids.new("T"),
            name=name,
            domain=domain or name,
            clock=self.clock,
            ids=self.ids,
            file_host=self.file_host,
        )
        self.workspaces.append(workspace)
        return workspace

    def add_app(self, name: str = "Shiguang", **configuration: Any) -> App:
        """Another app; ``configuration`` are fields of ``App``."""
        app_id = self.ids.new("A")
        app = App(
            id=app_id,
            name=name,
            app_token=f"xapp-1-{app_id}-1-{secrets.token_hex(8)}",
            signing_secret=secrets.token_hex(16),
        )
        for field, value in configuration.items():
            if not hasattr(app, field):
                raise TypeError(f"an app has no {field}")
            setattr(app, field, value)
        self.apps.append(app)
        return app

    def add_app_from_manifest(self, manifest: Json) -> App:
        """Another app, configured as its manifest says (already parsed); ValueError when Slack would not take it."""
        return self.add_app(**configuration_of(manifest))

    def install(self, app: App, workspace: Workspace, *, scopes: frozenset[str] | None = None) -> Installation:
        """Put the app into a workspace: a bot user and a bot token."""
        bot = workspace.add_person(app.name.lower().replace(" ", ""), real_name=app.name, is_bot=True)
        bot.app_id = app.id
        installation = Installation(
            app=app,
            workspace=workspace,
            bot=bot,
            bot_token=f"xoxb-{workspace.id}-{secrets.token_hex(12)}",
            scopes=app.scopes if scopes is None else scopes,
        )
        self.installations.append(installation)
        return installation

    def granted(self, token: str) -> Installation | None:
        """Whose bot token it is."""
        return next((found for found in self.installations if found.bot_token == token), None)
