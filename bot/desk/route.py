"""A route of the desk's JSON API: who may use it, what it does, and what the audit is told."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.errors import Language

Role = Literal["operator", "viewer"]
Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who is logged in."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRequest:
    """What a handler is given; ``body`` is the JSON object that was sent, empty without one."""

    operator: Operator
    language: Language
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer, and for routes that change something what is written into the audit: ids and numbers, no words."""

    body: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """``path`` is below ``/admin/api/`` and may hold ``{names}``.

    Whoever is logged in may read; what is not ``GET`` needs the role operator, names its ``action`` and is audited
    when it succeeded. A handler raises ``ShiguangError`` for what the operator is to be told.
    """

    method: Method
    path: str
    handler: Callable[[DeskRequest], Awaitable[Outcome]]
    action: str = ""

    def __post_init__(self) -> None:
        """Refuse a route that would change something unaudited."""
        if self.method != "GET" and not self.action:
            msg = f"{self.method} {self.path} names no action"
            raise ValueError(msg)


class Part(Protocol):
    """A page's worth of routes."""

    def routes(self) -> Sequence[Route]:
        """What is to be served."""
        ...
