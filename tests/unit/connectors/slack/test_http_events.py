"""HTTP mode: what is signed is taken in, everything else is turned away without a server error."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from connectors.slack.http_events import HttpEvents, HttpLine
from connectors.slack.workspace import Line
from tests.fakes.slack.webhook import signature
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.gateway import Opened, opened


@dataclass
class _Serving:
    it: SiteInTest
    gate: Opened
    url: str

    async def post(self, body: bytes, *, path: str = "", **headers: str) -> int:
        content = {"Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url + path, data=BytesIO(body), headers=content | headers) as response,
        ):
            return response.status

    def signed(self, body: bytes, at: float | None = None) -> dict[str, str]:
        stamp = str(int(time.time() if at is None else at))
        proof = signature(self.it.app.signing_secret, stamp, body)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": proof}


@asynccontextmanager
async def _serving(name: str = "main") -> AsyncIterator[_Serving]:
    events = HttpEvents(("main", "second"))
    app = web.Application()
    events.setup(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"

    def line(bolt: AsyncApp, reconnected: Callable[[], None]) -> Line:
        return HttpLine(events, name, bolt)

    try:
        async with slack_site() as it, opened(it, line=line, signing_secret=it.app.signing_secret) as gate:
            yield _Serving(it, gate, url)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("name", "path"), [("main", ""), ("second", "/second")])
async def test_events_and_the_challenge_are_answered_on_the_path_of_the_workspace(name: str, path: str) -> None:
    async with _serving(name) as serving:
        it = serving.it
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        assert await it.slack.webhook.verify(it.app, serving.url + path)
        it.slack.people.post(it.ann, general, "hello")
        await it.slack.acknowledged()  # Posts at the same time come in any order.
        it.slack.hands.run_command(it.ann, it.installation, general, "/shiguang ask about the payload")
        await it.slack.acknowledged()
        await serving.gate.ears.until(lambda: len(serving.gate.ears.bodies) == 2)
        assert serving.gate.ears.texts[0] == "hello"
        assert serving.gate.ears.bodies[1]["text"] == "ask about the payload"
        assert not it.slack.journal.refusals


async def test_what_is_not_signed_right_or_not_now_is_refused() -> None:
    async with _serving() as serving:
        body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}).encode()
        assert await serving.post(body) == 401
        assert await serving.post(body, **serving.signed(body + b" ")) == 401
        assert await serving.post(body, **serving.signed(body, time.time() - 400)) == 401
        assert await serving.post(body, **serving.signed(body, time.time() + 400)) == 401
        for stamp in ("soon", "１２３", "-1", "9" * 30, "1.5"):
            headers = serving.signed(body) | {"X-Slack-Request-Timestamp": stamp}
            assert await serving.post(body, **headers) == 401
        assert not serving.gate.tally.deliveries
        assert await serving.post(body, **serving.signed(body)) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b'{"authorizations": 1}',
        b'{"event": []}',
        b'{"a":' * 5000,
        urlencode({"payload": "{"}).encode(),
        urlencode({"payload": "[1]"}).encode(),
    ],
)
async def test_what_cannot_be_read_is_turned_away_by_four_hundreds(body: bytes) -> None:
    async with _serving() as serving:
        for content in ("application/json", "application/x-www-form-urlencoded"):
            status = await serving.post(body, **serving.signed(body), **{"Content-Type": content})
            assert status == 200 or 400 <= status < 500


async def test_what_is_too_large_or_for_nobody_is_turned_away() -> None:
    async with _serving() as serving:
        body = b" " * 1_100_000
        assert await serving.post(body, **serving.signed(body)) == 413
        assert await serving.post(b"{}", path="/nobody", **serving.signed(b"{}")) == 404
        assert await serving.post(b"{}", path="/second", **serving.signed(b"{}")) == 503


async def test_while_it_is_closed_slack_is_asked_to_come_again() -> None:
    async with _serving() as serving:
        await serving.gate.workspace.close()
        assert await serving.post(b"{}", **serving.signed(b"{}")) == 503
