"""Views as JSON, as the pages read them."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def as_json(value: object) -> Any:
    """A view, reference or answer as JSON data; times in ISO 8601."""
    kind = type(value)
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind].dump_python(value, mode="json", warnings="none")


def all_as_json(values: Iterable[object]) -> list[Any]:
    """The same for each of several."""
    return [as_json(value) for value in values]
