"""JSON of an export, read item by item: memory holds one message, and a break costs only what follows it."""

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_NEEDS_CLEANING = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


class BrokenJsonError(Exception):
    """The text stops being JSON here; the items before were yielded."""


class NotAListError(Exception):
    """It is JSON, but neither a list nor an object that holds one under ``messages``."""


def items(raw: bytes) -> Iterator[tuple[object, float]]:
    """The items of the top-level list, each with the part (0 to 1) of the text that lies before it.

    Raises ``BrokenJsonError`` where the JSON breaks and ``NotAListError`` when there is no list.
    """
    text = _decoded(raw)
    clean = _NEEDS_CLEANING.search(text) is not None
    at = _skip_space(text, 0)
    if text[at : at + 1] != "[":
        yield from _items_of_object(text, at)
        return
    at = _skip_space(text, at + 1)
    while text[at : at + 1] != "]":
        item, end = _decode(text, at)
        yield (_cleaned(item) if clean else item), at / len(text)
        at = _skip_space(text, end)
        if text[at : at + 1] == ",":
            at = _skip_space(text, at + 1)
        elif text[at : at + 1] != "]":
            raise BrokenJsonError


def _items_of_object(text: str, at: int) -> Iterator[tuple[object, float]]:
    found, _ = _decode(text, at)
    messages = found.get("messages") if isinstance(found, dict) else None
    if not isinstance(messages, list):
        raise NotAListError
    for index, item in enumerate(messages):
        yield _cleaned(item), index / len(messages)


def _decode(text: str, at: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):  # too many digits in a number is a ValueError as well
        raise BrokenJsonError from None


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode(json.detect_encoding(raw), "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _cleaned(value: object) -> object:
    """Without halves of surrogate pairs and NUL characters, which no database takes."""
    try:
        return _clean(value)
    except RecursionError:
        raise BrokenJsonError from None


def _clean(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {str(_clean(key)): _clean(item) for key, item in value.items()}
    return value
