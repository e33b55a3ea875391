"""An app manifest, read as Slack reads it: names of scopes and events are checked, which the schema does not do."""

from typing import Any

from tests.fakes.slack.announcer import EVENT_SCOPES
from tests.fakes.slack.app import RECOMMENDED_EVENTS, RECOMMENDED_SCOPES
from tests.fakes.slack.errors import Json

KNOWN_SCOPES = RECOMMENDED_SCOPES | frozenset(
    [
        "bookmarks:read",
        "bookmarks:write",
        "canvases:read",
        "canvases:write",
        "channels:manage",
        "chat:write.customize",
        "chat:write.public",
        "conversations.connect:read",
        "groups:write",
        "incoming-webhook",
        "links:read",
        "links:write",
        "metadata.message:read",
        "mpim:write",
        "pins:write",
        "remote_files:read",
        "remote_files:share",
        "remote_files:write",
        "search:read.public",
        "usergroups:write",
        "users:write",
        "users.profile:read",
    ]
)
MESSAGE_SCOPES = {
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
}
KNOWN_EVENTS = RECOMMENDED_EVENTS | frozenset(EVENT_SCOPES) | frozenset(MESSAGE_SCOPES) | {"entity_details_requested"}


def configuration_of(manifest: Json) -> dict[str, Any]:
    """The fields of ``App`` that the manifest sets; ValueError names what Slack would complain of."""
    features, settings = manifest.get("features", {}), manifest.get("settings", {})
    scopes = _scopes(manifest)
    events = _events(settings, scopes)
    if features.get("slash_commands") and "commands" not in scopes:
        raise ValueError("slash commands need the scope commands")
    home = features.get("app_home", {})
    subscriptions = settings.get("event_subscriptions", {})
    uses_sockets = bool(settings.get("socket_mode_enabled"))
    if not uses_sockets and events and not subscriptions.get("request_url"):
        raise ValueError("event_subscriptions needs a request_url without socket mode")
    return {
        "name": manifest["display_information"]["name"],
        "scopes": scopes,
        "events": events,
        "commands": {
            command["command"]: bool(command.get("should_escape")) for command in features.get("slash_commands", [])
        },
        "shortcuts": {shortcut["callback_id"]: shortcut["type"] for shortcut in features.get("shortcuts", [])},
        "experience": next((view for view in ("agent_view", "assistant_view") if view in features), "none"),
        "home_tab_enabled": bool(home.get("home_tab_enabled")),
        "messages_tab_enabled": bool(home.get("messages_tab_enabled")),
        "interactivity_enabled": bool(settings.get("interactivity", {}).get("is_enabled")),
        "socket_mode_enabled": uses_sockets,
        "request_url": None if uses_sockets else subscriptions.get("request_url"),
        "unfurl_domains": frozenset(features.get("unfurl_domains", [])),
    }


def _scopes(manifest: Json) -> frozenset[str]:
    asked = manifest.get("oauth_config", {}).get("scopes", {})
    scopes = frozenset(asked.get("bot", [])) | frozenset(asked.get("bot_optional", []))
    unknown = scopes - KNOWN_SCOPES
    if unknown:
        raise ValueError(f"unknown scopes: {sorted(unknown)}")
    return scopes


def _events(settings: Json, scopes: frozenset[str]) -> frozenset[str]:
    events = frozenset(settings.get("event_subscriptions", {}).get("bot_events", []))
    unknown = events - KNOWN_EVENTS
    if unknown:
        raise ValueError(f"unknown events: {sorted(unknown)}")
    for event in sorted(events):
        needed = MESSAGE_SCOPES.get(event) or EVENT_SCOPES.get(event, ())
        if needed and not scopes & set(needed):
            raise ValueError(f"the event {event} needs one of the scopes {list(needed)}")
    return events
