"""Text under limits in bytes: cut and split where a reader would, never inside a character or a link.

Code blocks that a limit cuts in two are closed and opened again.
"""

import re
from dataclasses import dataclass, field

SMALLEST_LIMIT = 128
_FENCE = re.compile(r"^ {0,3}(`{3,8}|~{3,8})([^`~]*)$")
_LONGEST_INFO = 24
_LONGEST_LINK = 2400
_LINK = re.compile(r"!?\[[^\[\]\n]{1,300}\]\([^()\s]{1,2048}\)")
_BREAKS = ("。", "！", "？", ". ", "! ", "? ", "；", "; ", "，", ", ", "、", " ")
_NEVER_FIRST = re.compile(r"[\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


def byte_count(text: str) -> int:
    """The length that WeCom counts: bytes of UTF-8."""
    return len(text.encode("utf-8", "replace"))


def cut(text: str, limit: int) -> str:
    """The beginning of a text in at most ``limit`` bytes, with an ellipsis where something is missing."""
    if byte_count(text) <= limit:
        return text
    head = split(text, limit - byte_count("\n…"))[0]
    return f"{head}\n…" if _FENCE.match(head.rpartition("\n")[2]) else f"{head}…"


def split(text: str, limit: int) -> list[str]:
    """The whole text in pieces of at most ``limit`` bytes. Raises ``ValueError`` for a limit below 128."""
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a limit of {limit} bytes leaves no room")
    pieces: list[str] = []
    piece = _Piece(limit)
    for line in text.encode("utf-8", "replace").decode().strip("\n").split("\n"):
        rest: str | None = line
        while rest is not None:
            room = piece.room_for(rest)
            if byte_count(rest) <= room:
                piece.add(rest)
                rest = None
            elif piece.lines:
                done, piece = piece.closed()
                pieces.append(done)
            else:
                head, rest = _broken(rest, room)
                piece.add(head)
    pieces.append(piece.text())
    return [done for done in pieces if done.strip()]


@dataclass
class _Piece:
    """Lines that still fit together; ``opening`` repeats the fence of a code block that began before."""

    limit: int
    opening: str = ""
    fence: str = ""
    info: str = ""
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def room_for(self, line: str) -> int:
        """How many bytes the next line may have."""
        fence, _ = self._after(line)
        closing = len(fence) + 1 if fence else 0
        opening = byte_count(self.opening) + 1 if self.opening else 0
        return self.limit - self.size - opening - closing - (1 if self.lines else 0)

    def add(self, line: str) -> None:
        """Take a line that fits."""
        self.size += byte_count(line) + (1 if self.lines else 0)
        self.lines.append(line)
        self.fence, self.info = self._after(line)

    def _after(self, line: str) -> tuple[str, str]:
        """The code block that is open after a line, if any: its fence and what stands behind that."""
        marker = _FENCE.match(line)
        if marker is None:
            return self.fence, self.info
        fence, info = marker.group(1), marker.group(2).strip()
        if not self.fence:
            return fence, info
        return ("", "") if fence.startswith(self.fence) and not info else (self.fence, self.info)

    def text(self) -> str:
        """What was taken, with the code block opened and closed where it was cut."""
        whole = [*([self.opening] if self.opening else []), *self.lines, *([self.fence] if self.fence else [])]
        return "\n".join(whole).strip("\n")

    def closed(self) -> tuple[str, "_Piece"]:
        """The finished text, and the next piece, which takes over a short beginning of a paragraph."""
        kept = self._paragraphs_end()
        following = _Piece(self.limit, fence=self.fence, info=self.info)
        if self.fence:
            following.opening = self.fence + (self.info if byte_count(self.info) <= _LONGEST_INFO else "")
        carried, self.lines = self.lines[kept:], self.lines[:kept]
        for line in carried:
            following.add(line)
        return self.text(), following

    def _paragraphs_end(self) -> int:
        everything = len(self.lines)
        if self.fence or self.opening or any(_FENCE.match(line) for line in self.lines):
            return everything
        carried = 0
        for number in range(everything - 1, 0, -1):
            carried += byte_count(self.lines[number]) + 1
            if carried > self.size // 2:
                return everything
            if not self.lines[number].strip():
                return number + 1
        return everything


def _broken(line: str, room: int) -> tuple[str, str]:
    """The longest good beginning of a line in so many bytes, and the rest."""
    end = len(line.encode()[:room].decode("utf-8", "ignore"))
    links = list(_LINK.finditer(line, 0, end + _LONGEST_LINK))
    end = next((link.start() for link in links if 0 < link.start() < end < link.end()), end)
    while end > 1 and _NEVER_FIRST.match(line[end : end + 1]):
        end -= 1
    end = end or 1
    for mark in _BREAKS:
        at = line.rfind(mark, end // 2, end)
        if at >= 0 and not any(link.start() < at + len(mark) < link.end() for link in links):
            end = at + len(mark)
            break
    return line[:end], line[end:]
