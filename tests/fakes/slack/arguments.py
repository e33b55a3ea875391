"""What a request carries, wherever it carries it: query, form or JSON body."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.fakes.slack.errors import Json, Refused

_ALWAYS_TAKEN = {"token", "team_id"}
"""``team_id`` is a default parameter of the SDK's per-request clients."""


class Arguments:
    """Typed reading; a form has only strings, JSON has types, both mean the same."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values: Json = {name: value for name, value in values.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def check(self, *, required: frozenset[str], known: frozenset[str]) -> None:
        """Refuses missing arguments, and those the method does not have."""
        problems = [
            f"missing required field: {name}" for name in sorted(required) if self.values.get(name) in (None, "")
        ]
        problems += [
            f"invalid additional property: {name}"
            for name in self.values
            if name not in known and name not in _ALWAYS_TAKEN
        ]
        if problems:
            raise Refused("invalid_arguments", messages=problems)

    def text(self, name: str) -> str:
        """A string that must be there (``check`` has seen to it)."""
        return self.optional_text(name) or ""

    def optional_text(self, name: str) -> str | None:
        """A string, or None when it was left out."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool | list | dict):
            raise Refused("invalid_arguments", messages=[f"must provide a string [json-pointer:/{name}]"])
        return str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean, in any of the ways to write one."""
        value = self.values.get(name)
        if value is None:
            return default
        if str(value).lower() not in ("true", "false", "1", "0"):
            raise Refused("invalid_arguments", messages=[f"must provide a boolean [json-pointer:/{name}]"])
        return str(value).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise Refused("invalid_arguments", messages=[f"must provide an integer [json-pointer:/{name}]"]) from None

    def limit(self, *, default: int, most: int) -> int:
        """The page size; out of range is refused, not corrected."""
        limit = self.number("limit", default)
        if not 1 <= limit <= most:
            raise Refused("invalid_limit")
        return limit

    def document(self, name: str, *, error: str = "invalid_arguments") -> Any:
        """A JSON value, as itself or as a string of it; None when it was left out."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error, messages=[f"must be valid JSON [json-pointer:/{name}]"]) from None

    def names(self, name: str) -> list[str]:
        """A list, or a string with commas."""
        value = self.values.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [item.strip() for item in str(value or "").split(",") if item.strip()]


async def read_arguments(request: web.Request) -> Arguments:
    """Query and body together; a token in the query is not one, as for every app made since 2021."""
    values: Json = {name: value for name, value in request.query.items() if name != "token"}
    if request.method == "GET":
        return Arguments(values)
    content_type = request.content_type
    if not request.can_read_body or request.content_length == 0:
        return Arguments(values)
    if content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(body, dict):
            raise Refused("json_not_object")
        return Arguments(values | body)
    if content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.post()
        return Arguments(values | {name: value for name, value in form.items() if isinstance(value, str)})
    raise Refused("missing_post_type" if content_type == "application/octet-stream" else "invalid_post_type")
