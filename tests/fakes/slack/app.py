"""An app as its owner configured it, and its installations."""

from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.slack.errors import Json
from tests.fakes.slack.person import Person
from tests.fakes.slack.workspace import Workspace

RECOMMENDED_SCOPES = frozenset(
    [
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "emoji:read",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "pins:read",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
        "users:read.email",
    ]
)
"""What the recommended manifest asks for, the optional ones included."""

RECOMMENDED_EVENTS = frozenset(
    [
        "agent_session_stopped",
        "app_context_changed",
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_archive",
        "channel_created",
        "channel_deleted",
        "channel_history_changed",
        "channel_id_changed",
        "channel_left",
        "channel_rename",
        "channel_shared",
        "channel_unarchive",
        "channel_unshared",
        "file_change",
        "file_deleted",
        "file_public",
        "file_shared",
        "file_unshared",
        "group_archive",
        "group_deleted",
        "group_history_changed",
        "group_left",
        "group_rename",
        "group_unarchive",
        "im_history_changed",
        "member_joined_channel",
        "member_left_channel",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "reaction_added",
        "reaction_removed",
        "team_join",
        "tokens_revoked",
        "user_change",
    ]
)
"""What the recommended manifest subscribes to."""


@dataclass(kw_only=True, eq=False)
class App:
    """``request_url`` set means HTTP mode; otherwise Socket Mode, while ``socket_mode_enabled``."""

    id: str
    name: str
    app_token: str
    signing_secret: str
    app_token_scopes: frozenset[str] = frozenset({"connections:write"})
    scopes: frozenset[str] = RECOMMENDED_SCOPES
    """What an installation is granted unless told otherwise."""
    events: frozenset[str] = RECOMMENDED_EVENTS
    commands: dict[str, bool] = field(default_factory=lambda: {"/shiguang": True})
    """Whether each slash command has ``should_escape``."""
    shortcuts: dict[str, Literal["message", "global"]] = field(default_factory=dict)
    experience: Literal["agent_view", "assistant_view", "none"] = "agent_view"
    home_tab_enabled: bool = True
    messages_tab_enabled: bool = True
    interactivity_enabled: bool = True
    socket_mode_enabled: bool = True
    distribution: Literal["internal", "marketplace", "unlisted"] = "internal"
    """``unlisted`` apps read history once a minute, 15 messages at a time."""
    request_url: str | None = None
    unfurl_domains: frozenset[str] = frozenset()


@dataclass(kw_only=True, eq=False)
class Installation:
    """An app in a workspace: its bot user, token and granted scopes."""

    app: App
    workspace: Workspace
    bot: Person
    bot_token: str
    scopes: frozenset[str]
    is_revoked: bool = False
    is_uninstalled: bool = False

    @property
    def bot_id(self) -> str:
        """The B… id that messages carry."""
        return self.bot.bot_id

    def author_fields(self) -> Json:
        """What a message of this bot carries beside ``user``."""
        icons = {
            f"image_{size}": f"https://a.slack-edge.com/80588/img/plugins/app/bot_{size}.png" for size in (36, 48, 72)
        }
        profile = {
            "id": self.bot_id,
            "deleted": False,
            "name": self.app.name,
            "updated": self.bot.updated,
            "app_id": self.app.id,
            "icons": icons,
            "team_id": self.workspace.id,
        }
        return {"bot_id": self.bot_id, "app_id": self.app.id, "bot_profile": profile}

    def is_in(self, channel_id: str) -> bool:
        """Whether the bot is a member."""
        channel = self.workspace.channels.get(channel_id)
        return channel is not None and self.bot.id in channel.members
