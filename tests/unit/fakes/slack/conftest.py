"""A fake Slack whose clock stands still, with one workspace, and the real SDK pointed at it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import App, Channel, FakeSlack, Installation, Person, Workspace


@dataclass(frozen=True, kw_only=True)
class Home:
    """A workspace with the app installed: the bot is in #general, not in #random nor in the private #finance."""

    slack: FakeSlack
    workspace: Workspace
    app: App
    installation: Installation
    client: AsyncWebClient
    ann: Person
    bo: Person
    general: Channel
    random: Channel
    finance: Channel

    @property
    def direct(self) -> Channel:
        """Ann and the bot."""
        return self.workspace.open_direct_channel(self.ann.id, self.bot.id)

    @property
    def bot(self) -> Person:
        return self.installation.bot


@pytest.fixture(autouse=True)
def _without_proxies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack().running() as running:
        yield running


@pytest.fixture
async def home(slack: FakeSlack) -> AsyncIterator[Home]:
    workspace = slack.add_workspace("acme")
    app = slack.add_app(
        "Shiguang", commands={"/shiguang": True, "/plain": False}, shortcuts={"keep": "message", "find": "global"}
    )
    installation = slack.install(app, workspace)
    ann, bo = workspace.add_person("ann"), workspace.add_person("bo")
    async with aiohttp.ClientSession() as session:
        yield Home(
            slack=slack,
            workspace=workspace,
            app=app,
            installation=installation,
            client=AsyncWebClient(token=installation.bot_token, base_url=slack.api_url, session=session),
            ann=ann,
            bo=bo,
            general=workspace.add_channel("general", members=[ann, bo, installation.bot]),
            random=workspace.add_channel("random", members=[ann, bo]),
            finance=workspace.add_channel("finance", members=[ann], kind="private"),
        )
