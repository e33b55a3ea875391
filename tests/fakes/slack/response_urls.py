"""response_url: five posts within thirty minutes, without a token and even where the bot is no member."""

from dataclasses import dataclass

from aiohttp import web

from tests.fakes.slack.app import Installation
from tests.fakes.slack.arguments import Arguments, read_arguments
from tests.fakes.slack.bot_messages import BotMessages
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.journal import Journal
from tests.fakes.slack.message import Message
from tests.fakes.slack.posting import content_of

USES = 5
LIFETIME_S = 1800.0
_KNOWN = frozenset(
    [
        "text",
        "blocks",
        "attachments",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
        "mrkdwn",
        "metadata",
        "link_names",
        "parse",
    ]
)


@dataclass(kw_only=True, eq=False)
class ResponseUrl:
    """Where it leads, and the message that ``replace_original`` would replace."""

    path: str
    installation: Installation
    channel: Channel
    person_id: str
    made_at: float
    original: Message | None
    uses: int = 0


class ResponseUrls:
    """All that were handed out."""

    def __init__(self, *, clock: Clock, ids: Ids, journal: Journal, messages: BotMessages) -> None:
        self._clock = clock
        self._ids = ids
        self._journal = journal
        self._messages = messages
        self._by_path: dict[str, ResponseUrl] = {}
        self.base_url = ""

    def new(
        self,
        installation: Installation,
        channel: Channel,
        person_id: str,
        *,
        kind: str,
        original: Message | None = None,
    ) -> str:
        """The address for the payload; ``kind`` is ``commands``, ``actions`` or ``app``."""
        path = f"/{kind}/{installation.workspace.id}/{self._ids.number('response')}/{self._ids.envelope()}"
        self._by_path[path] = ResponseUrl(
            path=path,
            installation=installation,
            channel=channel,
            person_id=person_id,
            made_at=self._clock.now(),
            original=original,
        )
        return self.base_url + path

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """An app posts to one."""
        arguments = Arguments({})
        try:
            url = self._usable(request.path)
            arguments = await read_arguments(request)
            if "payload" in arguments:
                arguments = Arguments(arguments.document("payload"))
            self.respond(url, arguments)
        except Refused as refused:
            status = 404 if refused.error in ("expired_url", "used_url", "invalid_url") else 400
            self._record(request, arguments, refused.body(), status)
            return web.json_response(refused.body(), status=status)
        self._record(request, arguments, {"ok": True}, 200)
        return web.Response(text="ok")

    def respond(self, url: ResponseUrl, arguments: Arguments) -> None:
        """Do what the body says; also for the body of an acknowledged command."""
        arguments.check(required=frozenset(), known=_KNOWN)
        if arguments.flag("delete_original"):
            if url.original is not None:
                self._messages.take_back(url.original)
            return
        content = content_of(arguments)
        if arguments.flag("replace_original") and url.original is not None:
            self._messages.change(url.original, content, is_edit=False)
            return
        kind = arguments.optional_text("response_type") or "ephemeral"
        if kind not in ("ephemeral", "in_channel"):
            raise Refused("invalid_arguments", messages=["must be a valid enum value [json-pointer:/response_type]"])
        thread_ts = self._messages.thread_of(url.channel, arguments.optional_text("thread_ts"))
        message = self._messages.new(url.installation, url.channel, content, thread_ts=thread_ts)
        if kind == "in_channel":
            self._messages.post(message)
        else:
            whispered = self._messages.whisper(message, url.person_id)
            # Of a press the original is what was pressed, whatever was said after it.
            url.original = url.original or whispered

    def find(self, address: str) -> ResponseUrl:
        """The one behind an address that was handed out."""
        return self._by_path[address.removeprefix(self.base_url)]

    def _usable(self, path: str) -> ResponseUrl:
        url = self._by_path.get(path)
        if url is None:
            raise Refused("invalid_url")
        if self._clock.now() - url.made_at >= LIFETIME_S:
            raise Refused("expired_url")
        if url.uses >= USES:
            raise Refused("used_url")
        url.uses += 1
        return url

    def _record(self, request: web.Request, arguments: Arguments, response: Json, status: int) -> None:
        self._journal.record("response_url", request.path, arguments=arguments.values, response=response, status=status)
