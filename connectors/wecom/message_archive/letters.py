"""Letters of the archive: a message as WeCom sealed it, kept until it is opened and told.

Those that no key opens lie apart, by the version of the key, until it is there.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.live_host import Letter, LiveHost
from connectors.wecom.message_archive.fields import Json, number_of
from connectors.wecom.message_archive.frames import Words
from connectors.wecom.message_archive.process import WorkerGone, WorkerProcess
from connectors.wecom.message_archive.standing import Standing
from connectors.wecom.message_archive.timing import Timing

_MOST_ATTEMPTS = 5
"""The mailbox sets a letter aside after so many."""
_MOST_BLAMED = 3
_MOST_CHARACTERS = 4 << 20
"""Of sealed text that is sent to the worker at once."""
_SEALED = "sealed:"
_PROBLEMS = ("key_missing", "key_wrong")

_log = logging.getLogger(__name__)


class Letters:
    """The mailbox and the notes of the archive, by the name ``source``."""

    def __init__(
        self, *, host: LiveHost, source: str, worker: WorkerProcess, standing: Standing, timing: Timing
    ) -> None:
        self._host = host
        self._source = source
        self._worker = worker
        self._standing = standing
        self._timing = timing
        self._blamed: Counter[str] = Counter()

    async def keep(self, messages: Sequence[Words]) -> None:
        """Keep messages as they came; when this returns they are durable."""
        await asyncio.gather(
            *(self._host.mailbox.keep(self._source, message["msgid"], message) for message in messages)
        )

    async def waiting(self, source: str | None = None) -> Sequence[Letter]:
        """The next ones, in order of arrival."""
        return await self._host.mailbox.waiting(source or self._source, limit=self._timing.together)

    async def done(self, letters: Sequence[Letter], source: str | None = None) -> None:
        """They are told."""
        if letters:
            await self._host.mailbox.done(source or self._source, [letter.key for letter in letters])

    async def failed(self, letter: Letter, why: str, source: str | None = None) -> bool:
        """It comes again, and is set aside in the end; returns whether it was."""
        _log.warning("message %s of the archive: %s", letter.key, why)
        is_last = letter.attempts + 1 >= _MOST_ATTEMPTS
        if is_last:
            note = await self._host.notebook.read(self._source, "set_aside")
            count = (number_of(note or {}, "count") or 0) + 1
            await self._host.notebook.write(self._source, "set_aside", {"count": count})
            self._standing.set("set_aside", count=count)
        await self._host.mailbox.failed(source or self._source, letter.key, why)
        return is_last

    async def opened(self, letters: Sequence[Letter]) -> list[tuple[Letter, Words]]:
        """What the worker says of each; without those that it was not asked for, or behind one over which it died.

        Raises ``WorkerAway``.
        """
        replies: list[Words] = []
        letters = _together(letters)

        async def take(words: Words, _: bytes) -> None:
            if not words.get("last"):
                replies.append(words)

        try:
            await self._worker.ask({"do": "open", "messages": [dict(letter.body) for letter in letters]}, take)
        except WorkerGone as gone:
            if len(replies) < len(letters):
                await self._blame(letters[len(replies)], gone)
        return list(zip(letters, replies, strict=False))

    async def _blame(self, letter: Letter, gone: WorkerGone) -> None:
        """The worker died over a letter; somebody who killed it from outside is to blame at first."""
        self._blamed[letter.key] += 1
        if gone.how != "killed" or self._blamed[letter.key] >= _MOST_BLAMED:
            del self._blamed[letter.key]
            await self.failed(letter, f"the worker {gone.how} over it")

    async def put_apart(self, letter: Letter, problem: str) -> None:
        """Keep a letter that no key opens, for the day when one does."""
        version = number_of(letter.body, "publickey_ver") or 0
        if await self._host.mailbox.keep(self.apart(version), letter.key, letter.body):
            await self._count(version, problem, 1)

    def apart(self, version: int) -> str:
        """Where letters for a version of the key lie."""
        return f"{self._source}:{_SEALED}{version}"

    async def versions_apart(self) -> dict[int, int]:
        """How many letters lie apart, by version."""
        notes = await self._host.notebook.all(self._source, _SEALED)
        return {int(key.removeprefix(_SEALED)): number_of(note, "count") or 0 for key, note in notes.items()}

    async def taken_back(self, version: int, count: int) -> None:
        """So many of them were opened after all."""
        note = await self._host.notebook.read(self._source, f"{_SEALED}{version}") or {}
        await self._count(version, str(note.get("problem")), -count)

    async def tell(self) -> None:
        """Tell operators what lies apart and what was set aside."""
        notes = await self._host.notebook.all(self._source, _SEALED)
        for problem in _PROBLEMS:
            versions = sorted(int(key.removeprefix(_SEALED)) for key, note in notes.items() if _is(note, problem))
            if versions:
                count = sum(number_of(note, "count") or 0 for note in notes.values() if _is(note, problem))
                self._standing.set(problem, count=count, versions=versions)
            else:
                self._standing.clear(problem)
        aside = await self._host.notebook.read(self._source, "set_aside")
        if aside is not None:
            self._standing.set("set_aside", count=number_of(aside, "count") or 0)

    async def _count(self, version: int, problem: str, more: int) -> None:
        key = f"{_SEALED}{version}"
        note = await self._host.notebook.read(self._source, key) or {}
        count = max(0, (number_of(note, "count") or 0) + more)
        since = note.get("since") or datetime.now(UTC).isoformat()
        value = {"count": count, "problem": problem, "since": since} if count else None
        await self._host.notebook.write(self._source, key, value)
        await self.tell()


def _together(letters: Sequence[Letter]) -> Sequence[Letter]:
    """As many from the beginning as one request holds; at least one."""
    size = 0
    for number, letter in enumerate(letters):
        size += len(str(letter.body.get("encrypt_chat_msg")))
        if size > _MOST_CHARACTERS and number:
            return letters[:number]
    return letters


def _is(note: Json, problem: str) -> bool:
    return note.get("problem") == problem
