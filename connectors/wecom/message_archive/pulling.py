"""Reading the archive from where it was read to: page by page, each durable before the next is asked for."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.live_host import LiveHost
from connectors.wecom.message_archive.fields import number_of, text_of
from connectors.wecom.message_archive.frames import Words
from connectors.wecom.message_archive.letters import Letters
from connectors.wecom.message_archive.process import WorkerProcess
from connectors.wecom.message_archive.standing import RETRIED, Standing
from connectors.wecom.message_archive.timing import PLATFORM_KEEPS, Timing

_EXPIRED = 10010
_SMALLEST_PAGE = 50
_PLACE = "seq"
_BEGIN = "begin"

_TOLD_FOR = timedelta(days=30)

_log = logging.getLogger(__name__)


class PullRefused(Exception):
    """The SDK refused; ``code`` is its own."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Pulling:
    """Where the archive was read to is a note, written after what was read is durable."""

    def __init__(
        self,
        *,
        host: LiveHost,
        source: str,
        worker: WorkerProcess,
        letters: Letters,
        standing: Standing,
        timing: Timing,
    ) -> None:
        self._host = host
        self._source = source
        self._worker = worker
        self._letters = letters
        self._standing = standing
        self._timing = timing
        self._page = timing.page

    async def pull(self) -> bool:
        """Read one page; returns whether there may be another. Raises ``PullRefused`` and what the worker raises."""
        place = await self._host.notebook.read(self._source, _PLACE) or {}
        seq = number_of(place, "seq") or 0
        await self._notice_gap(_moment(text_of(place, "at")))
        highest, count, code = seq, 0, 0

        async def take(words: Words, _: bytes) -> None:
            nonlocal highest, count, code
            messages: Sequence[Words] = words.get("messages", ())
            code = code or int(words.get("code") or 0)
            await self._letters.keep(messages)
            count += len(messages)
            highest = max([highest, *(message["seq"] for message in messages)])

        await self._worker.ask({"do": "pull", "seq": seq, "limit": self._page}, take)
        if code == _EXPIRED and seq:
            # What comes next is gone: go on with the oldest that WeCom still has.
            await self._begin_anew(_moment(text_of(place, "at")))
            return True
        if code in RETRIED:
            # Perhaps it was too much for the time that there is.
            self._page = max(self._page // 2, _SMALLEST_PAGE)
        if code:
            self._standing.set_refused(code)
            raise PullRefused(code)
        self._standing.answered()
        self._page = self._timing.page
        await self._host.notebook.write(self._source, _PLACE, {"seq": highest, "at": datetime.now(UTC).isoformat()})
        return count > 0 and highest > seq

    async def begin(self) -> tuple[datetime, bool]:
        """From when on everything was read, and whether something before that was missed."""
        note = await self._host.notebook.read(self._source, _BEGIN) or {}
        return _moment(text_of(note, "since")) or datetime.now(UTC) - PLATFORM_KEEPS, bool(note.get("missed_from"))

    async def tell(self) -> None:
        """Tell operators what was missed."""
        note = await self._host.notebook.read(self._source, _BEGIN) or {}
        self._tell_gap(note)

    async def _notice_gap(self, read_at: datetime | None) -> None:
        """At the first look, or at one after so long that WeCom no longer has what came next."""
        now = datetime.now(UTC)
        note = await self._host.notebook.read(self._source, _BEGIN)
        if note is None:
            await self._host.notebook.write(self._source, _BEGIN, {"since": (now - PLATFORM_KEEPS).isoformat()})
        elif read_at is not None and now - read_at > PLATFORM_KEEPS:
            await self._missed(read_at, now - PLATFORM_KEEPS)

    async def _begin_anew(self, read_at: datetime | None) -> None:
        since = datetime.now(UTC) - PLATFORM_KEEPS
        await self._missed(min(read_at or since, since), since)
        await self._host.notebook.write(self._source, _PLACE, {"seq": 0, "at": datetime.now(UTC).isoformat()})

    async def _missed(self, since: datetime, until: datetime) -> None:
        _log.warning("the message archive was not read for too long")
        note = {"since": until.isoformat(), "missed_from": since.isoformat()}
        await self._host.notebook.write(self._source, _BEGIN, note)
        self._tell_gap(note)

    def _tell_gap(self, note: Mapping[str, object]) -> None:
        since, until = _moment(text_of(note, "missed_from")), _moment(text_of(note, "since"))
        if since and until and datetime.now(UTC) - until < _TOLD_FOR:
            self._standing.set("gap", since=f"{since:%Y-%m-%d %H:%M}", until=f"{until:%Y-%m-%d %H:%M} UTC")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
