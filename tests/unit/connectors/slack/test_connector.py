"""The whole connector against the fake: several workspaces, bad tokens, being thrown out, restarts.

Invariant 1, nothing acknowledged is lost; 2, twice is once; 6, silence is never unexplained.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from connectors.connector import Post, PostRefused
from connectors.events import ChannelId, ChannelRef
from connectors.slack.connector import SlackConnector
from connectors.slack.errors import SlackAway
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack import App, FakeSlack, Installation, Workspace
from tests.fakes.slack_site import configuration_of
from tests.unit.connectors.slack.gateway import Tally
from tests.waiting import eventually


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack().running() as running:
        yield running


@pytest.fixture
def host() -> FakeLiveHost:
    return FakeLiveHost()


@pytest.fixture
def installation(slack: FakeSlack) -> Installation:
    return slack.install(slack.add_app(), slack.add_workspace())


@asynccontextmanager
async def started(
    slack: FakeSlack, host: FakeLiveHost, *installations: Installation, **others: Any
) -> AsyncIterator[SlackConnector]:
    connector = SlackConnector(host, configuration_of(slack, *installations, **others), observer=Tally())
    try:
        await connector.start()
        yield connector
    finally:
        await connector.close()


async def until(condition: Callable[[], object]) -> None:
    async def look() -> object:
        return condition()

    await eventually(look, seconds=30)


def spoken(host: FakeLiveHost) -> list[str]:
    """What people said, without the bot's own notices."""
    system = {event.record_id for event in host.events if event.type == "message_posted" and event.system}
    return [text for record, text in host.texts.items() if record not in system]


def place(workspace: Workspace, installation: Installation) -> tuple[Any, Any]:
    ann = workspace.add_person("ann")
    return ann, workspace.add_channel("general", members=[ann, installation.bot])


async def test_a_message_its_edit_and_its_deletion_arrive(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation
) -> None:
    ann, general = place(installation.workspace, installation)
    async with started(slack, host, installation) as connector:
        assert (connector.state, connector.problems) == ("ok", {})
        message = slack.people.post(ann, general, "hello")
        other = slack.people.post(ann, general, "gone soon")
        slack.clock.advance(2)
        slack.people.edit(message, "hello all")
        slack.people.delete(other)
        await until(lambda: spoken(host) == ["hello all"])


async def test_what_was_said_and_unsaid_while_it_was_away_is_known_after_a_restart(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation
) -> None:
    ann, general = place(installation.workspace, installation)
    async with started(slack, host, installation):
        kept, gone = (slack.people.post(ann, general, text) for text in ("first", "second"))
        await until(lambda: spoken(host) == ["first", "second"])
    slack.clock.advance(5)
    slack.people.edit(kept, "first, edited")
    slack.people.delete(gone)
    slack.people.post(ann, general, "third")
    async with started(slack, host, installation):
        await until(lambda: spoken(host) == ["first, edited", "third"])
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("slack")]


async def test_one_workspace_that_cannot_open_does_not_hold_up_the_other_and_is_tried_again(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.slack.keeping._FIRST_PAUSE_SECONDS", 0.05)
    other = slack.install(slack.add_app("Other"), slack.add_workspace("other"))
    other.app.socket_mode_enabled = False
    bob, theirs = place(other.workspace, other)
    ann, general = place(installation.workspace, installation)
    async with started(slack, host, other, installation) as connector:
        assert connector.problems == {"main": "forbidden_team"}
        assert connector.state == "forbidden_team"
        slack.people.post(ann, general, "of the second")
        await until(lambda: spoken(host) == ["of the second"])
        other.app.socket_mode_enabled = True
        await until(lambda: connector.state == "ok")
        slack.people.post(bob, theirs, "of the first")
        await until(lambda: set(spoken(host)) == {"of the second", "of the first"})


async def test_workspaces_of_one_app_share_its_sockets(slack: FakeSlack, host: FakeLiveHost) -> None:
    app: App = slack.add_app()
    installations = [slack.install(app, slack.add_workspace(name)) for name in ("one", "two")]
    places = [place(installation.workspace, installation) for installation in installations]
    async with started(slack, host, *installations) as connector:
        assert connector.state == "ok"
        for number in range(6):
            for person, channel in places:
                slack.people.post(person, channel, f"{number} in {channel.id}")
        await until(lambda: len(spoken(host)) == 12)
        workspaces = {event.channel.workspace_id for event in host.events if event.type == "message_posted"}
        assert workspaces == {installation.workspace.id for installation in installations}
        await slack.acknowledged()
    assert not slack.journal.refusals


@pytest.mark.parametrize("revoked_first", [True, False])
async def test_thrown_out_it_stops_and_the_application_is_told_and_told_again_when_it_is_back(
    slack: FakeSlack,
    host: FakeLiveHost,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    revoked_first: bool,
) -> None:
    monkeypatch.setattr("connectors.slack.keeping._FIRST_PAUSE_SECONDS", 0.05)
    async with started(slack, host, installation) as connector:
        slack.moods.uninstall(installation, revoked_first=revoked_first)
        await until(lambda: installation.workspace.id in host.gone)
        await until(lambda: connector.state == "account_inactive")
        await until(lambda: not slack.sockets.of(installation.app))
        installation.is_uninstalled = installation.is_revoked = installation.bot.deleted = False
        await until(lambda: connector.state == "ok")
        assert not host.gone


async def test_a_token_revoked_without_a_word_is_noticed_by_the_next_call(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation
) -> None:
    ann, general = place(installation.workspace, installation)
    async with started(slack, host, installation) as connector:
        installation.is_revoked = True
        slack.people.post(ann, general, "who is that?")
        await until(lambda: host.gone == {installation.workspace.id: "token_revoked"})
        assert connector.state == "token_revoked"


async def test_a_token_revoked_while_it_was_not_running_is_told_at_the_start(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation
) -> None:
    async with started(slack, host, installation):
        pass
    installation.is_revoked = True
    async with started(slack, host, installation) as connector:
        assert connector.state == "token_revoked"
        assert host.gone == {installation.workspace.id: "token_revoked"}


async def test_a_wrong_token_erases_nothing(slack: FakeSlack, host: FakeLiveHost, installation: Installation) -> None:
    async with started(slack, host, installation):
        pass
    installation.bot_token = "xoxb-typo"
    right = configuration_of(slack, installation)
    installation.bot_token = "xoxb-right"
    connector = SlackConnector(host, right)
    await connector.start()
    assert connector.state == "invalid_auth"
    assert not host.gone
    await connector.close()


async def test_a_revoked_token_of_another_time_erases_nothing_of_the_workspace_that_was_here_last(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation
) -> None:
    async with started(slack, host, installation):
        pass
    other = slack.install(slack.add_app("Other"), slack.add_workspace("other"))
    other.is_revoked = True
    async with started(slack, host, other) as connector:
        assert connector.state == "token_revoked"
        assert not host.gone


async def test_posts_find_their_workspace_or_are_told_why_not(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation
) -> None:
    other = slack.install(slack.add_app("Other"), slack.add_workspace("other"))
    _, theirs = place(other.workspace, other)
    async with started(slack, host, installation, other) as connector:
        await connector.post(_post(theirs.id, other.workspace.id))
        # Beside it each channel is told that it is archived.
        (call,) = [call for call in slack.journal.calls("chat.postMessage") if "Every Monday" in str(call.arguments)]
        assert (call.token, call.arguments["channel"]) == (other.bot_token, theirs.id)
        with pytest.raises(PostRefused):
            await connector.post(_post(theirs.id, "T0NOBODY"))
    with pytest.raises(SlackAway):
        await SlackConnector(host, configuration_of(slack, other)).post(_post(theirs.id, other.workspace.id))


def _post(channel: str, workspace_id: str) -> Post:
    return Post(
        post_id=f"post:{channel}",
        channel=ChannelRef(
            channel_id=ChannelId(f"slack:{channel}"),
            platform="slack",
            name="general",
            visibility="public",
            workspace_id=workspace_id,
        ),
        person=None,
        text="Every Monday: three things.",
        citations=(),
        language="en",
    )


async def test_bolt_is_not_taken_over_by_the_environment(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
    ):
        monkeypatch.setenv(name, "xoxb-of-somebody-else")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    ann, general = place(installation.workspace, installation)
    async with started(slack, host, installation):
        slack.people.post(ann, general, "hello")
        await until(lambda: spoken(host) == ["hello"])
    assert {call.token for call in slack.journal.requests if call.surface == "api"} == {
        installation.bot_token,
        installation.app.app_token,
    }


async def test_http_mode_serves_every_workspace_at_its_path(slack: FakeSlack, host: FakeLiveHost) -> None:
    installations = [slack.install(slack.add_app(name), slack.add_workspace(name)) for name in ("one", "two")]
    places = [place(installation.workspace, installation) for installation in installations]
    connector = SlackConnector(host, configuration_of(slack, *installations, mode="http"))
    app = web.Application()
    connector.setup(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        for installation, path in zip(installations, ("", "/workspace1"), strict=True):
            # Before it starts: the bot hears its own notices at once.
            slack.moods.deliver_to(installation.app, url + path)
        await connector.start()
        assert connector.state == "ok"
        assert await slack.webhook.verify(installations[0].app, url)
        assert await slack.webhook.verify(installations[1].app, f"{url}/workspace1")
        for person, channel in places:
            slack.people.post(person, channel, f"in {channel.id}")
        await until(lambda: set(spoken(host)) == {f"in {channel.id}" for _, channel in places})
        await slack.acknowledged()
        assert not slack.sockets.opened
        assert not slack.journal.refusals
    finally:
        await connector.close()
        await runner.cleanup()


async def test_everything_goes_through_the_proxy_of_the_settings(
    slack: FakeSlack, host: FakeLiveHost, installation: Installation
) -> None:
    ann, general = place(installation.workspace, installation)
    async with forwarding() as (address, seen), started(slack, host, installation, proxy=address):
        slack.people.post(ann, general, "hello")
        await until(lambda: spoken(host) == ["hello"])
        assert any(slack.api_url in line for line in seen)
        assert any("/link/?ticket=" in line for line in seen)


@asynccontextmanager
async def forwarding() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy as companies have one, for plain HTTP; yields its address and the first line of each connection."""
    seen: list[str] = []
    under_way: set[asyncio.Task[Any] | None] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way.add(asyncio.current_task())
        async with closed_after(writer):
            line = (await reader.readline()).decode()
            seen.append(line)
            target = urlsplit(line.split(" ")[1])
            there_reader, there_writer = await asyncio.open_connection(target.hostname, target.port)
            async with closed_after(there_writer):
                there_writer.write(line.encode())
                await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
        tasks = [task for task in under_way if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def closed_after(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Not later, when the loop is closed and another test runs."""
    try:
        yield
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
