"""Slack's moods: disconnects, silence, revoked tokens, floods."""

import secrets

from tests.fakes.slack.app import App, Installation
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack.errors import Json
from tests.fakes.slack.world import World


class Moods:
    """The driver for what goes wrong; see also ``faults`` and ``limits`` of the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def disconnect(self, app: App, reason: str = "refresh_requested") -> None:
        """A disconnect frame on every connection, then the close: ``refresh_requested``, ``too_many_websockets`` …"""
        for socket in self._world.sockets.of(app):
            self._world.sockets.disconnect(socket, reason)

    def warn(self, app: App) -> None:
        """``warning`` now, ``refresh_requested`` and the close ten seconds of the clock later."""
        for socket in self._world.sockets.of(app):
            self._world.sockets.retire(socket)

    def drop(self, app: App) -> None:
        """Every connection is cut without a word."""
        for socket in self._world.sockets.of(app):
            self._world.sockets.drop(socket)

    def ping(self, app: App) -> None:
        """Ask every connection whether it lives; ``pongs`` of the socket counts the answers."""
        for socket in self._world.sockets.of(app):
            self._world.sockets.ping(socket)

    def stall(self, app: App) -> None:
        """Every connection stays open and goes silent, pongs included."""
        for socket in self._world.sockets.of(app):
            socket.is_stalled = True

    def deliver_to(self, app: App, url: str | None) -> None:
        """HTTP mode from now on, without the challenge (``webhook.verify`` sends it); None goes back to sockets."""
        app.request_url = url

    def disable_socket_mode(self, app: App) -> None:
        """``link_disabled`` for all, and no new addresses until it is enabled again."""
        app.socket_mode_enabled = False
        self.disconnect(app, "link_disabled")

    def enable_socket_mode(self, app: App) -> None:
        """New addresses again."""
        app.socket_mode_enabled = True

    def hold_back(self) -> None:
        """Nothing new is sent until ``let_go``."""
        self._world.deliveries.hold_back()

    def let_go(self, *, backwards: bool = False) -> None:
        """What was held back is sent, out of order if wanted."""
        self._world.deliveries.let_go(backwards=backwards)

    def redeliver(self, delivery: Delivery) -> None:
        """The same event again, in a new envelope, though it was acknowledged."""
        self._world.deliveries.repeat(delivery)

    def withdraw_scope(self, installation: Installation, scope: str) -> None:
        """As after a reinstall with less."""
        installation.scopes = installation.scopes - {scope}

    def revoke_token(self, installation: Installation) -> None:
        """``tokens_revoked``; from now on ``token_revoked``."""
        event: Json = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [installation.bot.id]}}
        self._tell(installation, event)
        installation.is_revoked = True

    def uninstall(self, installation: Installation, *, revoked_first: bool = True) -> None:
        """``tokens_revoked`` and ``app_uninstalled``, in either order; from now on ``account_inactive``."""
        revoked: Json = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [installation.bot.id]}}
        events = [revoked, {"type": "app_uninstalled"}]
        for event in events if revoked_first else reversed(events):
            self._tell(installation, event)
        installation.is_uninstalled = True
        installation.bot.deleted = True

    def rotate_token(self, installation: Installation) -> str:
        """Installed again: another bot token."""
        installation.bot_token = f"xoxb-{installation.workspace.id}-{secrets.token_hex(12)}"
        installation.is_revoked = installation.is_uninstalled = installation.bot.deleted = False
        return installation.bot_token

    def limit_events(self, installation: Installation) -> Delivery:
        """``app_rate_limited``: the whole outer body, without an inner event."""
        body: Json = {
            "token": "verification-token",
            "type": "app_rate_limited",
            "team_id": installation.workspace.id,
            "minute_rate_limited": int(self._world.clock.now()) // 60 * 60,
            "api_app_id": installation.app.id,
        }
        return self._world.deliveries.send(installation, "events_api", body)

    def _tell(self, installation: Installation, event: Json) -> None:
        self._world.announcer.offer(installation, event)
