"""How far the reading of the past is, told to the person who invited the bot: one message, kept up to date."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from pydantic import TypeAdapter

from connectors.connector import Language
from connectors.events import ChannelId
from connectors.slack.errors import SlackError
from connectors.slack.fields import Payload, number_of, object_of, text_of
from connectors.slack.history import History
from connectors.slack.ids import moment
from connectors.slack.pages import Pages
from connectors.slack.profiles import language_of_locale
from connectors.slack.reading_texts import date_in_words, text
from connectors.slack.site import Site

_NOTES = "progress:"
_CHANNELS_SHOWN = 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What one person is told, in which message; times are seconds since the epoch."""

    channels: tuple[ChannelId, ...]
    since: float
    told_at: float = 0.0
    chat: str = ""
    ts: str = ""
    """Empty when nothing was said yet, or when the person takes no direct messages."""


_NOTE = TypeAdapter(Followed)


class Progress:
    """Says nothing as long as reading takes less than ``first_after`` seconds, then changes its message at most once in
    ``every`` seconds; the end is told at once. Who takes no direct messages is told in the channel, seen by them alone,
    at the beginning and at the end.
    """

    def __init__(
        self,
        site: Site,
        pages: Pages,
        history: History,
        *,
        first_after: float = 10.0,
        every: float = 60.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._site = site
        self._pages = pages
        self._read_of = history.read_of
        history.listen(self.moved)
        self._first_after = first_after
        self._every = every
        self._now = now
        self._followed: dict[str, Followed] = {}
        self._telling: set[str] = set()

    async def load(self) -> None:
        """Remember who is told what, and tell what was not told before a restart."""
        notes = await self._site.host.notebook.all(self._site.source, _NOTES)
        for key, note in notes.items():
            self._followed[key.removeprefix(_NOTES)] = _NOTE.validate_python(note)
        self.moved()

    async def follow(self, channel: ChannelId, user_id: str) -> None:
        """Tell this user how far the reading of a channel is."""
        followed = self._followed.get(user_id, Followed(channels=(), since=self._now()))
        if channel not in followed.channels:
            await self._keep(user_id, replace(followed, channels=(*followed.channels, channel)))

    async def leave(self, channel: ChannelId) -> None:
        """A channel is not read any more."""
        for user_id, followed in list(self._followed.items()):
            if channel in followed.channels:
                others = tuple(other for other in followed.channels if other != channel)
                await self._keep(user_id, replace(followed, channels=others) if others else None)
        self.moved()

    def moved(self, channel: ChannelId | None = None) -> None:
        """Reading went on, in one channel or wherever: tell those who follow it, when it is time."""
        for user_id, followed in self._followed.items():
            is_followed = channel is None or channel in followed.channels
            if is_followed and user_id not in self._telling and self._is_due(followed):
                self._telling.add(user_id)
                self._site.tasks.spawn(self._tell(user_id), name="progress of reading")

    def _is_due(self, followed: Followed) -> bool:
        if self._is_finished(followed):
            return True
        if followed.told_at:
            return bool(followed.ts) and self._now() >= followed.told_at + self._every
        return self._now() >= followed.since + self._first_after

    def _is_finished(self, followed: Followed) -> bool:
        reads = [self._read_of(channel) for channel in followed.channels]
        return all(read is not None and read.complete for read in reads)

    async def _tell(self, user_id: str) -> None:
        try:
            while (followed := self._followed.get(user_id)) is not None and self._is_due(followed):
                is_finished = self._is_finished(followed)
                shown = await self._show(user_id, followed)
                latest = self._followed.get(user_id)
                if latest is not None:
                    is_over = is_finished and latest.channels == followed.channels
                    latest = replace(latest, told_at=self._now(), chat=shown.chat, ts=shown.ts)
                    await self._keep(user_id, None if is_over else latest)
        finally:
            self._telling.discard(user_id)

    async def _show(self, user_id: str, followed: Followed) -> Followed:
        user = await self._user(user_id)
        words = self._words(followed, user)
        try:
            if followed.ts:
                await self._call("chat.update", channel=followed.chat, ts=followed.ts, text=words)
                return followed
            opened = await self._call("conversations.open", users=user_id)
            chat = text_of(object_of(opened, "channel"), "id")
            posted = await self._call("chat.postMessage", channel=chat, text=words)
            return replace(followed, chat=chat, ts=text_of(posted, "ts"))
        except SlackError as error:
            _log.info("no direct message about the reading of a channel: %s", error)
        for channel in followed.channels:
            alone = self._words(replace(followed, channels=(channel,)), user)
            try:
                here = self._site.directory.slack_channel(channel)
                await self._call("chat.postEphemeral", channel=here, user=user_id, text=alone)
            except SlackError as error:
                _log.info("nobody is told about the reading of a channel: %s", error)
        return replace(followed, chat="", ts="")

    async def _user(self, user_id: str) -> Payload:
        try:
            return object_of(await self._call("users.info", user=user_id, include_locale=True), "user")
        except SlackError:
            return {}

    async def _call(self, method: str, **arguments: object) -> Payload:
        return await self._site.api.call(method, background=True, **arguments)

    def _words(self, followed: Followed, user: Payload) -> str:
        language = language_of_locale(text_of(user, "locale"))
        offset = timedelta(seconds=number_of(user, "tz_offset") or 0)
        lines = [text("header", language)]
        lines += [self._line(channel, language, offset) for channel in followed.channels[:_CHANNELS_SHOWN]]
        if (left_out := len(followed.channels) - _CHANNELS_SHOWN) > 0:
            lines.append(text("more", language, count=left_out))
        reads = [read for channel in followed.channels if (read := self._read_of(channel))]
        if any(read.limited for read in reads):
            lines.append(text("limited", language))
        if self._pages.is_scarce and not self._is_finished(followed):
            lines.append(text("scarce", language))
        return "\n".join(lines)

    def _line(self, channel: ChannelId, language: Language, offset: timedelta) -> str:
        read = self._read_of(channel)
        values: dict[str, object] = {"channel": f"<#{self._site.directory.slack_channel(channel)}>"}
        if read is None or (read.reached is None and not read.complete):
            return text("just_begun", language, **values)
        if read.reached is None:
            return text("finished_empty", language, **values)
        values |= {"count": f"{read.count:,}", "date": date_in_words(read.reached + offset, language)}
        if read.is_at_end and not read.complete:
            reached = moment(read.threads_oldest or read.newest) or read.reached
            return text("threads_under_way", language, threads_date=date_in_words(reached + offset, language), **values)
        if not read.complete:
            return text("under_way", language, **values)
        if read.floor:
            return text("finished_days", language, days=self._site.configuration.history_days, **values)
        return text("finished", language, **values)

    async def _keep(self, user_id: str, followed: Followed | None) -> None:
        if followed is None:
            self._followed.pop(user_id, None)
        else:
            self._followed[user_id] = followed
        note = asdict(followed) if followed else None
        await self._site.host.notebook.write(self._site.source, _NOTES + user_id, note)
