"""One connection to a worker: numbered requests out, answers in, in any order."""

import asyncio
import itertools
import time
from typing import Any

from knowledge.qdrant.edge_frames import STREAM_LIMIT, FrameError, encode_frame, read_frame
from knowledge.qdrant.errors import VectorStoreRefused, VectorStoreUnavailable


class ConnectionLost(Exception):  # named for what happened, like all our exceptions
    """The worker is gone or unreadable; what was asked may or may not have happened."""


class EdgeConnection:
    """Owns the task that reads answers; ``close`` awaits it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count()
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._last_frame = time.monotonic()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, socket: str) -> "EdgeConnection":
        """Connect; raises ``OSError`` when nobody listens."""
        reader, writer = await asyncio.open_unix_connection(socket, limit=STREAM_LIMIT)
        return cls(reader, writer)

    @property
    def is_lost(self) -> bool:
        """Nothing can be asked here any more."""
        return self._reading.done()

    @property
    def silent_seconds(self) -> float:
        """Time since the worker last said anything."""
        return time.monotonic() - self._last_frame

    async def call(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Ask and wait without a limit (the caller sets one).

        Raises ``ConnectionLost``, ``VectorStoreRefused`` when the worker says no, and ``VectorStoreUnavailable`` when
        it fails, for instance on a full disk.
        """
        if self.is_lost:
            raise ConnectionLost
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[number] = answer
        try:
            self._writer.write(encode_frame(number, operation, arguments))
            await self._writer.drain()
            status, value = await answer
        except OSError:
            raise ConnectionLost from None
        except FrameError as error:
            raise VectorStoreRefused(413, str(error)) from None
        finally:
            del self._pending[number]
            if answer.done() and not answer.cancelled():
                answer.exception()  # Seen: drain may have failed first, and the answer's failure is the same one.
        if status == "refused":
            raise VectorStoreRefused(*value)
        if status == "failed":
            raise VectorStoreUnavailable(value)
        return value

    def abort(self) -> None:
        """Give up on the worker; whoever waits gets ``ConnectionLost``."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Hang up and wait for the reading task."""
        self._writer.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        try:
            while True:
                number, status, value = await read_frame(self._reader)
                self._last_frame = time.monotonic()
                answer = self._pending.get(number)
                if answer is not None and not answer.done():
                    answer.set_result((status, value))
        except (asyncio.IncompleteReadError, OSError, FrameError):
            pass
        finally:
            self._writer.close()
            for answer in self._pending.values():
                if not answer.done():
                    answer.set_exception(ConnectionLost())
