"""Views (home tabs and modals): their shape, and the views that are open or published."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.blocks import problems_of_view_blocks
from tests.fakes.slack.composition import plain_text
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.shape import TYPE, Problems, anything, boolean, by_type, fields, problem, string

MOST_BYTES = 250_000
DEEPEST_STACK = 3

_SHARED = {
    "callback_id": string(most=255, least=0),
    "external_id": string(most=255, least=0),
    "private_metadata": string(most=3000, least=0),
}
_SHAPES = {
    "home": fields({**TYPE, "blocks": anything}, _SHARED),
    "modal": fields(
        {**TYPE, "blocks": anything, "title": plain_text(most=24)},
        {
            **_SHARED,
            "submit": plain_text(most=24),
            "close": plain_text(most=24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
        },
    ),
}


@dataclass(kw_only=True, eq=False)
class View:
    """One that Slack shows; ``hash`` changes with each version."""

    id: str
    user_id: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    state: Json = field(default_factory=dict)

    @property
    def type(self) -> str:
        """``home`` or ``modal``."""
        return str(self.content["type"])


class Views:
    """Home tabs by user, modals as stacks."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.home: dict[tuple[str, str], View] = {}
        """By app and user."""
        self.open: dict[str, View] = {}

    def check(self, content: Any, *, types: tuple[str, ...], replacing: View | None = None) -> Json:
        """Refuses what Slack would not show."""
        problems: Problems = []
        by_type({name: _SHAPES[name] for name in types}, what="view")(content, "/view", problems)
        if not problems:
            problems += problems_of_view_blocks(content["blocks"])
        if not problems:
            has_input = any(block["type"] == "input" for block in content["blocks"])
            if has_input and content["type"] == "modal" and "submit" not in content:
                problem(problems, "`submit` is required when an `input` block is within blocks array", "/view")
        if problems:
            raise Refused("invalid_arguments", messages=problems)
        if len(json.dumps(content).encode()) > MOST_BYTES:
            raise Refused("view_too_large")
        external_id = content.get("external_id")
        if external_id and any(
            view is not replacing and view.content.get("external_id") == external_id for view in self.open.values()
        ):
            raise Refused("duplicate_external_id")
        return dict(content)

    def publish(self, app_id: str, user_id: str, content: Json, hash_known: str | None) -> View:
        """Show a home tab; a hash that is not the present one loses."""
        present = self.home.get((app_id, user_id))
        if hash_known and present is not None and present.hash != hash_known:
            raise Refused("hash_conflict")
        view_id = present.id if present else self._ids.new("V")
        view = View(id=view_id, user_id=user_id, content=content, hash=self._hash(), root_id=view_id)
        self.home[app_id, user_id] = view
        return view

    def push(self, user_id: str, content: Json, *, onto: View | None = None) -> View:
        """Open a modal, or put one on top of another."""
        if onto is not None and self.depth(onto) >= DEEPEST_STACK:
            raise Refused("push_limit_reached")
        view_id = self._ids.new("V")
        view = View(
            id=view_id,
            user_id=user_id,
            content=content,
            hash=self._hash(),
            root_id=onto.root_id if onto else view_id,
            previous_id=onto.id if onto else None,
        )
        self.open[view_id] = view
        return view

    def update(self, view: View, content: Json, hash_known: str | None = None) -> View:
        """Another version of the same view."""
        if hash_known and hash_known != view.hash:
            raise Refused("hash_conflict")
        view.content, view.hash = content, self._hash()
        return view

    def find(self, *, view_id: str | None, external_id: str | None) -> View:
        """The open view or home tab meant."""
        candidates = [*self.open.values(), *self.home.values()]
        for view in candidates:
            if view.id == view_id or (external_id and view.content.get("external_id") == external_id):
                return view
        raise Refused("not_found")

    def close(self, view: View) -> None:
        """Take a modal and what lies on it away."""
        for other in [o for o in self.open.values() if o.previous_id == view.id]:
            self.close(other)
        self.open.pop(view.id, None)

    def depth(self, view: View) -> int:
        """How many lie in its stack up to it."""
        below = self.open.get(view.previous_id or "")
        return 1 if below is None else 1 + self.depth(below)

    def _hash(self) -> str:
        return f"{self._ids.ts()}.hash"
