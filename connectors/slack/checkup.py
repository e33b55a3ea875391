"""Whether Slack is set up as it must be: every check tells a fact, and what to click when something is wrong."""

import string
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import aiohttp

from connectors.connector import Language
from connectors.slack.checkup_calls import Answered, PlainCalls, Unreachable
from connectors.slack.checkup_texts import ADVICE, FACTS, reason_text
from connectors.slack.configuration import SlackConfiguration, WorkspaceTokens
from connectors.slack.fields import number_of, object_of, objects_of, text_of
from connectors.slack.http_events import PATH
from connectors.slack.scopes import APP_SCOPE, SCOPES

State = Literal["ok", "warning", "failed"]

_CLOCK_LIMIT_SECONDS = 300
"""Slack's signatures count for so long."""
_MOST_SOCKETS = 10
_CHANNELS_ASKED = 200
_LOOPBACK = ("127.", "localhost", "[::1]")
_WRONG_TOKEN = frozenset({"invalid_auth", "not_authed", "not_allowed_token_type", "token_expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check. ``advice`` says what to do when it is not ok; ``workspace`` is the name in the settings."""

    workspace: str
    check: str
    state: State
    fact: str
    advice: str = ""


async def check_up(
    configuration: SlackConfiguration,
    *,
    language: Language,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Finding]:
    """Check every workspace; asks Slack a few things, changes nothing and posts nothing.

    For a moment a socket is open beside that of a running server. What Slack sends there is not acknowledged, so it
    comes again.
    """
    if not configuration.workspaces:
        say = _Voice("", language)
        return [say.failed("settings", "no_workspaces", advice="no_workspaces")]
    findings: list[Finding] = []
    teams: dict[str, str] = {}
    async with aiohttp.ClientSession() as session:
        for tokens in configuration.workspaces:
            visit = _Visit(tokens, configuration, PlainCalls(session, configuration), language, now)
            findings += [finding async for finding in visit.findings()]
            if visit.team_id in teams:
                same = {"first": teams[visit.team_id], "second": tokens.name, "team": visit.team}
                findings.append(_Voice(tokens.name, language).failed("workspaces", "twice", advice="twice", **same))
            elif visit.team_id:
                teams[visit.team_id] = tokens.name
    return findings


class _Voice:
    """Findings of one workspace in one language."""

    def __init__(self, workspace: str, language: Language) -> None:
        self._workspace = workspace
        self.language = language

    def ok(self, check: str, fact: str, **facts: object) -> Finding:
        return self._finding(check, "ok", fact, "", facts)

    def warning(self, check: str, fact: str, *, advice: str, **facts: object) -> Finding:
        return self._finding(check, "warning", fact, advice, facts)

    def failed(self, check: str, fact: str, *, advice: str, **facts: object) -> Finding:
        return self._finding(check, "failed", fact, advice, facts)

    def _finding(self, check: str, state: State, fact: str, advice: str, facts: dict[str, object]) -> Finding:
        return Finding(
            workspace=self._workspace,
            check=check,
            state=state,
            fact=FACTS[fact][self.language].format(**facts),
            advice=ADVICE[advice][self.language].format(**facts) if advice else "",
        )


class _Visit:
    """One workspace; ``team_id`` is known after its token was accepted."""

    def __init__(
        self,
        tokens: WorkspaceTokens,
        configuration: SlackConfiguration,
        calls: PlainCalls,
        language: Language,
        now: Callable[[], datetime],
    ) -> None:
        self._tokens = tokens
        self._configuration = configuration
        self._calls = calls
        self._say = _Voice(tokens.name, language)
        self._now = now
        self._app_id = ""
        self.team_id = ""
        self.team = ""

    async def findings(self) -> AsyncIterator[Finding]:
        """Every check, the ones that others rest on first."""
        yield self._mode()
        yield self._proxy()
        bot_token = self._token_kind("bot token", self._tokens.bot_token, "xoxb-", "bot_token")
        if bot_token is not None:
            yield bot_token
        else:
            async for finding in self._signed_in():
                yield finding
        if self._configuration.mode == "socket":
            app_token = self._token_kind("app-level token", self._tokens.app_token, "xapp-", "app_token")
            yield app_token if app_token is not None else await self._socket()
        else:
            yield self._signing_secret()
        yield await self._file_host()

    def _mode(self) -> Finding:
        if self._configuration.mode == "socket":
            return self._say.ok("mode", "mode_socket")
        is_first = self._configuration.workspaces[0] is self._tokens
        return self._say.ok("mode", "mode_http", path=PATH if is_first else f"{PATH}/{self._tokens.name}")

    def _proxy(self) -> Finding:
        proxy = self._calls.proxy(self._configuration.base_url)
        return self._say.ok("proxy", "proxy", proxy=proxy) if proxy else self._say.ok("proxy", "no_proxy")

    def _token_kind(self, check: str, token: str | None, wanted: str, advice: str) -> Finding | None:
        """What is wrong with a token at first sight; its first letters are no secret."""
        if not token:
            return self._say.failed(check, "token_missing", advice=advice)
        if token.startswith(wanted):
            return None
        found = token[:5] if token.startswith("x") else "…"
        return self._say.failed(check, "token_other_kind", advice=advice, wanted=wanted, found=found)

    async def _signed_in(self) -> AsyncIterator[Finding]:
        token = self._tokens.bot_token
        try:
            me = await self._calls.method("auth.test", token)
        except Unreachable as error:
            yield self._unreachable("bot token", error)
            return
        yield self._clock(me)
        if me.code:
            advice = {"ratelimited": "rate_limited"}.get(me.code, "reinstall")
            yield self._say.failed("bot token", "refused", advice=advice, code=me.code)
            return
        self.team_id, self.team = text_of(me.body, "team_id"), text_of(me.body, "team")
        user = text_of(me.body, "user")
        yield self._say.ok("bot token", "signed_in", user=user, team=self.team)
        for finding in self._scopes(me):
            yield finding
        try:
            self._app_id = await self._app(text_of(me.body, "bot_id"))
            yield await self._channels(user)
        except Unreachable as error:
            yield self._unreachable("channels", error)

    def _clock(self, me: Answered) -> Finding:
        if me.date is None:
            return self._say.warning("clock", "clock_unknown", advice="clock")
        seconds = round(abs((self._now() - me.date).total_seconds()))
        if seconds <= _CLOCK_LIMIT_SECONDS:
            return self._say.ok("clock", "clock_right", seconds=seconds)
        # Only signatures of HTTP mode depend on it; elsewhere it makes times in answers wrong.
        say = self._say.failed if self._configuration.mode == "http" else self._say.warning
        return say("clock", "clock_off", advice="clock", seconds=seconds, limit=_CLOCK_LIMIT_SECONDS)

    def _scopes(self, me: Answered) -> list[Finding]:
        if me.scopes is None:
            return [self._say.warning("scopes", "scopes_unknown", advice="reinstall")]
        missing = [
            self._say.failed(
                "scopes", "scope_missing", advice="scope", scope=name, without=scope.without[self._say.language]
            )
            for name, scope in SCOPES.items()
            if name not in me.scopes
        ]
        return missing or [self._say.ok("scopes", "scopes_all", count=len(SCOPES))]

    async def _app(self, bot_id: str) -> str:
        """The id of the app that the bot belongs to; empty when it cannot be told."""
        bot = await self._calls.method("bots.info", self._tokens.bot_token, bot=bot_id)
        return text_of(object_of(bot.body, "bot"), "app_id")

    async def _channels(self, user: str) -> Finding:
        types = "public_channel,private_channel"
        found = await self._calls.method(
            "users.conversations",
            self._tokens.bot_token,
            types=types,
            limit=str(_CHANNELS_ASKED),
            exclude_archived="true",
        )
        if found.code:
            return self._say.warning("channels", "refused", advice="reinstall", code=found.code)
        count = len(list(objects_of(found.body, "channels")))
        if not count:
            return self._say.warning("channels", "in_no_channel", advice="invite", user=user)
        more = bool(text_of(object_of(found.body, "response_metadata"), "next_cursor"))
        return self._say.ok("channels", "in_channels", count=f"{count}+" if more else count)

    async def _socket(self) -> Finding:
        try:
            opened = await self._calls.method("apps.connections.open", self._tokens.app_token or "")
        except Unreachable as error:
            return self._unreachable("app-level token", error)
        if opened.code == "missing_scope":
            without = FACTS["token_missing"][self._say.language]
            return self._say.failed(
                "app-level token", "scope_missing", advice="app_token", scope=APP_SCOPE, without=without
            )
        if opened.code in ("ratelimited", "rate_limited"):
            return self._say.warning("socket", "refused", advice="rate_limited", code=opened.code)
        if opened.code:
            advice = "app_token" if opened.code in _WRONG_TOKEN else "socket_mode_off"
            return self._say.failed("app-level token", "refused", advice=advice, code=opened.code)
        try:
            hello = await self._calls.hello(text_of(opened.body, "url"))
        except Unreachable as error:
            return self._say.failed(
                "socket", "socket_silent", advice="socket_network", reason=self._why(error), host=error.host
            )
        return self._greeted(
            text_of(object_of(hello, "connection_info"), "app_id"), number_of(hello, "num_connections")
        )

    def _greeted(self, app_id: str, connections: int | None) -> Finding:
        if app_id and self._app_id and app_id != self._app_id:
            return self._say.failed(
                "app-level token", "other_app", advice="same_app", socket_app=app_id, bot_app=self._app_id
            )
        count = connections or 1
        if count >= _MOST_SOCKETS:
            return self._say.warning("socket", "socket_full", advice="socket_full", count=count)
        return self._say.ok("socket", "socket_open", count=count)

    def _signing_secret(self) -> Finding:
        secret = self._tokens.signing_secret
        if not secret:
            return self._say.failed("signing secret", "token_missing", advice="signing_secret")
        if len(secret) != 32 or not set(secret) <= set(string.hexdigits):
            return self._say.warning("signing secret", "secret_odd", advice="signing_secret")
        return self._say.ok("signing secret", "secret_set")

    async def _file_host(self) -> Finding:
        host = next((name for name in self._configuration.file_hosts if not name.startswith("*")), "files.slack.com")
        scheme = "http" if host.startswith(_LOOPBACK) else "https"
        try:
            await self._calls.reach(f"{scheme}://{host}/")
        except Unreachable as error:
            return self._say.failed("file host", "unreachable", advice="files", host=host, reason=self._why(error))
        return self._say.ok("file host", "files_reached", host=host)

    def _unreachable(self, check: str, error: Unreachable) -> Finding:
        return self._say.failed(check, "unreachable", advice="network", host=error.host, reason=self._why(error))

    def _why(self, error: Unreachable) -> str:
        return reason_text(error.reason, self._say.language)
