"""The bot comes into a channel: it says once what that means, and begins to read, or says that it may not."""

import logging
from dataclasses import asdict, dataclass, replace
from typing import Literal

from pydantic import TypeAdapter

from connectors.connector import Language
from connectors.events import ChannelId
from connectors.slack.errors import SlackError
from connectors.slack.fields import Payload, object_of, objects_of, text_of
from connectors.slack.profiles import DEFAULT_LANGUAGE, language_of_locale
from connectors.slack.reading_texts import text
from connectors.slack.saying import language_of
from connectors.slack.site import Site

_NOTES = "joined:"
_LATEST = 20
_FEW = 3
_BLOCK = "archiving"
_COMMAND = "/shiguang"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What a channel was told. ``event_ts`` is of the last coming or going of the bot that was heard of."""

    state: Literal["due", "saying", "said", "said_external", "left"]
    event_ts: str = ""
    inviter: str = ""


_NOTE = TypeAdapter(Joined)


class Joining:
    """Says it once for each time that the bot comes, however often it hears of it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._joined: dict[ChannelId, Joined] = {}

    async def load(self) -> None:
        """Remember what was said before a restart."""
        notes = await self._site.host.notebook.all(self._site.source, _NOTES)
        for key, note in notes.items():
            self._joined[ChannelId(key.removeprefix(_NOTES))] = _NOTE.validate_python(note)

    async def came(self, channel: ChannelId, *, event_ts: str = "", inviter: str = "") -> bool:
        """The bot is in a channel; False when an event tells of it that is older than what is known."""
        known = self._joined.get(channel)
        if known is not None and event_ts and event_ts < known.event_ts:
            return False
        if known is None or known.state == "left":
            await self._keep(channel, Joined(state="due", event_ts=event_ts, inviter=inviter))
        elif event_ts > known.event_ts or (inviter and not known.inviter):
            await self._keep(channel, replace(known, event_ts=event_ts, inviter=inviter or known.inviter))
        return True

    async def left(self, channel: ChannelId, *, event_ts: str = "") -> bool:
        """The bot is out; False when an event tells of it that is older than what is known."""
        known = self._joined.get(channel)
        if known is not None and event_ts and event_ts < known.event_ts:
            return False
        if (known is None and event_ts) or (known is not None and known.state != "left"):
            await self._keep(channel, Joined(state="left", event_ts=event_ts or (known.event_ts if known else "")))
        return True

    def is_in(self, channel: ChannelId) -> bool:
        """Whether the bot is there, as far as was heard."""
        known = self._joined.get(channel)
        return known is not None and known.state != "left"

    def must_speak(self, channel: ChannelId, *, may_read: bool) -> bool:
        """Whether the channel was not told yet; it is told anew when it is shared with others, or not any more."""
        known = self._joined.get(channel)
        return known is None or known.state != ("said" if may_read else "said_external")

    def inviter(self, channel: ChannelId) -> str:
        """The user who let the bot in, empty when unknown."""
        known = self._joined.get(channel)
        return known.inviter if known else ""

    async def speak(self, channel: ChannelId, *, may_read: bool) -> None:
        """Tell the channel. A restart in the middle finds out whether it was said already.

        A channel where the bot may not write is not told, and that is logged. Raises ``SlackAway``.
        """
        if not self.must_speak(channel, may_read=may_read):
            return
        known = self._joined.get(channel, Joined(state="due"))
        latest = await self._latest(channel)
        block_id = _BLOCK if may_read else f"{_BLOCK}:external"
        if known.state != "saying" or not self._is_said(latest, block_id):
            await self._keep(channel, replace(known, state="saying"))
            words = self._words(await self._language(latest, known.inviter), may_read=may_read)
            block = {"type": "section", "block_id": block_id, "text": {"type": "mrkdwn", "text": words}}
            try:
                await self._site.api.call(
                    "chat.postMessage",
                    background=True,
                    channel=self._site.directory.slack_channel(channel),
                    text=words,
                    blocks=[block],
                    unfurl_links=False,
                )
            except SlackError as error:
                _log.warning("a channel could not be told that it is archived: %s", error, extra={"channel": channel})
        known = self._joined.get(channel, known)
        if known.state != "left":
            await self._keep(channel, replace(known, state="said" if may_read else "said_external"))

    def _words(self, language: Language, *, may_read: bool) -> str:
        days, name = self._site.configuration.history_days, self._site.me.bot_name
        if not may_read:
            return text("external", language, name=name)
        return text("archived_days" if days else "archived", language, name=name, days=days, command=_COMMAND)

    async def _latest(self, channel: ChannelId) -> list[Payload]:
        try:
            found = await self._site.api.call(
                "conversations.history",
                background=True,
                channel=self._site.directory.slack_channel(channel),
                limit=_LATEST,
            )
        except SlackError:
            return []
        return list(objects_of(found, "messages"))

    def _is_said(self, latest: list[Payload], block_id: str) -> bool:
        return any(
            text_of(block, "block_id") == block_id
            for message in latest
            if text_of(message, "user") == self._site.me.bot_user_id
            for block in objects_of(message, "blocks")
        )

    async def _language(self, latest: list[Payload], inviter: str) -> Language:
        """What most of the latest messages are in; of a channel with few words, what its inviter reads."""
        said = [m for m in latest if not text_of(m, "subtype") and not text_of(m, "bot_id") and text_of(m, "text")]
        if len(said) >= _FEW or not inviter:
            chinese = sum(language_of(text_of(message, "text")) == "zh" for message in said)
            return ("zh" if chinese * 2 >= len(said) else "en") if said else DEFAULT_LANGUAGE
        try:
            user = await self._site.api.call("users.info", background=True, user=inviter, include_locale=True)
        except SlackError:
            return DEFAULT_LANGUAGE
        return language_of_locale(text_of(object_of(user, "user"), "locale"))

    async def _keep(self, channel: ChannelId, joined: Joined) -> None:
        self._joined[channel] = joined
        await self._site.host.notebook.write(self._site.source, _NOTES + channel, asdict(joined))
