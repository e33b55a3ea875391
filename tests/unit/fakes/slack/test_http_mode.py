"""HTTP mode: a real Bolt app behind aiohttp verifies the signature and answers."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from tests.fakes.slack.webhook import signature
from tests.unit.fakes.slack.conftest import Home

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[web.Application], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves an application until the test ends; returns the address of its events."""
    runners: list[web.AppRunner] = []

    async def start(application: web.Application) -> str:
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return "http://{}:{}/slack/events".format(*runner.addresses[0][:2])

    yield start
    for runner in runners:
        await runner.cleanup()


def application(handler: Handler) -> web.Application:
    made = web.Application()
    made.router.add_post("/slack/events", handler)
    return made


async def test_bolt_takes_challenge_events_and_commands(home: Home, serve: Serve) -> None:
    bolt = AsyncApp(client=home.client, signing_secret=home.app.signing_secret)
    heard: list[str] = []

    @bolt.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])
        home.slack.journal.stir()

    @bolt.command("/shiguang")
    async def command(ack: Any) -> None:
        await ack("at once")

    url = await serve(bolt.web_app(path="/slack/events"))
    assert await home.slack.webhook.verify(home.app, url)
    home.slack.people.post(home.ann, home.general, "hello")
    delivery = home.slack.hands.run_command(home.ann, home.installation, home.general, "/shiguang help")
    await home.slack.acknowledged()
    await home.slack.journal.until(lambda: heard)
    assert heard == ["hello"]
    assert delivery.answer == {"text": "at once"}
    assert home.slack.bot_messages.ephemeral[0].text == "at once"


async def test_a_wrong_secret_is_noticed(home: Home, serve: Serve) -> None:
    bolt = AsyncApp(client=home.client, signing_secret="another")
    url = await serve(bolt.web_app(path="/slack/events"))
    assert not await home.slack.webhook.verify(home.app, url)
    assert home.app.request_url is None


def test_the_signature_is_the_one_that_slacks_own_verifier_expects() -> None:
    timestamp, body = str(int(time.time())), b'{"type": "event_callback"}'
    made = signature("secret", timestamp, body)
    assert SignatureVerifier("secret").is_valid(body, timestamp, made)
    assert not SignatureVerifier("other").is_valid(body, timestamp, made)


async def test_a_failed_delivery_is_retried_with_its_headers_unless_told_not_to(home: Home, serve: Serve) -> None:
    seen: list[tuple[str | None, str | None]] = []
    refuse_retries = False

    async def fail(request: web.Request) -> web.StreamResponse:
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        home.slack.journal.stir()
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"} if refuse_retries else {})

    home.app.request_url = await serve(application(fail))
    home.slack.people.post(home.ann, home.general, "one")
    (delivery,) = home.slack.deliveries.log
    await home.slack.journal.until(lambda: delivery.state == "waiting")
    home.slack.clock.advance(60)
    await home.slack.journal.until(lambda: len(seen) == 3)
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]
    refuse_retries = True
    home.slack.people.post(home.ann, home.general, "two")
    await home.slack.journal.until(lambda: home.slack.deliveries.log[1].state == "failed")
    assert len(home.slack.deliveries.log[1].attempts) == 1


async def test_a_slow_or_absent_server_is_retried_too(home: Home, serve: Serve) -> None:
    arrived: list[str | None] = []

    async def never(request: web.Request) -> web.StreamResponse:
        arrived.append(request.headers.get("X-Slack-Retry-Reason"))
        home.slack.journal.stir()
        if len(arrived) == 1:
            await home.slack.journal.until(lambda: len(arrived) == 2)
        return web.Response()

    home.app.request_url = await serve(application(never))
    home.slack.people.post(home.ann, home.general, "slow")
    await home.slack.journal.until(lambda: arrived)
    home.slack.clock.advance(3)
    await home.slack.acknowledged()
    assert arrived == [None, "http_timeout"]
    home.app.request_url = "http://127.0.0.1:9/slack/events"
    home.slack.people.post(home.ann, home.general, "absent")
    await home.slack.journal.until(lambda: home.slack.deliveries.log[1].state == "waiting")
    assert home.slack.deliveries.log[1].attempts[0].failure == "connection_failed"
