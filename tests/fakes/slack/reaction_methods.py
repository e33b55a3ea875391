"""reactions.*, pins.*, emoji.list, usergroups.list."""

from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods import method
from tests.fakes.slack.people import People

MOST_EMOJI = 23
"""Different ones that one person may put on a message."""
_KNOWN = frozenset(
    [
        "+1",
        "-1",
        "thumbsup",
        "thumbsdown",
        "eyes",
        "white_check_mark",
        "x",
        "heart",
        "tada",
        "warning",
        "bookmark",
        "books",
        "memo",
        "pray",
        "ok_hand",
        "repeat",
        "question",
        "hourglass",
        "hourglass_flowing_sand",
        "rocket",
        "fire",
        "100",
        "raised_hands",
        "clap",
        "thinking_face",
        "robot_face",
        "speech_balloon",
    ]
)


@method("reactions.add", takes="channel! name! timestamp!", scopes="reactions:write")
def add(call: Call) -> Json:
    """Known emoji and those of the workspace; each once."""
    message = _message(call)
    name = call.arguments.text("name").strip(":")
    if name.split("::")[0] not in _KNOWN and name not in call.workspace.emoji:
        raise Refused("invalid_name")
    if call.bot.id in message.reactions.get(name, []):
        raise Refused("already_reacted")
    if sum(call.bot.id in people for people in message.reactions.values()) >= MOST_EMOJI:
        raise Refused("too_many_reactions")
    People(call.world).react(call.bot, message, name)
    return {}


@method("reactions.remove", takes="name! channel timestamp file file_comment", scopes="reactions:write", tier="tier2")
def remove(call: Call) -> Json:
    """Own ones."""
    message = _message(call)
    name = call.arguments.text("name").strip(":")
    if call.bot.id not in message.reactions.get(name, []):
        raise Refused("no_reaction")
    People(call.world).unreact(call.bot, message, name)
    return {}


@method("reactions.get", takes="channel timestamp file file_comment full", scopes="reactions:read")
def get(call: Call) -> Json:
    """With ``full`` every person of every emoji."""
    message = _message(call)
    shown = message.in_history()
    if call.arguments.flag("full") and message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(people), "count": len(people)} for name, people in message.reactions.items()
        ]
    return {"type": "message", "channel": message.channel.id, "message": shown}


@method("pins.list", takes="channel!", scopes="pins:read", tier="tier2")
def pins(call: Call) -> Json:
    """Pinned messages."""
    channel = call.channel(as_member=True)
    pinned = [message for message in channel.messages.values() if message.pinned_to]
    return {"items": [{"type": "message", "channel": channel.id, "message": message.core()} for message in pinned]}


@method("emoji.list", takes="include_categories", scopes="emoji:read", tier="tier2")
def emoji(call: Call) -> Json:
    """The workspace's own."""
    return {"emoji": dict(call.workspace.emoji), "cache_ts": "0"}


@method("usergroups.list", takes="include_count include_disabled include_users", scopes="usergroups:read", tier="tier2")
def user_groups(call: Call) -> Json:
    """By id; ``include_users`` adds the members."""
    with_users = call.arguments.flag("include_users")
    groups = [
        {"id": group_id, "team_id": call.workspace.id, "name": group_id, "handle": group_id.lower()}
        | ({"users": users} if with_users else {})
        for group_id, users in call.workspace.user_groups.items()
    ]
    return {"usergroups": groups}


def _message(call: Call) -> Message:
    channel = call.channel(as_member=True)
    message = channel.messages.get(call.arguments.text("timestamp"))
    if message is None or message.is_tombstone:
        raise Refused("message_not_found")
    return message
