"""What the app needs from Slack: each scope with the methods and events it opens, and what does not work without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.connector import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A scope of the bot token. ``without`` completes the sentence "without it …"."""

    methods: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    """Subscriptions of the manifest."""
    without: Mapping[Language, str]


_MEMBERS = ("member_joined_channel", "member_left_channel")

SCOPES: Final[Mapping[str, Scope]] = {
    "app_mentions:read": Scope(
        events=("app_mention",),
        without={"zh": "在频道里 @ 机器人没有回应", "en": "nobody is answered who mentions the bot in a channel"},
    ),
    "assistant:write": Scope(
        methods=(
            "assistant.threads.setStatus",
            "assistant.threads.setSuggestedPrompts",
            "assistant.threads.setTitle",
        ),
        events=("app_context_changed", "agent_session_stopped"),
        without={
            "zh": "私聊里没有“正在搜索…”的状态、标题和建议的问题",
            "en": "direct messages have no status while it works, no title and no suggested prompts",
        },
    ),
    "channels:history": Scope(
        methods=("conversations.history", "conversations.replies"),
        events=("message.channels", "channel_history_changed"),
        without={"zh": "公开频道不会被存档", "en": "public channels are not archived"},
    ),
    "channels:read": Scope(
        methods=("conversations.info", "conversations.members", "users.conversations"),
        events=(
            *_MEMBERS,
            *(f"channel_{what}" for what in ("archive", "deleted", "id_changed", "left", "rename")),
            *(f"channel_{what}" for what in ("shared", "unarchive", "unshared")),
        ),
        without={
            "zh": "不知道公开频道的名称和成员，所以其中的内容谁也看不到",
            "en": "names and members of public channels are unknown, so nobody may read what is in them",
        },
    ),
    "chat:write": Scope(
        methods=(
            "agents.sessions.setStatus",
            "chat.appendStream",
            "chat.delete",
            "chat.postEphemeral",
            "chat.postMessage",
            "chat.startStream",
            "chat.stopStream",
            "chat.update",
        ),
        without={"zh": "机器人不能说话", "en": "the bot cannot say anything"},
    ),
    "commands": Scope(
        without={"zh": "没有斜杠命令和快捷方式", "en": "there are no slash commands and no shortcuts"},
    ),
    "files:read": Scope(
        methods=("files.info",),
        events=("file_change", "file_deleted", "file_public", "file_shared", "file_unshared"),
        without={"zh": "文件只留下名称，没有内容", "en": "of files only the names are kept"},
    ),
    "groups:history": Scope(
        methods=("conversations.history", "conversations.replies"),
        events=("message.groups", "group_history_changed"),
        without={"zh": "私有频道不会被存档", "en": "private channels are not archived"},
    ),
    "groups:read": Scope(
        methods=("conversations.info", "conversations.members", "users.conversations"),
        events=(
            *_MEMBERS,
            *(f"group_{what}" for what in ("archive", "deleted", "left", "rename", "unarchive")),
        ),
        without={
            "zh": "不知道私有频道有谁，所以其中的内容谁也看不到",
            "en": "members of private channels are unknown, so nobody may read what is in them",
        },
    ),
    "im:history": Scope(
        methods=("conversations.history", "conversations.replies"),
        events=("message.im", "im_history_changed"),
        without={"zh": "私聊机器人没有回应", "en": "direct messages to the bot are not answered"},
    ),
    "im:read": Scope(
        methods=("conversations.info", "users.conversations"),
        without={"zh": "认不出谁在私聊机器人", "en": "the bot cannot tell whom a direct message is with"},
    ),
    "im:write": Scope(
        methods=("conversations.open",),
        without={
            "zh": "不能主动私信：私人回答、日报和提醒送不到",
            "en": "private answers, digests and reminders cannot be delivered as direct messages",
        },
    ),
    "mpim:history": Scope(
        methods=("conversations.history", "conversations.replies"),
        events=("message.mpim",),
        without={"zh": "多人私聊不会被存档", "en": "group direct messages are not archived"},
    ),
    "mpim:read": Scope(
        methods=("conversations.info", "conversations.members", "users.conversations"),
        without={
            "zh": "不知道多人私聊有谁，所以其中的内容谁也看不到",
            "en": "members of group direct messages are unknown, so nobody may read what is in them",
        },
    ),
    "reactions:read": Scope(
        events=("reaction_added", "reaction_removed"),
        without={"zh": "用表情 👍 👎 评价不起作用", "en": "👍 and 👎 as reactions are not seen"},
    ),
    "users:read": Scope(
        methods=("bots.info", "users.info", "users.list"),
        events=("team_join", "user_change"),
        without={
            "zh": "不知道人的名字，也分不清访客，所以每个人都按访客对待",
            "en": "names are unknown and everybody counts as a guest",
        },
    ),
}
"""Everything that the manifest asks for, and nothing else."""

SCOPELESS_METHODS: Final = frozenset({"auth.test", "views.open", "views.publish", "views.update"})
"""Methods of the bot token that need no scope."""
SCOPELESS_EVENTS: Final = frozenset({"app_home_opened", "app_uninstalled", "tokens_revoked"})
APP_SCOPE: Final = "connections:write"
"""Of the app-level token, for ``apps.connections.open``."""
