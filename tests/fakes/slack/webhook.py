"""HTTP mode: signed posts to the app's request URL, and what its answers mean."""

import asyncio
import hashlib
import hmac
import json
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.app import App
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.deliveries import Attempt, Deliveries, Delivery
from tests.fakes.slack.errors import Json

_REAL_TIMEOUT = aiohttp.ClientTimeout(total=60)
"""Of the connection itself; the three seconds are counted by the fake's clock."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``X-Slack-Signature`` version 0."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Webhook:
    """Posts deliveries and reads the answers as acknowledgements."""

    def __init__(self, *, clock: Clock, deliveries: Deliveries) -> None:
        self._clock = clock
        self._deliveries = deliveries
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, delivery: Delivery, attempt: Attempt) -> bool:
        """Post it in the background."""
        task = asyncio.create_task(self._post(delivery, attempt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def verify(self, app: App, url: str) -> bool:
        """The challenge that a new request URL must answer; on success it becomes the app's."""
        challenge = self._deliveries_challenge(app)
        body = json.dumps(challenge).encode()
        async with self._open_session().post(
            url, data=body, headers=self._headers(app, body, "application/json")
        ) as reply:
            text = await reply.text()
        is_right = reply.status == 200 and challenge["challenge"] in text
        if is_right:
            app.request_url = url
        return is_right

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _post(self, delivery: Delivery, attempt: Attempt) -> None:
        app = delivery.installation.app
        body, content_type = _body(delivery)
        headers = self._headers(app, body, content_type)
        if attempt.number:
            headers |= {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": attempt.reason}
        try:
            async with self._open_session().post(
                app.request_url or "", data=body, headers=headers, allow_redirects=False
            ) as reply:
                answer = await reply.read()
        except aiohttp.TooManyRedirects:
            self._deliveries.fail(delivery, attempt, "too_many_redirects")
        except aiohttp.ClientConnectionError:
            self._deliveries.fail(delivery, attempt, "connection_failed")
        except (aiohttp.ClientError, TimeoutError):
            self._deliveries.fail(delivery, attempt, "unknown_error")
        else:
            if reply.status == 200:
                self._deliveries.acknowledge(app, attempt.envelope_id, _answer(answer, reply.content_type))
            else:
                may_retry = reply.headers.get("X-Slack-No-Retry") != "1"
                self._deliveries.fail(delivery, attempt, "http_error", may_retry=may_retry)

    def _headers(self, app: App, body: bytes, content_type: str) -> dict[str, str]:
        timestamp = str(int(self._clock.now()))
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(app.signing_secret, timestamp, body),
        }

    def _deliveries_challenge(self, app: App) -> Json:
        return {"token": "verification", "type": "url_verification", "challenge": f"challenge-of-{app.id}"}

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_REAL_TIMEOUT)
        return self._session


def _body(delivery: Delivery) -> tuple[bytes, str]:
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload).encode(), "application/json"
    form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
    return urlencode({k: v for k, v in form.items() if v is not None}).encode(), "application/x-www-form-urlencoded"


def _answer(body: bytes, content_type: str) -> Json | None:
    if not body.strip():
        return None
    if content_type == "application/json":
        answer = json.loads(body)
        return answer if isinstance(answer, dict) else None
    return {"text": body.decode()}
