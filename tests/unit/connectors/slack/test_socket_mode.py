"""Sockets: every way to lose one, and the preflight."""

import asyncio

import pytest

from connectors.slack.errors import SlackError
from connectors.slack.socket_mode import SocketMode
from tests.fakes.slack import Clock, FakeSlack
from tests.fakes.slack_site import slack_site
from tests.unit.connectors.slack.gateway import Opened, opened
from tests.waiting import eventually


def _slack() -> FakeSlack:
    """Its clock runs: what goes to a connection that is just being replaced is delivered again, as Slack does it."""
    return FakeSlack(clock=Clock(runs=True))


async def _is_connected(gate: Opened, *, wanted: bool = True) -> bool:
    return gate.workspace.is_connected is wanted


@pytest.mark.parametrize("how", ["warning", "refresh_requested", "too_many_websockets", "drop"])
async def test_a_lost_connection_is_replaced_and_what_may_be_missed_is_said(how: str) -> None:
    async with slack_site(slack=_slack()) as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        async with opened(it) as gate:
            assert gate.workspace.is_connected
            assert len(gate.missed) == 1
            (first,) = it.slack.sockets.of(it.app)
            if how == "drop":
                it.slack.moods.drop(it.app)
            else:
                it.slack.moods.disconnect(it.app, how)
            await it.slack.journal.until(lambda: it.slack.sockets.of(it.app) not in ([], [first]))
            it.slack.people.post(it.ann, general, "after it")
            await gate.ears.until(lambda: gate.ears.texts == ["after it"])
            # The SDK makes it anew twice when it reads the notice and the end of the old one at the same time.
            assert 1 <= gate.tally.reconnects <= 2
            assert len(gate.missed) >= 2
            await eventually(lambda: _is_connected(gate))


async def test_socket_mode_switched_off_and_on_again() -> None:
    async with slack_site(slack=_slack()) as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        async with opened(it) as gate:
            it.slack.moods.disable_socket_mode(it.app)
            await it.slack.journal.until(lambda: not it.slack.sockets.of(it.app))
            await it.slack.journal.until(
                lambda: any(call.error for call in it.slack.journal.calls("apps.connections.open"))
            )
            await eventually(lambda: _is_connected(gate, wanted=False))
            it.slack.moods.enable_socket_mode(it.app)
            await it.slack.connected(seconds=60)
            it.slack.people.post(it.ann, general, "after it")
            await gate.ears.until(lambda: gate.ears.texts == ["after it"])


async def test_what_slack_refuses_at_the_start_is_raised() -> None:
    async with slack_site() as it:
        it.app.app_token_scopes = frozenset()
        with pytest.raises(SlackError, match="missing_scope"):
            async with opened(it):
                pass
        it.app.socket_mode_enabled = False


async def test_one_address_is_asked_for_at_the_start() -> None:
    async with slack_site() as it:
        async with opened(it):
            assert len(it.slack.journal.calls("apps.connections.open")) == 1
        await it.slack.journal.until(lambda: not it.slack.sockets.open)
        assert not [task for task in asyncio.all_tasks() if "slack" in task.get_name() or "monitor" in repr(task)]


async def test_a_used_address_does_not_hold_it_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.slack.socket_mode._STUCK_SECONDS", 1.0)
    async with slack_site(slack=_slack()) as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        async with opened(it) as gate:
            right, it.slack.sockets.url = it.slack.sockets.url, "ws://127.0.0.1:9"
            it.slack.moods.disconnect(it.app)
            await it.slack.journal.until(lambda: len(it.slack.journal.calls("apps.connections.open")) > 1)
            it.slack.sockets.url = right
            await it.slack.connected(seconds=60)
            it.slack.people.post(it.ann, general, "after it")
            await gate.ears.until(lambda: gate.ears.texts == ["after it"])


async def test_a_connection_that_went_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.slack.socket_mode._PING_SECONDS", 0.3)
    async with slack_site(slack=_slack()) as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        async with opened(it) as gate:
            (silent,) = it.slack.sockets.of(it.app)
            line = gate.workspace._line
            assert isinstance(line, SocketMode) and line._handler is not None
            line._handler.client.ping_interval = 10.0  # The next one is given more time.
            it.slack.moods.stall(it.app)
            await it.slack.journal.until(lambda: any(socket is not silent for socket in it.slack.sockets.of(it.app)))
            silent.is_leaving = True  # Slack, too, has given it up.
            it.slack.people.post(it.ann, general, "after it")
            await gate.ears.until(lambda: gate.ears.texts == ["after it"])


async def test_closing_while_it_tries_to_reconnect_leaves_nothing_behind() -> None:
    async with slack_site() as it:
        before = asyncio.all_tasks()
        async with opened(it):
            it.slack.sockets.url = "ws://127.0.0.1:9"
            it.slack.moods.disconnect(it.app)
            await it.slack.journal.until(lambda: len(it.slack.journal.calls("apps.connections.open")) > 1)
        await it.slack.journal.until(lambda: not it.slack.sockets.open)
        ours = [task for task in asyncio.all_tasks() - before if "aiohttp/web" not in repr(task)]
        assert not ours
