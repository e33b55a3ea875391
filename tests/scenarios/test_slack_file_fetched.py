"""A file shared in Slack: found by its words, replaced when it changes, and gone with every copy when it is deleted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.live_host import ApplicationLiveHost
from connectors.slack.fetching import Fetching
from connectors.slack.pages import Pages
from connectors.slack.site import Site
from connectors.slack.translating import SlackTranslator
from tests.fakes.slack import Channel, Message, SharedFile
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

_PARTS = ("database", "inbox", "archivist", "permissions", "schedules", "conversation", "confirmations", "answers")


@dataclass
class Workspace:
    """Slack on one side, the application on the other, and between them what the connector does with files."""

    stage: Stage
    it: SiteInTest
    fetching: Fetching
    channel: Channel
    heard: int = 0

    def share(self, name: str, content: bytes, **options: Any) -> tuple[SharedFile, Message]:
        file = self.it.slack.sharing.add(self.it.workspace, self.it.ann, name, content, **options)
        return file, self.it.slack.sharing.share(self.it.ann, self.channel, file, text="the file")

    async def settle(self) -> None:
        """All that Slack told is heard, fetched and applied."""
        log = self.it.slack.deliveries.log
        told, self.heard = [delivery.event for delivery in log][self.heard :], len(log)
        for event in told:
            await self.it.site.host.accept(await self.it.site.translator.events(event, event_time=0.0))
            await self.fetching.heard(event, {})
        await self.applied()

    async def applied(self) -> None:
        await self.it.tasks.idle()
        await self.stage.application.archivist.drain()

    async def finds(self, words: str, message: Message) -> bool:
        return f"slack:{self.channel.id}:{message.ts}" in {
            record.partition("|")[0] for record in await self.stage.with_words(words)
        }

    def bytes_on_disk(self) -> set[bytes]:
        root: Path = self.stage.application.settings.files_dir
        return {path.read_bytes() for path in root.glob("*/*/*") if path.is_file()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workspace(stage: Stage) -> AsyncIterator[Workspace]:
    application = stage.application
    host: Any = ApplicationLiveHost(**{name: getattr(application, name) for name in (*_PARTS, "file_store")})

    def translator(site: Site) -> SlackTranslator:
        return SlackTranslator(site.me, site.configuration, site.directory)

    async with slack_site(host=host, translator=translator) as it, aiohttp.ClientSession() as session:
        token = it.installation.bot_token
        fetching = Fetching(it.site, token=token, session=session, pauses_seconds=(0.01,))
        yield Workspace(stage, it, fetching, it.workspace.add_channel("general", members=[it.ann, it.bot]))


async def test_its_words_are_found_and_replaced_and_gone(workspace: Workspace) -> None:
    """Invariant 3: a deletion is complete."""
    file, message = workspace.share("plan.txt", b"the turquoise elephant arrives on Monday")
    await workspace.settle()
    assert await workspace.finds("turquoise", message)
    workspace.it.slack.sharing.change(file, content=b"the vermilion elephant stays away")
    await workspace.settle()
    assert await workspace.finds("vermilion", message)
    assert not await workspace.finds("turquoise", message)
    assert workspace.bytes_on_disk() == {b"the vermilion elephant stays away"}, "and what it said before is gone"
    workspace.it.slack.sharing.delete(file)
    await workspace.settle()
    assert not await workspace.finds("vermilion", message)
    assert workspace.bytes_on_disk() == set()


async def test_bytes_that_arrive_after_the_deletion_are_not_kept(workspace: Workspace) -> None:
    file, message = workspace.share("late.txt", b"the late saffron memo")
    (shared, _) = (delivery.event for delivery in workspace.it.slack.deliveries.log[-2:])
    await workspace.it.site.host.accept(await workspace.it.site.translator.events(shared, event_time=0.0))
    await workspace.fetching.heard(shared, {})
    await workspace.it.tasks.idle()
    workspace.it.slack.sharing.delete(file)
    deleted = workspace.it.slack.deliveries.events("file_deleted")[-1].event
    await workspace.it.site.host.accept(await workspace.it.site.translator.events(deleted, event_time=0.0))
    await workspace.settle()
    assert not await workspace.finds("saffron", message)
    assert workspace.bytes_on_disk() == set()


async def test_a_stub_gets_its_name_from_the_look_up(workspace: Workspace) -> None:
    _, message = workspace.share("cobalt-budget.txt", b"nothing to see", is_stub_in_messages=True)
    await workspace.settle()
    assert await workspace.finds("cobalt", message)
    workspace.it.slack.people.delete(message)
    await workspace.settle()


async def test_the_same_file_in_two_messages_goes_with_the_last_one(workspace: Workspace) -> None:
    file, first = workspace.share("shared.txt", b"the indigo contract")
    second = workspace.it.slack.sharing.share(workspace.it.ann, workspace.channel, file)
    await workspace.settle()
    assert await workspace.finds("indigo", first)
    assert await workspace.finds("indigo", second)
    workspace.it.slack.people.delete(first)
    await workspace.settle()
    assert not await workspace.finds("indigo", first)
    assert await workspace.finds("indigo", second)
    workspace.it.slack.people.delete(second)
    await workspace.settle()
    assert workspace.bytes_on_disk() == set()


async def test_what_was_shared_before_the_bot_came_is_read_once(workspace: Workspace) -> None:
    sharing = workspace.it.slack.sharing
    file = sharing.add(workspace.it.workspace, workspace.it.ann, "old.txt", b"the magenta minutes")
    message = sharing.share(workspace.it.ann, workspace.channel, file, quietly=True)
    pages = Pages(workspace.it.site, wanted=partial(workspace.fetching.want, history=True))
    channel = workspace.it.site.directory.our_channel(workspace.channel.id)
    for _ in range(2):
        page = await pages.before(channel, latest=None, oldest=None)
        await pages.hand_over(channel, page.messages)
        await workspace.applied()
    assert await workspace.finds("magenta", message)
    downloads = [request for request in workspace.it.slack.journal.calls(file.id) if request.surface == "files"]
    assert len(downloads) == 1
