"""Carries text from a worker thread to a reader on the event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator


class Handover:
    """One thread puts, one coroutine reads; pieces that pile up while the reader is busy become one.

    So it never holds more than one piece, is bounded by the length of the answer, and the thread never waits.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._text: list[str] = []
        self._changed = asyncio.Event()
        self._ended = False
        self._error: Exception | None = None
        self.is_abandoned = False

    def put(self, text: str) -> None:
        """Add a piece; for the worker thread."""
        if not text:
            return
        with self._lock:
            is_first = not self._text
            self._text.append(text)
        if is_first:
            self._loop.call_soon_threadsafe(self._changed.set)

    def abandon(self) -> None:
        """The reader has left: whoever puts should stop."""
        self.is_abandoned = True

    def end(self, error: Exception | None = None) -> None:
        """No more comes; the reader gets what is left, then ``error`` if given. For the event loop."""
        self._ended = True
        self._error = error
        self._changed.set()

    async def __aiter__(self) -> AsyncIterator[str]:
        """Pieces as they come; raises the error of ``end``."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            with self._lock:
                text, self._text = "".join(self._text), []
            if text:
                yield text
            if self._ended:
                break
        if self._error is not None:
            raise self._error
