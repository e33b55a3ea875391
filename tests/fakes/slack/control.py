"""The drivers over plain HTTP, for a fake that was started by hand: ``POST /_control/people/post`` and its like.

The body is a JSON object of the driver method's arguments. People, channels and apps are named by id or name, a
message by ``"<channel>:<ts>"``, a file or view by id, a delivery by its number in the log, bytes by their text.
"""

import inspect
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import web

from tests.fakes.slack.app import App, Installation
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack.errors import Json
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shared_file import SharedFile
from tests.fakes.slack.views import View
from tests.fakes.slack.workspace import Workspace

_NOT_FOR_HANDS = {"limits/check", "faults/next", "clock/call_later", "clock/close", "hands/view_payload"}
T = TypeVar("T")
DRIVERS = ("people", "places", "sharing", "hands", "surfaces", "moods", "limits", "faults", "clock")


class Control:
    """Finds the method, the things its arguments name, and a JSON form of what it returns."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack
        self._finders: dict[Any, Callable[[str], Any]] = {
            Person: self._person,
            Channel: self._channel,
            Message: self._message,
            Workspace: lambda name: _named(slack.workspaces, name),
            App: lambda name: _named(slack.apps, name),
            Installation: lambda name: _named(slack.installations, name),
            SharedFile: lambda name: _named([f for w in slack.workspaces for f in w.files.values()], name),
            View: lambda name: slack.views.find(view_id=name, external_id=name),
            Delivery: lambda number: slack.deliveries.log[int(number)],
            bytes: str.encode,
        }

    def add_to(self, application: web.Application) -> None:
        """The routes, beside those of the Web API."""
        application.router.add_get("/_control/{what}", self._show)
        application.router.add_post("/_control/{driver}/{action}", self._act)

    async def _act(self, request: web.Request) -> web.Response:
        driver = request.match_info["driver"]
        action = getattr(getattr(self._slack, driver, None), request.match_info["action"], None)
        if driver not in DRIVERS or not inspect.ismethod(action) or action.__name__.startswith("_"):
            return web.json_response(
                {"ok": False, "error": "no such action", "actions": describe_actions()}, status=404
            )
        try:
            body = await request.json() if request.can_read_body else {}
            found = action(**self._resolved(action, body))
        except (AssertionError, KeyError, TypeError, ValueError, IndexError) as problem:
            return web.json_response({"ok": False, "error": f"{type(problem).__name__}: {problem}"}, status=400)
        return web.json_response({"ok": True, "result": _shown(found)})

    async def _show(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        slack = self._slack
        if what == "state":
            return web.json_response(state_of(slack))
        if what == "requests":
            return web.json_response([vars(entry) for entry in slack.journal.requests])
        if what == "refusals":
            return web.json_response([vars(entry) for entry in slack.journal.refusals])
        if what == "deliveries":
            return web.json_response([_shown(delivery) for delivery in slack.deliveries.log])
        shown = ["state", "requests", "refusals", "deliveries"]
        return web.json_response({"ok": False, "error": "nothing of that name", "shown": shown}, status=404)

    def _resolved(self, action: Callable[..., Any], body: Json) -> Json:
        hints = typing.get_type_hints(action)
        return {name: self._value(hints.get(name), value) for name, value in body.items()}

    def _value(self, hint: Any, value: Any) -> Any:
        wanted = next((kind for kind in (hint, *typing.get_args(hint)) if kind in self._finders), None)
        if wanted is None or value is None:
            inner = next((kind for kind in typing.get_args(hint) if kind in self._finders), None)
            return [self._value(inner, item) for item in value] if inner and isinstance(value, list) else value
        if isinstance(value, list):
            return [self._finders[wanted](item) for item in value]
        return self._finders[wanted](value)

    def _person(self, name: str) -> Person:
        return _named([person for workspace in self._slack.workspaces for person in workspace.people.values()], name)

    def _channel(self, name: str) -> Channel:
        return _named(
            [channel for workspace in self._slack.workspaces for channel in workspace.channels.values()], name
        )

    def _message(self, name: str) -> Message:
        channel, _, ts = name.rpartition(":")
        return self._channel(channel).messages[ts]


def state_of(slack: FakeSlack) -> Json:
    """Addresses, tokens, people, channels: what somebody needs to go on."""
    return {
        "api_url": slack.api_url,
        "file_host": slack.file_host,
        "stranger_host": slack.stranger_host,
        "now": slack.clock.now(),
        "sockets": len(slack.sockets.open),
        "apps": [
            {"id": a.id, "name": a.name, "app_token": a.app_token, "signing_secret": a.signing_secret}
            for a in slack.apps
        ],
        "installations": [
            {"app": i.app.id, "workspace": i.workspace.id, "bot_token": i.bot_token, "bot": i.bot.id}
            for i in slack.installations
        ],
        "workspaces": [
            {
                "id": workspace.id,
                "name": workspace.name,
                "people": {person.name: person.id for person in workspace.people.values()},
                "channels": {channel.name or channel.id: channel.id for channel in workspace.channels.values()},
            }
            for workspace in slack.workspaces
        ],
    }


def describe_actions() -> list[str]:
    """A line for each thing the control surface can do, from the drivers themselves."""
    lines = []
    for driver in DRIVERS:
        kind = type(getattr(FakeSlack(), driver))
        for name, function in inspect.getmembers(kind, inspect.isfunction):
            is_hidden = name.startswith("_") or f"{driver}/{name}" in _NOT_FOR_HANDS
            if not is_hidden and not inspect.iscoroutinefunction(function):
                parameters = list(inspect.signature(function).parameters.values())[1:]
                shown = ", ".join(p.name if p.default is p.empty else f"[{p.name}]" for p in parameters)
                lines.append(f"{driver}/{name}  {shown}".rstrip())
    return lines


def _named(things: list[T], name: str) -> T:
    for thing in things:
        if name in (getattr(thing, "id", None), getattr(thing, "name", None)):
            return thing
        if isinstance(thing, Installation) and name in (thing.app.id, thing.app.name, thing.bot.id, thing.bot_token):
            return thing
    raise KeyError(name)


def _shown(thing: Any) -> Any:
    if isinstance(thing, Message):
        return {"message": f"{thing.channel.id}:{thing.ts}", "text": thing.text}
    if isinstance(thing, Delivery):
        return {
            "name": thing.name,
            "state": thing.state,
            "attempts": len(thing.attempts),
            "answer": thing.answer,
            "payload": thing.payload,
        }
    if isinstance(thing, Person | Channel | SharedFile | View):
        return {"id": thing.id}
    if isinstance(thing, list | tuple):
        return [_shown(item) for item in thing]
    return thing if isinstance(thing, str | int | float | dict | None) else None
