"""The console connector: puts its parts together and names the routes."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aiohttp import web

from connectors.connector import Language, Post, Revision
from connectors.console.again import Again
from connectors.console.answers import Answers
from connectors.console.asking import Asking
from connectors.console.changes import Changes
from connectors.console.channels import Channels
from connectors.console.errors import ConsoleError
from connectors.console.files import Files
from connectors.console.guard import Guard, Handler
from connectors.console.host import Change, ConsoleHost
from connectors.console.hub import Hub
from connectors.console.meant import Meant
from connectors.console.messages import Messages
from connectors.console.pages import Pages
from connectors.console.people import People
from connectors.console.posting import Posting
from connectors.console.timeline import Timeline
from connectors.console.uploads import Uploads
from connectors.console.wire import all_as_json, as_json
from connectors.events import RecordId


class ConsoleConnector:
    """A group chat in the browser, as a platform of its own::

        console = ConsoleConnector(host, token=None, max_upload_bytes=100_000_000)
        console.setup(app)
        await console.start()

    ``token`` must be set wherever others can reach the address; ``allowed_hosts`` are names besides loopback under
    which the page may be opened without one. ``public_url`` comes before permalinks, ``suggestions`` are questions
    offered to newcomers.
    """

    name = "console"

    def __init__(
        self,
        host: ConsoleHost,
        *,
        token: str | None,
        max_upload_bytes: int = 100_000_000,
        public_url: str = "",
        allowed_hosts: Collection[str] = (),
        suggestions: Mapping[Language, Sequence[str]] | None = None,
        max_running_questions: int = 64,
    ) -> None:
        self._host = host
        self._max_upload_bytes = max_upload_bytes
        self._suggestions = {language: list(texts) for language, texts in (suggestions or {}).items()}
        self.guard = Guard(token=token, allowed_hosts=allowed_hosts)
        self._hub = Hub(host)
        self._changes = Changes(host, self._hub)
        self._asking = Asking(host, self._hub, limit=max_running_questions)
        self._pages = Pages(self.guard)
        self._people = People(host, self._hub, self._changes)
        self._channels = Channels(host, self._hub, self._changes, self._people)
        self._uploads = Uploads(host, self._people, max_bytes=max_upload_bytes)
        self._messages = Messages(
            host, self._people, self._channels, self._uploads, self._asking, public_url=public_url
        )
        self._files = Files(host, self._people)
        self._answers = Answers(host, self._people, self._asking)
        self._again = Again(host, self._people, self._channels, self._hub)
        self._meant = Meant(host, self._people, self._channels)
        self._asking.on_answer(self._again.offer)
        self._timeline = Timeline(host, self._people)
        self._posting = Posting(host)

    async def start(self) -> None:
        """Begin to forward changes; the pages are served as soon as the application listens."""
        await self._changes.start()

    async def post(self, post: Post) -> RecordId | None:
        """Post as the bot; raises ``PostRefused`` for a channel that is not the console's."""
        return await self._posting.post(post)

    async def revise(self, revision: Revision) -> None:
        """Open pages read the message again: the archive says already what is shown."""
        await self._changes.forward(Change(channel_id=revision.channel.channel_id, record_id=revision.record_id))

    async def close(self) -> None:
        """Stop answers and changes, and end every socket."""
        await self._asking.close()
        await self._again.close()
        await self._changes.close()
        await self._hub.close()

    def setup(self, app: web.Application) -> None:
        """Add the routes to an application that listens somewhere else."""
        app.add_routes(self.routes())

    def routes(self) -> list[web.RouteDef]:
        """Pages at ``/`` and ``/timeline``, the JSON API under ``/api/``, the socket at ``/ws``."""
        is_open: list[tuple[str, str, Handler]] = [
            ("GET", "/", self._pages.chat),
            ("GET", "/timeline", self._pages.timeline),
            ("GET", "/console/{path:.+}", self._pages.asset),
            ("POST", "/api/login", self._pages.login),
        ]
        is_closed: list[tuple[str, str, Handler]] = [
            ("GET", "/api/console", self._about),
            ("GET", "/api/commands", self._commands),
            ("GET", "/api/people", self._people.listing),
            ("POST", "/api/people", self._people.enter),
            ("GET", "/api/channels", self._channels.listing),
            ("POST", "/api/channels", self._channels.create),
            ("POST", "/api/members", self._channels.change_member),
            ("GET", "/api/messages", self._messages.feed),
            ("POST", "/api/messages", self._messages.post),
            ("PATCH", "/api/messages", self._messages.edit),
            ("DELETE", "/api/messages", self._messages.delete),
            ("GET", "/api/message", self._messages.one),
            ("GET", "/api/thread", self._messages.thread),
            ("PUT", "/api/reactions", self._messages.react),
            ("POST", "/api/uploads", self._uploads.upload),
            ("GET", "/api/file", self._files.text),
            ("GET", "/api/file/bytes", self._files.bytes),
            ("DELETE", "/api/asks", self._answers.stop),
            ("PUT", "/api/cards", self._answers.decide),
            ("PUT", "/api/verdicts", self._answers.judge),
            ("POST", "/api/signs", self._answers.opened),
            ("POST", "/api/again", self._again.answer),
            ("POST", "/api/meant", self._meant.give),
            ("PUT", "/api/preferences", self._again.pick),
            ("DELETE", "/api/preferences", self._again.decline),
            ("GET", "/api/timeline", self._timeline.page),
            ("GET", "/api/story", self._timeline.story),
            ("PUT", "/api/categories", self._timeline.categorize),
            ("GET", "/ws", self._socket),
        ]
        return [web.route(method, path, self.guard.open(handler)) for method, path, handler in is_open] + [
            web.route(method, path, self.guard.closed(handler)) for method, path, handler in is_closed
        ]

    async def _about(self, _: web.Request) -> web.Response:
        """What a page needs to know before anybody is chosen."""
        about: dict[str, Any] = {
            "bot": as_json(self._host.bot),
            "people": all_as_json(await self._people.all()),
            "max_upload_bytes": self._max_upload_bytes,
            "suggestions": self._suggestions,
        }
        return web.json_response(about)

    async def _commands(self, request: web.Request) -> web.Response:
        language: Language = "zh" if request.query.get("language") == "zh" else "en"
        return web.json_response({"commands": all_as_json(self._host.commands(language))})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            raise ConsoleError("bad_input", "a WebSocket is expected here")
        person = (await self._people.of(request)).person_id
        cards = all_as_json(await self._host.open_cards(person))
        greeting = {"type": "hello", "asks": await self._asking.visible(person), "cards": cards}
        return await self._hub.serve(request, person, greeting)
