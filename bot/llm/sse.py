"""Server-sent events: bytes in any cut become the data of events."""

_LONGEST_LINE = 1_000_000


class SseDecoder:
    """Splits a byte stream into the ``data`` of its events; comments and other fields are dropped.

    Works on bytes, so a character that was cut in two between chunks is whole again when its line is complete.
    Raises ``ValueError`` for a line of more than a million bytes or one that is not UTF-8.
    """

    def __init__(self) -> None:
        self._partial = b""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[str]:
        """Take the next bytes and return the data of the events that are now complete."""
        *lines, self._partial = _lines(self._partial + chunk)
        if len(self._partial) > _LONGEST_LINE:
            msg = "a line of the stream is too long"
            raise ValueError(msg)
        return self._events(lines)

    def finish(self) -> list[str]:
        """The stream has ended, perhaps without the last empty line: return what is left."""
        last, self._partial = self._partial, b""
        return self._events([last, b""])

    def _events(self, lines: list[bytes]) -> list[str]:
        events: list[str] = []
        for raw in lines:
            line = raw.rstrip(b"\r\n").decode("utf-8")
            if not line:
                if self._data:
                    events.append("\n".join(self._data))
                    self._data = []
                continue
            field, _, value = line.partition(":")
            if field == "data":
                self._data.append(value.removeprefix(" "))
        return events


def _lines(text: bytes) -> list[bytes]:
    """Complete lines, then the incomplete rest. A final CR is incomplete: its LF may be in the next chunk."""
    lines = text.splitlines(keepends=True)
    if not lines or lines[-1].endswith(b"\n"):
        lines.append(b"")
    return lines
