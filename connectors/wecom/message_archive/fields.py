"""Reading what WeCom sends: fields that may be missing, of another type, or hold what no database takes."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


def text_of(body: Json, *names: str) -> str:
    """The first of these fields that is a text with something in it, or a number; empty otherwise."""
    for name in names:
        value = body.get(name)
        if isinstance(value, str) and value.strip():
            return storable(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def number_of(body: Json, name: str) -> int | None:
    """A number that is not negative, also one written as text."""
    value = body.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else None


def object_of(body: Json, name: str) -> Json:
    """An object; empty when there is none."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def objects_of(body: Json, name: str) -> Sequence[Json]:
    """The objects of a list."""
    value = body.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts_of(body: Json, name: str) -> Sequence[str]:
    """The texts of a list, or the one text that stands in its place."""
    value = body.get(name)
    if isinstance(value, str):
        value = [value]
    return [storable(item) for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def packed_object_of(body: Json, name: str) -> Json:
    """An object that is sent as a text of JSON; empty when it is none."""
    value = body.get(name)
    if isinstance(value, str):
        try:
            value = json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def moment_of_milliseconds(body: Json, name: str) -> datetime | None:
    """A time in milliseconds."""
    value = number_of(body, name)
    return None if value is None else _moment(value / 1000)


def moment_of_seconds(body: Json, name: str) -> datetime | None:
    """A time in seconds."""
    value = number_of(body, name)
    return None if not value else _moment(value)


def storable(text: str) -> str:
    """Without zero bytes and halves of characters, which no database takes."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def on_one_line(text: str, limit: int) -> str:
    """A name: no line breaks or other controls, and not longer than that."""
    return "".join(max(sign, " ") for sign in storable(text)).strip()[:limit].strip()


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
