"""``/status``: what is archived here, how far back, and what the bot may do here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.errors import Language
from bot.texts import say
from bot.truth.keeping import Kept, kept_of
from bot.truth.listening import Listening
from connectors.connector import Reply

_Key = Literal["here", "yours", "empty", "since", "complete", "reading", "reached", "partial", "unread", "unreadable"]

TEXTS: Final[dict[_Key, dict[Language, str]]] = {
    "here": {
        "zh": "这里存档了 {messages} 条消息、{files} 个文件。",
        "en": "Kept here: {messages} messages, {files} files.",
    },
    "yours": {
        "zh": "你能看到的 {channels} 个频道里存档了 {messages} 条消息、{files} 个文件。",
        "en": "Kept of the {channels} channels that you can read: {messages} messages, {files} files.",
    },
    "empty": {"zh": "这里还没有存档任何消息。", "en": "Nothing is kept here yet."},
    "since": {"zh": "最早的一条是 {day} 的。", "en": "The oldest is of {day}."},
    "complete": {"zh": "以前的消息都已读完。", "en": "What was said before I came is read to its beginning."},
    "reading": {"zh": "以前的消息还在读。", "en": "What was said before I came is still being read."},
    "reached": {
        "zh": "以前的消息还在读，已读到 {day}。",
        "en": "What was said before I came is still being read, back to {day} so far.",
    },
    "partial": {
        "zh": "存档不完整：不是每条消息都会到我这里。",
        "en": "The archive is partial: not everything that is said there reaches me.",
    },
    "unread": {"zh": "{count} 个文件还没读完。", "en": "{count} files are still to be read."},
    "unreadable": {"zh": "{count} 个文件读不了。", "en": "{count} files cannot be read."},
}


class Reporting:
    """Counts what everybody who reads the reply may read."""

    def __init__(self, parts: Parts) -> None:
        self._database = parts.database
        self._listening = Listening(parts.database)
        self._zone = parts.zone

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Of this channel; in a direct chat, of all that the person can read."""
        channel, language = request.utterance.channel, request.language
        audience = {str(channel_id) for channel_id in (await request.audience()).channel_ids}
        direct = channel.visibility == "direct"
        counted = audience if direct else {str(channel.channel_id)} & audience
        kept = await kept_of(self._database, counted)
        lines = self._told(kept, language, channels=len(counted) if direct else None)
        if not direct:
            listens = await self._listening.listens(channel.channel_id)
            lines.append(say("listening_on" if listens else "listening_off", language))
        await reply.finish(plain("\n".join(lines), language))

    def _told(self, kept: Kept, language: Language, *, channels: int | None) -> list[str]:
        if not kept.messages and not kept.files:
            first = [_say("empty", language)]
        else:
            key: _Key = "here" if channels is None else "yours"
            first = [_say(key, language, messages=kept.messages, files=kept.files, channels=channels)]
        if kept.since is not None:
            first.append(_say("since", language, day=self._day(kept.since)))
        return [_joined(first, language), *self._history(kept, language), *_files(kept, language)]

    def _history(self, kept: Kept, language: Language) -> list[str]:
        missing = [_say("partial", language)] if kept.partial else []
        if kept.history is None:
            return missing
        if kept.history:
            return [_say("complete", language), *missing]
        if kept.reached is None:
            return [_say("reading", language), *missing]
        return [_say("reached", language, day=self._day(kept.reached)), *missing]

    def _day(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%Y-%m-%d}"


def _files(kept: Kept, language: Language) -> list[str]:
    counts: Sequence[tuple[_Key, int]] = (("unread", kept.unread), ("unreadable", kept.unreadable))
    return [_say(key, language, count=count) for key, count in counts if count]


def _joined(sentences: Sequence[str], language: Language) -> str:
    return ("" if language == "zh" else " ").join(sentences)


def _say(key: _Key, language: Language, **values: object) -> str:
    return TEXTS[key][language].format(**values)
