"""Whether WeCom is set up as it must be: every check tells a fact, and what to click when something is wrong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from connectors.connector import Language
from connectors.wecom.checkup_archive import archive_findings
from connectors.wecom.checkup_callbacks import Served, callback_findings
from connectors.wecom.checkup_clock import clock_finding
from connectors.wecom.checkup_findings import Finding, Voice
from connectors.wecom.checkup_texts import NO_GROUPS
from connectors.wecom.configuration import (
    AppConfiguration,
    RobotConfiguration,
    WebhookConfiguration,
    WeComConfiguration,
)
from connectors.wecom.connection import LongConnection, Timing
from connectors.wecom.error_texts import explained
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.exchange import check, exchange

_SECONDS = 10.0
_ONE_TRY = Timing(connecting=_SECONDS, refusals=1)
_KEY_INVALID = 93000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the application knows besides the settings."""

    served: Served
    groups: Mapping[str, str] = field(default_factory=dict)
    """Groups that are archived, each ``chat_id`` with its name."""


async def check_up(
    configuration: WeComConfiguration, surroundings: Surroundings, *, language: Language
) -> list[Finding]:
    """Check every way; asks WeCom a few things, changes nothing and posts nothing.

    The long connection of a robot is opened for a moment, unless a server runs here: WeCom lets a robot have one, and a
    server that loses it stops.
    """
    async with aiohttp.ClientSession() as session:
        visit = _Visit(configuration, surroundings, session, language)
        return [finding async for finding in visit.findings()]


class _Visit:
    def __init__(
        self,
        configuration: WeComConfiguration,
        surroundings: Surroundings,
        session: aiohttp.ClientSession,
        language: Language,
    ) -> None:
        self._configuration = configuration
        self._surroundings = surroundings
        self._session = session
        self._language: Language = language

    async def findings(self) -> AsyncIterator[Finding]:
        """Way by way, the clock first."""
        told, say = self._configuration, Voice("", self._language)
        if not (told.robots or told.apps or told.webhooks or told.message_archive):
            yield say.failed("settings", "nothing", advice="begin")
            return
        receives = any(robot.mode == "callback" for robot in told.robots) or any(app.token for app in told.apps)
        yield await clock_finding(self._session, told, say, matters=receives)
        for robot in told.robots:
            async for finding in self._robot(robot):
                yield finding
        for app in told.apps:
            async for finding in self._app(app):
                yield finding
        for webhook in told.webhooks:
            async for finding in self._webhook(webhook):
                yield finding
        if told.message_archive is not None:
            archive_say = Voice("message archive", self._language)
            async for finding in archive_findings(told, archive_say):
                yield finding
            yield archive_say.ok("reach", "archive_sees")

    async def _robot(self, robot: RobotConfiguration) -> AsyncIterator[Finding]:
        say = Voice(f"robot {robot.name}", self._language)
        if robot.mode == "long_connection":
            yield await self._line(robot, say)
            yield say.ok("reach", "sees_mentions")
            return
        async for finding in callback_findings(
            self._session,
            say,
            path=f"/wecom/robot/{robot.name}",
            keys=(robot.token, robot.encoding_aes_key, ""),
            advice="robot_callback_keys",
            served=self._surroundings.served,
        ):
            yield finding
        yield say.ok("reach", "answers_only")

    async def _line(self, robot: RobotConfiguration, say: Voice) -> Finding:
        served, host = self._surroundings.served, URL(self._configuration.robot_url).host or ""
        if served.is_running:
            if served.state == "ok":
                return say.ok("long connection", "line_served", state=served.state)
            return say.warning("long connection", "line_served", advice="restart_served", state=served.state)
        if not (robot.bot_id and robot.secret):
            return say.failed("long connection", "incomplete", advice="robot_keys", told="bot_id, secret")
        connection = LongConnection(
            name=robot.name,
            url=self._configuration.robot_url,
            bot_id=robot.bot_id,
            secret=robot.secret,
            proxy=self._configuration.proxy,
            received=lambda _: None,
            timing=_ONE_TRY,
        )
        running = asyncio.create_task(connection.run(), name="doctor's connection")
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS):
                    await connection.until_settled()
            state, refusal = connection.state, connection.refusal
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        if state == "connected":
            return say.ok("long connection", "line_open")
        if refusal:
            return say.failed("long connection", "line_refused", advice="robot_keys", told=refusal)
        return say.failed("long connection", "line_away", advice="line_network", host=host)

    async def _app(self, app: AppConfiguration) -> AsyncIterator[Finding]:
        say = Voice(f"app {app.name}", self._language)
        try:
            token = str((await self._asked("gettoken", corpid=self._corp_id, corpsecret=app.secret))["access_token"])
        except (WeComError, WeComAway, KeyError) as error:
            yield self._told(say, "secret", error)
        else:
            yield say.ok("secret", "token")
            yield await self._address(say, token)
            yield await self._agent(app, say, token)
        if app.token or app.encoding_aes_key:
            async for finding in callback_findings(
                self._session,
                say,
                path=f"/wecom/app/{app.name}",
                keys=(app.token, app.encoding_aes_key, self._corp_id),
                advice="app_callback_keys",
                served=self._surroundings.served,
            ):
                yield finding
        else:
            yield say.ok("callback", "no_callback")
        yield say.ok("reach", "app_sees")

    async def _address(self, say: Voice, token: str) -> Finding:
        try:
            await self._asked("getcallbackip", access_token=token)
        except (WeComError, WeComAway) as error:
            return self._told(say, "trusted IP", error)
        return say.ok("trusted IP", "ip_allowed")

    async def _agent(self, app: AppConfiguration, say: Voice, token: str) -> Finding:
        try:
            agent = await self._asked("agent/get", access_token=token, agentid=str(app.agent_id))
        except WeComError as error:
            if error.code == 60020:
                return say.warning("agent_id", "agent_unknown", told=explained(error, self._language).code)
            return self._told(say, "agent_id", error)
        except WeComAway as away:
            return say.warning("agent_id", "agent_unknown", told=away.reason)
        name = str(agent.get("name", ""))
        if agent.get("close") == 1:
            return say.failed("agent_id", "agent_closed", advice="switch_on", name=name)
        return say.ok("agent_id", "agent", name=name)

    async def _webhook(self, webhook: WebhookConfiguration) -> AsyncIterator[Finding]:
        say = Voice(f"webhook {webhook.name}", self._language)
        try:
            # No kind of message: a key that is not valid is refused first, and nothing can be posted.
            await self._asked("webhook/send", body={"msgtype": "none"}, key=webhook.key)
        except WeComError as error:
            refused = error.code == _KEY_INVALID
            yield self._told(say, "key", error) if refused else say.ok("key", "webhook_key")
        except WeComAway as away:
            yield self._told(say, "key", away)
        if webhook.chat_id:
            yield say.ok("group", "webhook_group", chat_id=webhook.chat_id)
        else:
            yield say.warning("group", "webhook_no_group", advice="chat_id")
            known = ", ".join(f"{chat_id} ({name})" for chat_id, name in self._surroundings.groups.items())
            yield say.ok("known groups", "groups", groups=known or NO_GROUPS[self._language])
        yield say.ok("reach", "webhook_sees")

    @property
    def _corp_id(self) -> str:
        return self._configuration.corp_id

    async def _asked(
        self, name: str, *, body: Mapping[str, object] | None = None, **params: str
    ) -> Mapping[str, object]:
        answer = await exchange(
            self._session,
            "GET" if body is None else "POST",
            self._configuration.api_url.rstrip("/") + "/" + name,
            name=name,
            seconds=_SECONDS,
            params=params,
            body=body,
            proxy=self._configuration.proxy,
        )
        check(name, answer, secrets=tuple(params.values()))
        return answer

    def _told(self, say: Voice, what: str, error: Exception) -> Finding:
        if isinstance(error, WeComError | WeComAway):
            notice = explained(error, self._language)
            return say.failed(what, "refused", advice="as_told", told=notice.sentence, hint=notice.hint)
        return say.failed(what, "refused", advice="network", told=type(error).__name__, host=self._host)

    @property
    def _host(self) -> str:
        return URL(self._configuration.api_url).host or ""
