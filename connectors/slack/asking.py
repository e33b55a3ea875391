"""Questions in Slack: who speaks to the bot, answered in their thread, once, also after a restart."""

import logging
import time
from collections import OrderedDict
from typing import Final

from connectors.connector import UtteranceKind
from connectors.slack.again import Again
from connectors.slack.answering import Answering
from connectors.slack.asked_notes import AskedNote, AskedNotes
from connectors.slack.conversations import Conversations
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import Payload, object_of, objects_of, text_of
from connectors.slack.profiles import Profiles
from connectors.slack.said import Said, said_in
from connectors.slack.site import Site
from connectors.slack.suggesting import Suggesting
from connectors.slack.surface import Surface

_log = logging.getLogger(__name__)

_ANSWERED_AFTER_RESTART_SECONDS: Final = 900.0
_EDIT_SECONDS: Final = 600.0
"""So long after it was said an edited question is answered anew, although it has its answer."""
_DELETED: Final = 1_000
_LISTENING_SECONDS: Final = 10.0


class Asking:
    """A listener: ``await start()`` before the line is opened, then ``heard`` in order of arrival."""

    def __init__(
        self,
        site: Site,
        *,
        surface: Surface | None = None,
        profiles: Profiles | None = None,
        again: Again | None = None,
    ) -> None:
        self._site = site
        self._notes = AskedNotes(site)
        self._conversations = Conversations(site)
        self.surface = surface or Surface(site)
        profiles = profiles or Profiles(site)
        self._answering = Answering(
            site,
            surface=self.surface,
            notes=self._notes,
            conversations=self._conversations,
            profiles=profiles,
            again=again or Again(site, profiles),
        )
        self._suggesting = Suggesting(site, surface=self.surface, profiles=profiles)
        self._deleted: OrderedDict[str, None] = OrderedDict()
        self._listens: dict[str, tuple[float, bool]] = {}

    async def start(self) -> None:
        """Take up what a restart interrupted; an answer that nobody waits for any more becomes one honest sentence."""
        await self._conversations.load()
        for note in await self._notes.load():
            self._site.tasks.spawn(self._take_up(note), name="question from before a restart")

    async def heard(self, event: Payload, body: Payload) -> None:
        """Answer who speaks to the bot; stop answering what was deleted or edited."""
        match text_of(event, "type"), text_of(event, "subtype"):
            case "message", "message_changed":
                await self._edited(event)
            case "message", "message_deleted":
                self._deleted_meanwhile(text_of(event, "channel"), text_of(event, "deleted_ts"))
            case (("message" | "app_mention"), _):
                await self._spoken(event)
            case "agent_session_stopped", _:
                self._answering.stop_thread(text_of(event, "channel"), text_of(event, "thread_ts"))
            case "app_home_opened", _:
                self._suggesting.opened(event)
            case _:
                pass

    async def _spoken(self, event: Payload) -> None:
        said = said_in(event, text_of(event, "channel"), text_of(event, "channel_type"), self._site.me)
        if said is None or said.key in self._deleted or self._notes.version(said.key) is not None:
            return
        kind = await self._kind(said)
        if kind is not None:
            await self._ask(said, kind)

    async def _ask(self, said: Said, kind: UtteranceKind) -> None:
        if kind != "overheard":
            await self._notes.begin(said)
            if kind != "direct":
                await self._conversations.asked(said)
        self._answering.begin(said, kind)

    async def _kind(self, said: Said) -> UtteranceKind | None:
        """How it is said to the bot, or None when it is not."""
        if said.mentions_bot:
            return "direct" if await self._is_direct(said) else "mention"
        if not said.text.strip():
            return None  # A file, and no words about it.
        if await self._is_direct(said):
            return "direct"
        if await self._conversations.is_turn(said):
            return "thread"
        return "overheard" if not said.mentions_others and await self._is_listening(said.channel) else None

    async def _is_direct(self, said: Said) -> bool:
        if said.channel_type:
            return said.channel_type == "im"
        return (await self._site.directory.channel(said.channel)).visibility == "direct"

    async def _is_listening(self, channel: str) -> bool:
        now = time.monotonic()
        until, listens = self._listens.get(channel, (0.0, False))
        if until < now:
            listens = await self._site.host.listens(self._site.directory.our_channel(channel))
            self._listens[channel] = (now + _LISTENING_SECONDS, listens)
        return listens

    async def _edited(self, event: Payload) -> None:
        channel, message = text_of(event, "channel"), object_of(event, "message")
        if text_of(message, "subtype") == "tombstone":
            self._deleted_meanwhile(channel, text_of(message, "ts"))
            return
        said = said_in(message, channel, text_of(event, "channel_type"), self._site.me)
        if said is None or said.text == text_of(object_of(event, "previous_message"), "text"):
            return
        asked = self._notes.version(said.key)
        if asked is None or asked == said.version:
            return  # Nobody asked with it, or this very edit was heard before.
        is_running = self._answering.stop(said.key)
        if not is_running and time.time() - said.said_at.timestamp() > _EDIT_SECONDS:
            return
        kind = await self._kind(said)
        if kind is None or kind == "overheard":
            await self._notes.end(said.key)
        else:
            await self._ask(said, kind)

    def _deleted_meanwhile(self, channel: str, ts: str) -> None:
        key = f"{channel}:{ts}"
        self._deleted[key] = None
        while len(self._deleted) > _DELETED:
            self._deleted.popitem(last=False)
        self._answering.stop(key)

    async def _take_up(self, note: AskedNote) -> None:
        try:
            said = await self._read_again(note)
        except SlackAway as error:
            # The note stays: it is tried again after the next start.
            _log.warning("a question from before a restart cannot be read again now: %s", error)
            return
        except SlackError as error:
            _log.warning("a question from before a restart cannot be read again: %s", error)
            said = None
        if said is None:
            await self._answering.forget(note)
        elif time.time() - note.at > _ANSWERED_AFTER_RESTART_SECONDS:
            await self._answering.excuse(said, note)
        else:
            kind = await self._kind(said)
            self._answering.begin(said, "mention" if kind in (None, "overheard") else kind, shown=note.shown or None)

    async def _read_again(self, note: AskedNote) -> Said | None:
        method = "conversations.replies" if note.thread_ts else "conversations.history"
        page = await self._site.api.call(
            method,
            background=True,  # Somebody waits, but rather long than in vain.
            channel=note.channel,
            ts=note.thread_ts or None,
            oldest=note.ts,
            latest=note.ts,
            inclusive=True,
            limit=10,
        )
        found = next((each for each in objects_of(page, "messages") if text_of(each, "ts") == note.ts), None)
        return said_in(found, note.channel, "", self._site.me) if found else None
