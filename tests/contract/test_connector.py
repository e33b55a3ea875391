"""What every connector promises, run on each of them.

A connector joins by adding a ``Platform`` to ``PLATFORMS``: something that plays its platform's part, so that the tests
can say, repeat, edit and delete a message without knowing how the platform spells it.
"""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol, TypeGuard

import aiohttp
import pytest
from aiohttp import web

from connectors.connector import Connector, Post, PostRefused
from connectors.console import ConsoleConnector
from connectors.events import (
    EVENT_ADAPTER,
    ChannelId,
    ChannelRef,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonRef,
)
from tests.contract.slack_platform import SlackPlatform
from tests.contract.wecom_platform import WeComPlatform
from tests.fakes.console_host import FakeConsoleHost, Script


class Platform(Protocol):
    """A platform that the tests can play on, with its connector started."""

    host: Any
    """A fake host with ``accepted``, ``utterances``, ``scripts``, ``hold``, ``release``, ``settled``, ``cancelled``."""

    @property
    def connector(self) -> Connector:
        """What is tested."""
        ...

    async def start(self) -> None:
        """Start platform and connector."""
        ...

    async def close(self) -> None:
        """Stop both."""
        ...

    async def say(self, text: str, *, key: str) -> str:
        """Somebody writes to the bot; the same ``key`` again is a redelivery. Returns the record id."""
        ...

    async def edit(self, record_id: str, text: str) -> None:
        """The author edits the message."""
        ...

    async def delete(self, record_id: str) -> None:
        """The author deletes the message."""
        ...

    async def answer(self) -> str:
        """The text of the next finished answer, as people see it."""
        ...

    def person(self) -> PersonRef:
        """Somebody with whom the bot can talk."""
        ...

    def channel(self) -> ChannelRef:
        """A channel of the platform."""
        ...


class ConsolePlatform:
    """A browser without a page."""

    host: Any

    def __init__(self, folder: Path) -> None:
        self.host = FakeConsoleHost(folder, people=["Ada"])
        self.connector = ConsoleConnector(self.host, token=None)
        self._query = {"as": self.host.person("Ada").person_id}
        self._direct = ""

    async def start(self) -> None:
        await self.host.start()
        app = web.Application()
        self.connector.setup(app)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        await self.connector.start()
        self._session = aiohttp.ClientSession(f"http://127.0.0.1:{self._runner.addresses[0][1]}")
        entered = await self._send("POST", "/api/people", {"person_id": self._query["as"]})
        self._direct = entered["direct_channel_id"]
        self._socket = await self._session.ws_connect("/ws", params=self._query)

    async def close(self) -> None:
        await self.connector.close()
        await self._session.close()
        await self._runner.cleanup()
        await self.host.close()

    async def say(self, text: str, *, key: str) -> str:
        body = {"client_id": f"client-{key}", "channel_id": self._direct, "text": text}
        return str((await self._send("POST", "/api/messages", body))["record_id"])

    async def edit(self, record_id: str, text: str) -> None:
        await self._send("PATCH", "/api/messages", {"record_id": record_id, "text": text})

    async def delete(self, record_id: str) -> None:
        await self._send("DELETE", "/api/messages", None, id=record_id)

    async def answer(self) -> str:
        while True:
            payload = await self._socket.receive_json(timeout=20)
            if payload.get("phase") == "finished":
                return str(payload["answer"]["text"])

    def person(self) -> PersonRef:
        return self.host.person("Ada")  # type: ignore[no-any-return]  # the host is a fake

    def channel(self) -> ChannelRef:
        return ChannelRef(
            channel_id=ChannelId("console:channel:general"), platform="console", name="general", visibility="public"
        )

    async def _send(self, method: str, path: str, body: object, **query: str) -> Any:
        async with self._session.request(method, path, json=body, params={**self._query, **query}) as response:
            assert response.ok, await response.text()
            return await response.json()


PLATFORMS: dict[str, Callable[[Path], Platform]] = {
    "console": ConsolePlatform,
    "slack": SlackPlatform,
    "wecom": WeComPlatform,
}


def _needs_changes(platform: Platform) -> None:
    """WeCom tells a robot nothing of edits and recalls; its message archive does, in tests of its own."""
    if not getattr(platform, "tells_changes", True):
        pytest.skip("this platform tells the bot of no edit and no deletion")


@pytest.fixture(params=sorted(PLATFORMS))
async def platform(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Platform]:
    before = asyncio.all_tasks()
    playing = PLATFORMS[request.param](tmp_path)
    assert playing.connector.name == request.param
    await playing.start()
    yield playing
    await playing.close()
    left = {
        task for task in asyncio.all_tasks() - before - {asyncio.current_task()} if task is not None and not task.done()
    }
    assert not left, f"close left tasks behind: {left}"


async def test_a_message_becomes_one_event_however_often_it_is_delivered(platform: Platform) -> None:
    first = await platform.say("你好, bot", key="one-message")
    again = await platform.say("你好, bot", key="one-message")
    await platform.answer()
    await platform.host.settled()
    posted = [event for event in platform.host.accepted if isinstance(event, MessagePosted) and not event.author.is_bot]
    assert first == again
    assert [(event.record_id, event.text) for event in posted] == [(first, "你好, bot")]
    assert len(platform.host.utterances) == 1


async def test_events_survive_the_inbox(platform: Platform) -> None:
    record = await platform.say("one", key="survivor")
    await platform.answer()
    await platform.host.settled()
    if getattr(platform, "tells_changes", True):
        await platform.edit(record, "two")
        await platform.delete(record)
    for event in platform.host.accepted:
        assert EVENT_ADAPTER.validate_json(EVENT_ADAPTER.dump_json(event)) == event
    identifiers = [event.event_id for event in platform.host.accepted]
    assert len(identifiers) == len(set(identifiers))


async def test_edits_and_deletions_name_the_message(platform: Platform) -> None:
    _needs_changes(platform)
    record = await platform.say("one", key="to-be-changed")
    await platform.answer()
    await platform.host.settled()
    await platform.edit(record, "two")
    await platform.delete(record)
    changes = [
        "deleted" if isinstance(event, MessageDeleted) else event.text
        for event in platform.host.accepted
        if isinstance(event, MessageEdited | MessageDeleted) or (_is_said(event) and event.edited_at is not None)
        if event.record_id == record  # The answer may go with its question, a moment later.
    ]
    assert changes == ["two", "deleted"]


async def test_the_answer_reaches_people_and_history(platform: Platform) -> None:
    platform.host.scripts.append(Script(about="launch", text="On the 19th."))
    await platform.say("when is the launch?", key="question")
    assert await platform.answer() == "On the 19th."
    await platform.host.settled()
    said = {
        (event.record_id, event.text)
        for event in platform.host.accepted
        if isinstance(event, MessagePosted) and event.author.is_bot and not event.system
    }
    assert [text for _, text in said] == ["On the 19th."]


async def test_deleting_the_question_stops_the_model(platform: Platform) -> None:
    _needs_changes(platform)
    platform.host.hold()
    record = await platform.say("a question I regret", key="regretted")
    await platform.host.settled()
    await platform.delete(record)
    assert platform.host.cancelled == 1


def _is_said(event: Event) -> TypeGuard[MessagePosted]:
    """By a person: some platforms tell an edit as the whole message once more."""
    return isinstance(event, MessagePosted) and not event.author.is_bot


def _post(platform: Platform, post_id: str, text: str, *, alone: bool = False) -> Post:
    return Post(
        post_id=post_id,
        channel=None if alone else platform.channel(),
        person=platform.person() if alone else None,
        text=text,
        citations=(),
        language="en",
    )


@pytest.mark.parametrize("alone", [False, True])
async def test_what_the_bot_says_by_itself_is_posted_once(platform: Platform, alone: bool) -> None:
    first = await platform.connector.post(_post(platform, "d1", "a digest", alone=alone))
    again = await platform.connector.post(_post(platform, "d1", "a digest", alone=alone))
    other = await platform.connector.post(_post(platform, "d2", "another", alone=alone))
    await platform.host.settled()
    assert first == again
    assert first != other
    said = {
        event.record_id: event
        for event in platform.host.accepted
        if isinstance(event, MessagePosted) and event.author.is_bot and not event.system
    }
    assert {event.answer_id for event in said.values()} == {"d1", "d2"}
    assert first in said
    if alone:
        assert said[first].channel.visibility == "direct"


async def test_what_can_never_be_posted_is_refused(platform: Platform) -> None:
    elsewhere = ChannelRef(channel_id=ChannelId("elsewhere:1"), platform="wecom", name="x", visibility="public")
    post = dataclasses.replace(_post(platform, "d3", "a digest"), channel=elsewhere)
    with pytest.raises(PostRefused):
        await platform.connector.post(post)
