"""What people do with the app: press its buttons, type its commands, open its home, fill in its forms."""

import re
from typing import Any

from tests.fakes.slack.app import Installation
from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.pressing import action_of, find_element
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World


class Hands:
    """The driver for interactions; each returns its delivery, whose ``answer`` is the acknowledgement's body."""

    def __init__(self, world: World) -> None:
        self._world = world

    def run_command(self, person: Person, installation: Installation, channel: Channel, line: str) -> Delivery:
        """``/shiguang ask …``, typed in a channel the bot need not be in; mentions as a person would type ``<@U…>``."""
        command, _, text = line.partition(" ")
        if command not in installation.app.commands:
            raise AssertionError(f"the app has no command {command!r}")
        if "commands" not in installation.scopes:
            raise AssertionError("without the scope `commands` Slack does not know the command")
        response_url = self._world.response_urls.new(installation, channel, person.id, kind="commands")
        payload: Json = {
            "token": "verification-token",
            "team_id": installation.workspace.id,
            "team_domain": installation.workspace.domain,
            "channel_id": channel.id,
            "channel_name": {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name),
            "user_id": person.id,
            "user_name": person.name,
            "command": command,
            "text": self._typed(text, installation, should_escape=installation.app.commands[command]),
            "api_app_id": installation.app.id,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": self._world.triggers.new(installation.app, person.id),
        }

        def answered(answer: Json) -> None:
            if answer:
                self._respond(response_url, answer)

        return self._world.deliveries.send(
            installation, "slash_commands", payload, accepts_response=True, on_answer=answered
        )

    def press(
        self,
        person: Person,
        message: Message,
        action_id: str,
        *,
        negative: bool = False,
        choose: Any = None,
        block_id: str | None = None,
    ) -> Delivery:
        """A button or menu of the app's message; ``negative``: the second feedback button; ``choose``: of a menu."""
        installation = self._author(message)
        block, element = find_element(message.blocks, action_id, block_id)
        action = action_of(block, element, negative=negative, choose=choose) | {"action_ts": self._world.ids.ts()}
        is_ephemeral = message.ephemeral_for is not None
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel.id,
            "is_ephemeral": is_ephemeral,
        }
        if message.is_reply:
            container["thread_ts"] = message.thread_ts
        payload = self._interaction("block_actions", installation, person) | {
            "container": container,
            "channel": {"id": message.channel.id, "name": message.channel.name or "directmessage"},
            "state": {"values": {}},
            "response_url": self._world.response_urls.new(
                installation, message.channel, person.id, kind="actions", original=message
            ),
            "actions": [action],
        }
        if not is_ephemeral:
            payload["message"] = message.in_history()
        return self._world.deliveries.send(installation, "interactive", payload)

    def press_in_view(
        self, person: Person, installation: Installation, view: View, action_id: str, *, choose: Any = None
    ) -> Delivery:
        """A button or menu of a home tab or modal."""
        block, element = find_element(view.content["blocks"], action_id, None)
        action = action_of(block, element, negative=False, choose=choose) | {"action_ts": self._world.ids.ts()}
        payload = self._interaction("block_actions", installation, person, view=view) | {
            "container": {"type": "view", "view_id": view.id},
            "view": self.view_payload(installation, view),
            "actions": [action],
        }
        return self._world.deliveries.send(installation, "interactive", payload)

    def use_message_shortcut(
        self, person: Person, installation: Installation, message: Message, callback_id: str
    ) -> Delivery:
        """ "More actions" on any message."""
        _expect_shortcut(installation, callback_id, "message")
        payload = self._interaction("message_action", installation, person) | {
            "callback_id": callback_id,
            "action_ts": self._world.ids.ts(),
            "message_ts": message.ts,
            "message": message.in_history(),
            "channel": {"id": message.channel.id, "name": message.channel.name or "directmessage"},
            "response_url": self._world.response_urls.new(installation, message.channel, person.id, kind="app"),
        }
        return self._world.deliveries.send(installation, "interactive", payload)

    def use_shortcut(self, person: Person, installation: Installation, callback_id: str) -> Delivery:
        """The lightning bolt: no channel."""
        _expect_shortcut(installation, callback_id, "global")
        payload = self._interaction("shortcut", installation, person)
        payload |= {"callback_id": callback_id, "action_ts": self._world.ids.ts()}
        return self._world.deliveries.send(installation, "interactive", payload)

    def submit(
        self, person: Person, installation: Installation, view: View, values: dict[str, dict[str, Json]]
    ) -> Delivery:
        """The submit button of a modal; ``values`` by block id and action id, as ``view.state.values`` has them."""
        view.state = {"values": values}
        payload = self._interaction("view_submission", installation, person, view=view)
        payload |= {"view": self.view_payload(installation, view), "response_urls": []}

        def answered(answer: Json) -> None:
            self._after_submit(person, installation, view, answer)

        return self._world.deliveries.send(
            installation, "interactive", payload, accepts_response=True, on_answer=answered
        )

    def close(self, person: Person, installation: Installation, view: View) -> Delivery | None:
        """The cross; an app hears of it only with ``notify_on_close``."""
        self._world.views.close(view)
        if not view.content.get("notify_on_close"):
            return None
        payload = self._interaction("view_closed", installation, person, view=view)
        payload |= {"view": self.view_payload(installation, view), "is_cleared": False}
        return self._world.deliveries.send(installation, "interactive", payload)

    def view_payload(self, installation: Installation, view: View) -> Json:
        """The view as payloads and responses carry it."""
        defaults = {
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
        }
        return {
            **defaults,
            "clear_on_close": False,
            "notify_on_close": False,
            **view.content,
            "id": view.id,
            "team_id": installation.workspace.id,
            "app_id": installation.app.id,
            "bot_id": installation.bot_id,
            "hash": view.hash,
            "root_view_id": view.root_id,
            "previous_view_id": view.previous_id,
            "state": view.state or {"values": {}},
        }

    def _after_submit(self, person: Person, installation: Installation, view: View, answer: Json) -> None:
        """An empty acknowledgement closes the modal."""
        action = answer.get("response_action")
        try:
            if action is None:
                self._world.views.close(view)
            elif action == "clear":
                self._world.views.close(self._world.views.open.get(view.root_id, view))
            elif action == "errors":
                _expect_known_blocks(view, answer.get("errors"))
            elif action in ("update", "push"):
                content = self._world.views.check(answer.get("view"), types=("modal",), replacing=view)
                if action == "update":
                    self._world.views.update(view, content)
                else:
                    self._world.views.push(person.id, content, onto=view)
            else:
                raise Refused("invalid_response_action")
        except Refused as refused:
            self._world.journal.refuse("ack", "view_submission", refused.error, str(refused.messages))

    def _respond(self, response_url: str, answer: Json) -> None:
        urls = self._world.response_urls
        try:
            urls.respond(urls.find(response_url), Arguments(answer))
        except Refused as refused:
            self._world.journal.refuse("ack", "slash_command", refused.error, str(refused.messages))

    def _typed(self, text: str, installation: Installation, *, should_escape: bool) -> str:
        """With ``should_escape`` mentions carry id and name, otherwise only the name."""
        workspace = installation.workspace

        def mention(match: re.Match[str]) -> str:
            sign, thing = match[1], workspace.people.get(match[2]) or workspace.channels.get(match[2])
            if thing is None:
                return match[0]
            return f"<{sign}{match[2]}|{thing.name}>" if should_escape else f"{sign}{thing.name}"

        return re.sub(r"<([@#])([A-Z0-9]+)>", mention, text)

    def _interaction(self, kind: str, installation: Installation, person: Person, *, view: View | None = None) -> Json:
        if not installation.app.interactivity_enabled:
            raise AssertionError("interactivity is switched off, Slack shows nothing to press")
        user = {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id}
        return {
            "type": kind,
            "user": user,
            "api_app_id": installation.app.id,
            "token": "verification-token",
            "trigger_id": self._world.triggers.new(installation.app, person.id, view=view),
            "team": {"id": installation.workspace.id, "domain": installation.workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _author(self, message: Message) -> Installation:
        for installation in self._world.installations:
            if message.user == installation.bot.id and installation.workspace is message.channel.workspace:
                return installation
        raise AssertionError("only messages of an app have its buttons")


def _expect_shortcut(installation: Installation, callback_id: str, kind: str) -> None:
    if installation.app.shortcuts.get(callback_id) != kind:
        raise AssertionError(f"the app has no {kind} shortcut {callback_id!r}")


def _expect_known_blocks(view: View, errors: Any) -> None:
    known = {block.get("block_id") for block in view.content["blocks"] if block.get("type") == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= known:
        raise Refused("invalid_errors", messages=[f"no input block has one of these ids: {errors!r}"])
