"""Talk with known conversations: the marked chat logs and the large Slack export of the development data."""

import json
import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from knowledge.conversations import WINDOW, ChatMessage
from tests.benchmarks.texts import data

_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Log:
    """Messages of one channel. ``replies`` gives places by place, the message's own for a new conversation."""

    name: str
    messages: list[ChatMessage]
    replies: dict[int, frozenset[int]]
    """What may be given as the message that is replied to: the marked ones, or any of the same conversation."""
    conversations: dict[int, str] | None = None


def marked_logs() -> list[Log]:
    """The two logs of an IRC channel, whose later parts have reply links marked by hand."""
    folder = data("irc_ubuntu")
    logs: dict[str, list[ChatMessage]] = defaultdict(list)
    for line in (folder / "messages.jsonl").read_text("utf-8").splitlines():
        raw = json.loads(line)
        moment = datetime.fromisoformat(raw["ts"])
        logs[raw["channel"]].append(ChatMessage(raw["id"], raw["user"], raw["user"], raw["text"], moment))
    marked = [json.loads(line) for line in (folder / "links.jsonl").read_text("utf-8").splitlines()]
    found = []
    for name, messages in logs.items():
        place = {message.record_id: at for at, message in enumerate(messages)}
        replies = {
            place[mark["id"]]: frozenset(place[replied] for replied in mark["replies_to"])
            for mark in marked
            if mark["id"] in place
        }
        found.append(Log(name, messages, replies))
    return found


def slack_log(year: int) -> Log:
    """One year of the large Slack export, whose conversations were found automatically by the makers of the set."""
    labels = [
        json.loads(line)
        for line in data("slack-export-dev.conversations.jsonl").read_text("utf-8").splitlines()
    ]  # fmt: skip
    conversation = {label["ts"]: label["conversation_id"] for label in labels}
    with zipfile.ZipFile(data("slack-export-dev.zip")) as archive:
        names = {user["id"]: user["name"] for user in json.loads(archive.read("users.json"))}
        days = [name for name in archive.namelist() if name.startswith(f"general/{year}")]
        raw = [message for day in sorted(days) for message in json.loads(archive.read(day))]
    raw.sort(key=lambda message: float(message["ts"]))
    messages = [
        ChatMessage(
            message["ts"],
            message.get("user", "?"),
            names.get(message.get("user", ""), "?"),
            _MENTION.sub(lambda found: "@" + str(names.get(found[1], found[1])), message["text"]),
            datetime.fromtimestamp(float(message["ts"]), UTC),
        )
        for message in raw
    ]
    conversations = {at: conversation[message.record_id] for at, message in enumerate(messages)}
    members: dict[str, list[int]] = defaultdict(list)
    replies = {}
    for at, name in conversations.items():
        near = frozenset(earlier for earlier in members[name][-WINDOW:] if earlier >= at - WINDOW)
        replies[at] = near if members[name] else frozenset({at})
        members[name].append(at)
    return Log(f"slack {year}", messages, replies, conversations)
