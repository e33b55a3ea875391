"""The catalogue of Web API methods: what each takes, which token and scopes it wants, how often it may be called."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tests.fakes.slack.errors import Json

if TYPE_CHECKING:
    from tests.fakes.slack.call import Call

Tier = Literal["tier1", "tier2", "tier3", "tier4", "posting", "permalink", "status", "none"]
Handler = Callable[["Call"], Json]


@dataclass(frozen=True, kw_only=True)
class Method:
    """``scopes`` are alternatives: one of them is enough; conversations.* look closer by kind of channel."""

    name: str
    handler: Handler
    required: frozenset[str]
    known: frozenset[str]
    scopes: tuple[str, ...]
    tier: Tier
    token: Literal["bot", "app", "none"]
    takes_json: bool
    must_post: bool


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    takes: str = "",
    scopes: str = "",
    tier: Tier = "tier3",
    token: Literal["bot", "app", "none"] = "bot",  # noqa: S107 - a kind of token, not one
    takes_json: bool = True,
    must_post: bool = False,
) -> Callable[[Handler], Handler]:
    """Enter a method; in ``takes`` an exclamation mark follows what is required."""

    def enter(handler: Handler) -> Handler:
        names = takes.split()
        METHODS[name] = Method(
            name=name,
            handler=handler,
            required=frozenset(n.removesuffix("!") for n in names if n.endswith("!")),
            known=frozenset(n.removesuffix("!") for n in names),
            scopes=tuple(scopes.split()),
            tier=tier,
            token=token,
            takes_json=takes_json,
            must_post=must_post,
        )
        return handler

    return enter
