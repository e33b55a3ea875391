"""Files of results that grow while a command runs, so that a run that is stopped keeps what it found."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from bot.errors import BadInput


@contextmanager
def row_writer(path: Path | None, option: str) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """What writes one JSON line at once, or nothing for no path; raises ``BadInput`` that names the option."""
    try:
        with path.open("w", encoding="utf-8", buffering=1) if path is not None else nullcontext() as lines:

            def write(row: Mapping[str, Any]) -> None:
                if lines is not None:
                    lines.write(json.dumps(row, ensure_ascii=False) + "\n")

            yield write
    except OSError as error:
        raise BadInput(f"{option} {path}: {error.strerror}") from None


def write_text(path: Path, text: str, option: str) -> None:
    """Write a whole file; raises ``BadInput`` that names the option."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise BadInput(f"{option} {path}: {error.strerror}") from None
