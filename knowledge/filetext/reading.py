"""The state of reading one file: what is kept so far and how much may still be spent."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from knowledge.filetext.limits import ReadLimits
from knowledge.filetext.pages import PageText
from knowledge.filetext.reasons import Reason, UnreadableFile

_CONTROLS = {code: None for code in (*range(32), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"} | dict.fromkeys(
    map(ord, "\r\f\v\x85\u2028\u2029"), "\n"
)
"""Text from files ends up in terminals and chats: no escape sequence of theirs may come along."""
_SOFT_SHARE = 0.9
"""Readers stop by themselves at this share of the time, so that what they have is kept."""


class EnoughRead(Exception):  # not an error: a limit was reached and what was read is kept
    """Raised to stop reading; the text so far is the result, marked as truncated for ``reason``."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Reading:
    """Collects the pages of one file. Every reader writes into it and asks it before costly steps.

    ``on_page`` gets each page as soon as it is there, so that a reader that has to be killed does not lose them all.
    """

    def __init__(self, *, limits: ReadLimits, on_page: Callable[[PageText], None] | None = None) -> None:
        self.limits = limits
        self.title = ""
        self.metadata: dict[str, str] = {}
        self.pages: list[PageText] = []
        self.truncated = False
        self.reason: Reason | None = None
        self.depth = 0
        self.seen_pictures: set[bytes] = set()
        self._on_page = on_page
        self._prefix = ""
        self._chars_left = limits.max_chars
        self._unpacked_left = limits.max_unpacked_bytes
        self._began = time.monotonic(), time.process_time()

    def add(self, label: str, text: str) -> None:
        """Keep a page; one without text is dropped. Raises ``EnoughRead`` once the limit of characters is reached."""
        text = text.replace("\r\n", "\n").translate(_CONTROLS).strip()
        if text:
            page = PageText(self.label(label), text[: self._chars_left])
            self.pages.append(page)
            if self._on_page:
                self._on_page(page)
        self._chars_left -= len(text)
        if self._chars_left < 0:
            self._chars_left = 0
            raise EnoughRead("too_large")
        self.check_time()

    def label(self, label: str) -> str:
        """``label`` behind the path of the archives and e-mails it lies in."""
        return " · ".join(part for part in (self._prefix, label) if part)

    def check_time(self) -> None:
        """Raise ``EnoughRead`` when the time is up, or refuse the file if nothing was read until now."""
        if self.spent_share < 1:
            return
        if not self.pages:
            raise UnreadableFile("too_slow")
        raise EnoughRead("too_slow")

    @property
    def spent_share(self) -> float:
        """How much of the time is over: 1 is all of it."""
        wall, processor = time.monotonic() - self._began[0], time.process_time() - self._began[1]
        return self.limits.spent_share(wall=wall, processor=processor) / _SOFT_SHARE

    def spend_unpacked(self, size: int) -> None:
        """Account for ``size`` bytes that were unpacked; refuses the file when that is too much altogether."""
        self._unpacked_left -= size
        if self._unpacked_left < 0:
            raise UnreadableFile("too_large", "unpacked size")

    @property
    def unpacked_left(self) -> int:
        """Bytes that may still be unpacked."""
        return self._unpacked_left

    def note(self, reason: Reason) -> None:
        """Remember why a part was left out; the first reason stays."""
        self.reason = self.reason or reason

    @contextmanager
    def inside(self, label: str) -> Iterator[None]:
        """Read a member or an attachment: its name is put before its labels, its title does not become the file's."""
        before = self._prefix, self.title, self.metadata
        self._prefix = self.label(label)
        self.metadata = {}
        self.depth += 1
        try:
            yield
        finally:
            self._prefix, self.title, self.metadata = before
            self.depth -= 1
