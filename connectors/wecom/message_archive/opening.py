"""Letters are opened, become events, and are told to the application, in order of arrival."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.events import Event
from connectors.live_host import Letter, LiveHost
from connectors.wecom.message_archive.coverage import Coverage
from connectors.wecom.message_archive.fetching import Fetching
from connectors.wecom.message_archive.letters import Letters
from connectors.wecom.message_archive.rooms import Rooms
from connectors.wecom.message_archive.timing import Timing
from connectors.wecom.message_archive.translating import MessageTranslator, Translated, live_or_past

_log = logging.getLogger(__name__)


class Opening:
    """A crash anywhere means that the letters of the batch are opened again, to the same events."""

    def __init__(
        self,
        *,
        host: LiveHost,
        letters: Letters,
        translator: MessageTranslator,
        rooms: Rooms,
        fetching: Fetching,
        coverage: Coverage,
        timing: Timing,
    ) -> None:
        self._host = host
        self._letters = letters
        self._translator = translator
        self._rooms = rooms
        self._fetching = fetching
        self._coverage = coverage
        self._timing = timing
        self.unknown: Counter[str] = Counter()
        """Messages of types that are not known here, by type."""

    async def open_waiting(self) -> int:
        """Open one batch; returns how many letters it had. Raises ``WorkerAway`` and what the host raises."""
        waiting = await self._letters.waiting()
        opened = await self._letters.opened(waiting) if waiting else []
        told: list[Letter] = []
        translated: list[Translated] = []
        for letter, words in opened:
            problem = words.get("problem")
            if problem in ("key_missing", "key_wrong"):
                await self._letters.put_apart(letter, problem)
                told.append(letter)
            elif problem:
                await self._letters.failed(letter, f"{problem} {words.get('code', '')}".strip())
            elif (item := await self._translated(letter, words["message"])) is not None:
                translated.append(item)
                told.append(letter)
        await self._tell(translated)
        await self._letters.done(told)
        return len(waiting)

    async def open_apart(self, version: int) -> bool:
        """Try letters that lay apart, now that there is a key of their version; returns whether there may be more."""
        source = self._letters.apart(version)
        waiting = await self._letters.waiting(source)
        opened = await self._letters.opened(waiting) if waiting else []
        good = [(letter, words) for letter, words in opened if not words.get("problem")]
        translated: list[Translated] = []
        told: list[Letter] = []
        for letter, words in good:
            item = await self._translated(letter, words["message"], source)
            if item is not None:
                translated.append(item)
                told.append(letter)
        await self._tell(translated)
        await self._letters.done(told, source)
        if good:
            gone = len(good)
            for letter, words in opened:
                # The key is right, for it opens others.
                if words.get("problem") and await self._letters.failed(letter, str(words["problem"]), source):
                    gone += 1
            await self._letters.taken_back(version, gone)
        return bool(good)

    async def _translated(self, letter: Letter, message: object, source: str | None = None) -> Translated | None:
        try:
            item = await self._translator.translate(message if isinstance(message, dict) else {})
        except (ValueError, LookupError) as error:
            await self._letters.failed(letter, type(error).__name__, source)
            return None
        if item.recalled is not None:
            await self._fetching.recall(item.recalled)
        for ref, media in item.files:
            await self._fetching.want(ref, media, at=item.at)
        return item

    async def _tell(self, translated: Sequence[Translated]) -> None:
        live, past = live_or_past(translated, now=datetime.now(UTC), recent_seconds=self._timing.recent)
        await self._accept(live, past)
        await self._coverage.touch({item.channel.channel_id: item.room_id for item in translated if item.channel})
        for item in translated:
            self.unknown.update(item.unknown)
        if any(item.unknown for item in translated):
            _log.warning("messages of unknown types were kept as system messages: %s", dict(self.unknown))

    async def _accept(self, live: Sequence[Event], past: Sequence[Event]) -> None:
        try:
            if live:
                await self._host.accept(live)
            if past:
                await self._host.accept_history(past)
        except BaseException:
            self._rooms.tell_again()
            raise
