"""Events: who hears of what, and the envelope around it."""

import base64
import json
from collections.abc import Sequence

from tests.fakes.slack.app import Installation
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.deliveries import Deliveries, Delivery
from tests.fakes.slack.errors import Json
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.workspace import Workspace

_CHANNEL_CHANGES = ["archive", "created", "deleted", "rename", "shared", "unarchive", "unshared", "left", "id_changed"]
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "file_shared": ("files:read",),
    "file_unshared": ("files:read",),
    "file_change": ("files:read",),
    "file_public": ("files:read",),
    "file_deleted": ("files:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
    "link_shared": ("links:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "emoji_changed": ("emoji:read",),
    "assistant_thread_started": ("assistant:write",),
    "assistant_thread_context_changed": ("assistant:write",),
    "channel_history_changed": ("channels:history",),
    "group_history_changed": ("groups:history",),
    "im_history_changed": ("im:history",),
    **{f"channel_{change}": ("channels:read",) for change in _CHANNEL_CHANGES},
    **{f"group_{change}": ("groups:read",) for change in _CHANNEL_CHANGES},
}
_SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}


class Announcer:
    """Sends an inner event to every app that subscribed to it, has the scope, and is where it happened.

    The outer ``team_id`` is that of an outsider's company when an outsider wrote: only ``authorizations`` name ours.
    """

    def __init__(
        self, *, clock: Clock, ids: Ids, deliveries: Deliveries, installations: Sequence[Installation]
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._deliveries = deliveries
        self._installations = installations

    def announce(
        self,
        workspace: Workspace,
        event: Json,
        *,
        channel: Channel | None = None,
        anywhere_of: Sequence[Channel] = (),
        only_members: bool = True,
    ) -> list[Delivery]:
        """``channel`` is where, or ``anywhere_of`` these; without ``only_members`` all hear of a public one."""
        event.setdefault("event_ts", self._ids.ts())
        places = [channel] if channel is not None else list(anywhere_of)
        is_for_all = not places or (not only_members and not any(place.is_private for place in places))
        return [
            delivery
            for installation in self._installations
            if installation.workspace is workspace
            and (is_for_all or any(installation.bot.id in place.members for place in places))
            for delivery in self.offer(installation, event, channel=channel)
        ]

    def offer(self, installation: Installation, event: Json, *, channel: Channel | None = None) -> list[Delivery]:
        """To this app, if it subscribed and has the scope."""
        event.setdefault("event_ts", self._ids.ts())
        if not self._wants(installation, event, channel):
            return []
        return [self._deliveries.send(installation, "events_api", self._envelope(installation, event, channel))]

    def message_key(self, channel: Channel) -> str:
        """What an app subscribes to for messages of this kind of conversation."""
        return _SUBSCRIPTIONS[channel.event_type]

    def _wants(self, installation: Installation, event: Json, channel: Channel | None) -> bool:
        if installation.is_uninstalled or installation.is_revoked:
            return False
        kind = str(event["type"])
        subscription, scopes = kind, EVENT_SCOPES.get(kind, ())
        if kind == "message" and channel is not None:
            subscription, scopes = self.message_key(channel), (f"{channel.scope_family}:history",)
        is_allowed = not scopes or any(scope in installation.scopes for scope in scopes)
        return subscription in installation.app.events and is_allowed

    def _envelope(self, installation: Installation, event: Json, channel: Channel | None) -> Json:
        context = {"tid": installation.workspace.id, "aid": installation.app.id, "cid": channel.id if channel else None}
        return {
            "token": "verification-token",
            "team_id": event.get("source_team", installation.workspace.id),
            "context_team_id": installation.workspace.id,
            "context_enterprise_id": None,
            "api_app_id": installation.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self._ids.new("Ev"),
            "event_time": int(self._clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": installation.workspace.id,
                    "user_id": installation.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel.is_ext_shared if channel else False,
            "event_context": "4-" + base64.urlsafe_b64encode(json.dumps(context).encode()).decode(),
        }
