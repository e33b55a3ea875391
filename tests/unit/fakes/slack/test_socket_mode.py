"""Socket Mode with the real clients: connect, acknowledge, be sent again, reconnect after every kind of end."""

import logging
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.unit.fakes.slack.conftest import Home
from tests.unit.fakes.slack.connecting import listening, running_bolt
from tests.unit.fakes.slack.refusing import error


async def test_the_client_connects_receives_and_acknowledges(home: Home) -> None:
    async with listening(home) as (_, received):
        message = home.slack.people.post(home.ann, home.general, "hello")
        await home.slack.acknowledged()
    (request,) = received
    assert (request.type, request.retry_attempt, request.retry_reason) == ("events_api", 0, "")
    assert request.payload["event"]["ts"] == message.ts
    assert request.payload["authorizations"][0]["user_id"] == home.bot.id
    assert home.slack.deliveries.log[0].attempts[0].took_s is not None
    assert home.slack.journal.refusals == []


async def test_an_unacknowledged_event_comes_again_at_once_after_one_and_after_five_minutes(home: Home) -> None:
    async with listening(home, acknowledges=False) as (_, received):
        home.slack.people.post(home.ann, home.general, "hello")
        (delivery,) = home.slack.deliveries.log
        for seconds, count in ((2.9, 1), (0.1, 2), (62.9, 2), (0.1, 3), (302.9, 3), (0.1, 4)):
            home.slack.clock.advance(seconds)
            assert len(delivery.attempts) == count
        home.slack.clock.advance(3600)
        assert len(delivery.attempts) == 4
        assert delivery.state == "failed"
        await home.slack.journal.until(lambda: len(received) == 4)
    assert [(request.retry_attempt, request.retry_reason) for request in received] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({request.envelope_id for request in received}) == 4
    assert len({request.payload["event_id"] for request in received}) == 1


async def test_events_wait_for_a_socket_only_as_long_as_retries_do(home: Home) -> None:
    home.slack.people.post(home.ann, home.general, "nobody hears")
    (delivery,) = home.slack.deliveries.log
    assert [attempt.failure for attempt in delivery.attempts] == ["connection_failed", "connection_failed"]
    async with listening(home) as (_, received):
        home.slack.clock.advance(60)
        await home.slack.acknowledged()
    assert received[0].retry_attempt == 2


async def test_the_same_event_can_come_twice(home: Home) -> None:
    async with listening(home) as (_, received):
        home.slack.people.post(home.ann, home.general, "hello")
        await home.slack.acknowledged()
        home.slack.moods.redeliver(home.slack.deliveries.log[0])
        await home.slack.acknowledged()
    assert len(received) == 2
    assert received[0].payload == received[1].payload
    assert received[0].envelope_id != received[1].envelope_id


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
async def test_the_client_reconnects_after_a_disconnect_frame(home: Home, reason: str) -> None:
    home.slack.clock.runs = True  # What goes to a connection that the client replaces once more is delivered again.
    async with listening(home) as (_, received):
        home.slack.moods.disconnect(home.app, reason)
        await home.slack.journal.until(lambda: home.slack.sockets.opened >= 2 and home.slack.sockets.of(home.app))
        home.slack.people.post(home.ann, home.general, "after")
        await home.slack.acknowledged()
    assert received[-1].payload["event"]["text"] == "after"
    assert len(home.slack.journal.calls("apps.connections.open")) >= 2


async def test_the_client_reconnects_after_a_cut(home: Home) -> None:
    async with listening(home, ping_interval=0.5):
        opened = home.slack.sockets.opened
        home.slack.moods.drop(home.app)
        await home.slack.journal.until(lambda: home.slack.sockets.opened > opened)


async def test_the_client_notices_a_silent_socket_by_the_missing_pongs(home: Home) -> None:
    async with listening(home, ping_interval=0.3):
        opened = home.slack.sockets.opened
        home.slack.moods.stall(home.app)
        await home.slack.journal.until(lambda: home.slack.sockets.opened > opened)


async def test_the_client_answers_pings(home: Home) -> None:
    async with listening(home):
        home.slack.moods.ping(home.app)
        (socket,) = home.slack.sockets.of(home.app)
        await home.slack.journal.until(lambda: socket.pongs)


async def test_a_warning_comes_ten_seconds_before_the_refresh(home: Home) -> None:
    assert home.client.session is not None
    async with home.client.session.ws_connect(home.slack.sockets.new_url(home.app)) as socket:
        await home.slack.connected()
        home.slack.moods.warn(home.app)
        home.slack.clock.advance(9.9)
        assert [(await socket.receive_json())["type"], (await socket.receive_json())["reason"]] == ["hello", "warning"]
        home.slack.clock.advance(0.1)
        assert (await socket.receive_json())["reason"] == "refresh_requested"
        await socket.receive()
        assert socket.closed


async def test_a_connection_ends_after_its_time_with_ten_seconds_warning(home: Home) -> None:
    async with listening(home):
        home.slack.clock.advance(home.slack.sockets.connection_seconds - 11)
        assert home.slack.sockets.opened == 1
        home.slack.clock.advance(1)
        await home.slack.journal.until(lambda: home.slack.sockets.opened >= 2)


async def test_switched_off_socket_mode_disconnects_and_gives_no_new_address(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with listening(home, ping_interval=0.5):
        home.slack.moods.disable_socket_mode(home.app)
        await home.slack.journal.until(lambda: len(home.slack.journal.calls("apps.connections.open")) >= 3)
        assert home.slack.journal.calls("apps.connections.open")[-1].error == "forbidden_team"
        opened = home.slack.sockets.opened
        home.slack.moods.enable_socket_mode(home.app)
        await home.slack.journal.until(lambda: home.slack.sockets.opened > opened)


async def test_a_ticket_opens_once_and_the_eleventh_connection_is_too_many(home: Home) -> None:
    session = home.client.session
    assert session is not None
    urls = [(await home.client.apps_connections_open(app_token=home.app.app_token))["url"] for _ in range(11)]
    sockets = [await session.ws_connect(url) for url in urls]
    greetings = [await socket.receive_json() for socket in sockets]
    assert [greeting["type"] for greeting in greetings] == ["hello"] * 10 + ["disconnect"]
    assert greetings[9]["num_connections"] == 10
    assert greetings[10]["reason"] == "too_many_websockets"
    async with session.get(urls[0].replace("ws://", "http://")) as again:
        assert again.status == 404
    for socket in sockets:
        await socket.close()


async def test_connections_share_the_traffic(home: Home) -> None:
    async with listening(home) as (_, first), listening(home) as (_, second):
        await home.slack.connected(count=2)
        for number in range(4):
            home.slack.people.post(home.ann, home.general, str(number))
        await home.slack.acknowledged()
    assert (len(first), len(second)) == (2, 2)


async def test_events_can_come_in_the_wrong_order(home: Home) -> None:
    async with listening(home) as (_, received):
        home.slack.moods.hold_back()
        home.slack.people.edit(home.slack.people.post(home.ann, home.general, "first"), "second")
        home.slack.moods.let_go(backwards=True)
        await home.slack.acknowledged()
    assert [request.payload["event"].get("subtype") for request in received] == ["message_changed", None]
    assert len(home.slack.deliveries.acknowledgement_seconds) == 2


async def test_nonsense_on_the_socket_is_refused(home: Home) -> None:
    async with listening(home, acknowledges=False) as (client, received):
        home.slack.people.post(home.ann, home.general, "hello")
        await home.slack.journal.until(lambda: received)
        envelope_id = received[0].envelope_id
        with_payload = f'{{"envelope_id": "{envelope_id}", "payload": {{"text": "x"}}}}'
        for frame in ("[]", '{"envelope_id": "unknown"}', with_payload):
            await client.send_message(frame)
        await client.send_message(f'{{"envelope_id": "{envelope_id}"}}')
        await home.slack.journal.until(lambda: len(home.slack.journal.refusals) == 4)
    assert [refusal.error for refusal in home.slack.journal.refusals] == [
        "invalid_frame",
        "unknown_envelope",
        "payload_not_accepted",
        "already_acknowledged",
    ]


async def test_a_late_acknowledgement_does_not_count(home: Home) -> None:
    async with listening(home, acknowledges=False) as (client, received):
        home.slack.people.post(home.ann, home.general, "hello")
        await home.slack.journal.until(lambda: received)
        home.slack.clock.advance(3)
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=received[0].envelope_id))
        await home.slack.journal.until(lambda: home.slack.journal.refusals)
        assert home.slack.journal.refusals[0].error == "acknowledged_too_late"
        assert home.slack.deliveries.log[0].state == "sent"


async def test_bolt_leaves_an_event_without_a_listener_unacknowledged(home: Home) -> None:
    bolt = AsyncApp(client=home.client, raise_error_for_unhandled_request=False)
    seen: list[str] = []

    @bolt.event("app_mention")
    async def mentioned(event: dict[str, Any]) -> None:
        seen.append(event["text"])
        home.slack.journal.stir()

    async with running_bolt(home, bolt):
        home.slack.people.post(home.ann, home.general, f"<@{home.bot.id}> hi")
        await home.slack.journal.until(lambda: home.slack.deliveries.events("app_mention")[0].state == "acknowledged")
        (message,) = home.slack.deliveries.events("message")
        home.slack.clock.advance(3)
        assert len(message.attempts) == 2
        await home.slack.journal.until(lambda: seen)
    assert seen == [f"<@{home.bot.id}> hi"]


async def test_only_subscribed_events_of_own_conversations_arrive(home: Home) -> None:
    home.slack.people.post(home.ann, home.random, "not there")
    home.app.events = home.app.events - {"message.channels"}
    home.slack.people.post(home.ann, home.general, "not subscribed")
    home.app.events = home.app.events | {"message.channels"}
    home.slack.moods.withdraw_scope(home.installation, "reactions:read")
    message = home.slack.people.post(home.ann, home.general, "heard")
    home.slack.people.react(home.ann, message, "+1")
    assert [delivery.event.get("text") for delivery in home.slack.deliveries.log] == ["heard"]
    assert await error(home.client.reactions_get(channel=home.general.id, timestamp=message.ts)) == "missing_scope"
