"""How the fake says no."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
"""A JSON object: what travels between Slack and an app."""


class Refused(Exception):
    """Slack's ``{"ok": false, "error": …}``; ``messages`` become ``response_metadata.messages``."""

    def __init__(
        self,
        error: str,
        *,
        messages: Sequence[str] = (),
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = list(messages)
        self.status = status
        self.headers = dict(headers or {})
        self.fields = fields

    def body(self) -> Json:
        """The response."""
        body: Json = {"ok": False, "error": self.error, **self.fields}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body
