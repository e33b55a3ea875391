"""Typed reading of untrusted JSON objects: a wrong type counts as absent, so that no payload can raise here."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

Payload: TypeAlias = Mapping[str, object]
"""A JSON object as the platform sent it."""

_EMPTY: Payload = {}


def text_of(payload: Payload, key: str) -> str:
    """The string under ``key``; numbers, which old exports use for ids and times, become their digits."""
    value = payload.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if -(10**20) < value < 10**20 else ""
    if isinstance(value, float):
        return f"{value:.6f}"
    return ""


def first_text(payload: Payload, *keys: str) -> str:
    """The first string under ``keys`` that is more than white space, stripped."""
    return next((text for key in keys if (text := text_of(payload, key).strip())), "")


def object_of(payload: Payload, key: str) -> Payload:
    """The object under ``key``, empty when there is none."""
    value = payload.get(key)
    return value if isinstance(value, Mapping) else _EMPTY


def objects_of(payload: Payload, key: str) -> Iterator[Payload]:
    """The objects in the list under ``key``; anything else in it is passed over."""
    value = payload.get(key)
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))


def texts_of(payload: Payload, key: str) -> tuple[str, ...]:
    """The non-empty strings in the list under ``key``."""
    value = payload.get(key)
    return tuple(item for item in value if isinstance(item, str) and item) if isinstance(value, list) else ()


def is_set(payload: Payload, key: str) -> bool:
    """Whether ``key`` holds JSON ``true`` (old exports also write it as a number or a string)."""
    return payload.get(key) in (True, "true", "1")


def number_of(payload: Payload, key: str) -> int | None:
    """The whole number under ``key``, also when it is written as a string."""
    value = payload.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return value
    return None


def without_controls(text: str, *, limit: int) -> str:
    """A name on one line: control characters become spaces, and it ends after ``limit`` characters."""
    return "".join(character if character.isprintable() else " " for character in text[:limit]).strip()


def storable(text: str) -> str:
    """The text without what JSON can say and no database keeps: halves of characters, and the character zero."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode(errors="replace").decode()
    return text.replace("\0", "")
