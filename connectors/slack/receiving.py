"""The door: what Slack delivers is durable before it is acknowledged, and nothing is left without an answer."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from connectors.slack.fields import Payload, first_text, object_of, objects_of, text_of
from connectors.slack.observing import Observer
from connectors.slack.site import Site

HANDLED_EVENTS = frozenset(
    {
        *("message", "app_mention", "reaction_added", "reaction_removed"),
        *("file_shared", "file_unshared", "file_change", "file_public", "file_deleted"),
        *("member_joined_channel", "member_left_channel", "channel_left", "group_left"),
        *("channel_rename", "channel_archive", "channel_unarchive", "channel_deleted", "channel_created"),
        *("group_rename", "group_archive", "group_unarchive", "group_deleted", "group_open", "group_close"),
        *("channel_id_changed", "channel_shared", "channel_unshared"),
        *("channel_history_changed", "group_history_changed", "im_history_changed"),
        *("team_join", "user_change", "user_profile_changed"),
        *("app_home_opened", "app_context_changed", "agent_session_stopped"),
        *("assistant_thread_started", "assistant_thread_context_changed"),
        *("app_uninstalled", "tokens_revoked", "team_access_revoked"),
    }
)
"""Types of inner events that mean something here; others are acknowledged and counted."""

_KEEPING_SECONDS = 2.5
"""Slack waits three."""
_EVERYTHING = re.compile(".*", re.DOTALL)

_log = logging.getLogger(__name__)

Next = Callable[[], Awaitable[BoltResponse]]
Elsewhere = Callable[[str], AsyncApp | None]


class Receiving:
    """Bolt's outermost middleware and its last listeners.

    ``arrived`` is called when a letter was kept, ``missed`` when Slack says that it dropped events. ``elsewhere`` finds
    the app of another workspace, for sockets of one app carry the payloads of all its workspaces; what it raises leaves
    the payload to be delivered again.
    """

    def __init__(
        self,
        site: Site,
        *,
        observer: Observer,
        arrived: Callable[[], None],
        missed: Callable[[], None],
        elsewhere: Elsewhere = lambda workspace_id: None,
    ) -> None:
        self._site = site
        self._observer = observer
        self._arrived = arrived
        self._missed = missed
        self._elsewhere = elsewhere

    def register_first(self, app: AsyncApp) -> None:
        """Before any part registers its listeners."""
        app.middleware(self._receive)

    def register_last(self, app: AsyncApp) -> None:
        """After all parts: what nobody else listens to."""
        app.event(_EVERYTHING)(self._event)
        for kind in (app.command, app.action, app.view, app.shortcut, app.options):
            kind(_EVERYTHING)(self._unhandled)
        app.view_closed(_EVERYTHING)(self._unhandled)

    async def _receive(self, req: AsyncBoltRequest, next: Next) -> BoltResponse | None:  # noqa: A002 - Bolt's name
        body: Payload = req.body
        workspace_id = workspace_of(body)
        if workspace_id and workspace_id != self._site.me.workspace_id:
            other = self._elsewhere(workspace_id)
            if other is not None:
                return await other.async_dispatch(req)
            if text_of(body, "type") == "event_callback":
                self._observer.delivery("unhandled")
                _log.warning("an event of a workspace that is not set up: %s", workspace_id)
                return _nothing()
        self._observer.delivery("received")
        answer: BoltResponse | None = _nothing()
        if text_of(body, "type") == "app_rate_limited":
            self._observer.delivery("dropped_by_slack")
            _log.warning("Slack drops events: more than 30,000 in an hour")
            self._missed()
        elif key := _key(body):
            is_new = await self._kept(key, body)
            if is_new is None:
                return BoltResponse(status=503, body="")
            if is_new:
                answer = await next()
            else:
                self._observer.delivery("known")
        else:
            # Buttons and forms go straight to their listener, which keeps what must last.
            answer = await next()
        self._observer.delivery("acknowledged")
        return answer

    async def _kept(self, key: str, body: Payload) -> bool | None:
        """Whether it is new; None when it could not be written: then Slack is not answered and delivers it again."""
        try:
            async with asyncio.timeout(_KEEPING_SECONDS):
                is_new = await self._site.host.mailbox.keep(self._site.source, key, body)
        except Exception as error:  # noqa: BLE001 - whatever it was, what is not written is not acknowledged
            _log.error(
                "a delivery could not be kept (%s: %s); Slack will deliver it again", type(error).__name__, error
            )
            return None
        self._arrived()
        return is_new

    async def _event(self, body: dict[str, Any]) -> None:
        """Bolt acknowledges events by itself."""
        if not _key(body):
            self._observer.delivery("unhandled")

    async def _unhandled(self, ack: Callable[[], Awaitable[Any]]) -> None:
        self._observer.delivery("unhandled")
        await ack()


def workspace_of(body: Payload) -> str:
    """The id of the workspace whose installation a payload is for; empty when it does not say."""
    authorization = next(objects_of(body, "authorizations"), {})
    return (
        first_text(authorization, "team_id")
        or first_text(body, "team_id")
        or first_text(object_of(body, "team"), "id")
        or first_text(object_of(body, "user"), "team_id")
    )


def _key(body: Payload) -> str:
    if text_of(body, "command"):
        return f"command:{text_of(body, 'trigger_id')}"
    if text_of(body, "type") != "event_callback" or text_of(object_of(body, "event"), "type") not in HANDLED_EVENTS:
        return ""
    return text_of(body, "event_id")


def _nothing() -> BoltResponse:
    return BoltResponse(status=200, body="")
