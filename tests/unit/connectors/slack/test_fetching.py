"""Files of archived messages come in the background, once, and no longer than they are wanted."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from connectors.events import ChannelRef, FileFetched, FileRemoved
from connectors.slack.fetch_queue import FetchQueue
from connectors.slack.fetching import Fetching
from connectors.slack.site import Site
from tests.fakes.slack import Channel, SharedFile
from tests.fakes.slack_site import SimpleDirectory, SiteInTest, slack_site
from tests.waiting import eventually


class Stage:
    """Ann shares files in #general, and the connector hears of it."""

    def __init__(self, it: SiteInTest, session: aiohttp.ClientSession) -> None:
        self.it = it
        self.session = session
        self.slack = it.slack
        self.host = it.host
        self.general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        self.fetching = self.restarted()
        self._told = 0

    def restarted(self, *, pauses: tuple[float, ...] = (0.01, 0.01), **options: Any) -> Fetching:
        """Another connector after a crash of the former one: only notes are left."""
        token = self.it.installation.bot_token
        return Fetching(self.it.site, token=token, session=self.session, pauses_seconds=pauses, **options)

    def add(self, content: bytes = b"the plan", name: str | None = "plan.txt", **options: Any) -> SharedFile:
        return self.slack.sharing.add(self.it.workspace, self.it.ann, name, content, **options)

    def shared(self, content: bytes = b"the plan", *, channel: Channel | None = None, **options: Any) -> SharedFile:
        file = self.add(content, **options)
        self.slack.sharing.share(self.it.ann, channel or self.general, file)
        return file

    async def hear(self, fetching: Fetching | None = None) -> None:
        """Everything that Slack told since the last time, in order."""
        told = [delivery.event for delivery in self.slack.deliveries.log][self._told :]
        self._told += len(told)
        for event in told:
            await (fetching or self.fetching).heard(event, {})

    async def settle(self, fetching: Fetching | None = None) -> None:
        await self.hear(fetching)
        await self.it.tasks.idle()

    def fetched(self) -> list[FileFetched]:
        return [event for event in self.host.live if isinstance(event, FileFetched)]

    def contents(self) -> list[bytes | str | None]:
        """What came of each fetch: bytes, or the code that says why there are none."""
        return [self.host.files[e.sha256] if e.sha256 else e.unavailable_reason for e in self.fetched()]

    def notes(self) -> set[str]:
        return {key for _, key in self.host.notebook.notes}

    def downloads(self, file: SharedFile) -> int:
        return sum(request.surface == "files" for request in self.slack.journal.calls(file.id))


class _Knowing(SimpleDirectory):
    """Asks for a channel once: what is told of a file later is heard before the first fetch of it can be over."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.api)
        self._known: dict[str, ChannelRef] = {}

    async def channel(self, slack_channel_id: str) -> ChannelRef:
        if slack_channel_id not in self._known:
            self._known[slack_channel_id] = await super().channel(slack_channel_id)
        return self._known[slack_channel_id]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with (
        slack_site(max_file_bytes=10_000, file_seconds=120.0, directory=_Knowing) as it,
        aiohttp.ClientSession() as session,
    ):
        yield Stage(it, session)


async def test_a_shared_file_comes_once_however_often_it_is_told(stage: Stage) -> None:
    file = stage.shared()
    await stage.settle()
    (event,) = stage.fetched()
    assert (event.file_id, event.size_bytes, stage.contents()) == (f"slack:{file.id}", 8, [b"the plan"])
    stage.slack.sharing.share(stage.it.ann, stage.general, file)
    await stage.settle()
    assert stage.downloads(file) == 1
    assert stage.notes() == set()


async def test_what_still_waits_is_known_after_a_crash(stage: Stage) -> None:
    """Invariant 1: the note is there before the letter is done."""
    file = stage.shared(serving="stalling")
    await stage.hear()
    assert stage.notes() == {f"fetch:{file.id}"}
    note = stage.host.notebook.notes[stage.it.site.source, f"fetch:{file.id}"]
    assert "plan" not in str(note), "words of messages have no place in notes"


async def test_a_restart_goes_on_where_it_was(stage: Stage) -> None:
    file = stage.add()
    stage.slack.sharing.share(stage.it.ann, stage.general, file, quietly=True)
    await stage.host.notebook.write(stage.it.site.source, f"fetch:{file.id}", {"history": True, "tries": 2})
    await stage.restarted().start()
    await stage.it.tasks.idle()
    (event,) = stage.host.past
    assert isinstance(event, FileFetched)
    assert event.sha256
    assert stage.notes() == set()


async def test_files_of_history_come_after_those_of_today_and_not_again(stage: Stage) -> None:
    old, new = stage.add(b"old"), stage.add(b"newer")
    for file in (old, new):
        stage.slack.sharing.share(stage.it.ann, stage.general, file, quietly=True)
    await stage.fetching.want([old.payload_in_message()], history=True)
    await stage.fetching.want([new.payload_in_message()], history=False)
    await stage.it.tasks.idle()
    assert [type(event) for event in (*stage.host.past, *stage.host.live)] == [FileFetched, FileFetched]
    await stage.fetching.want([old.payload_in_message(), new.payload_in_message()], history=True)
    await stage.it.tasks.idle()
    assert (stage.downloads(old), stage.downloads(new)) == (1, 1)


async def test_slow_files_of_history_do_not_keep_those_of_today_waiting(stage: Stage) -> None:
    slow = [stage.add(b"x" * 5000, serving="stalling") for _ in range(6)]
    for file in slow:
        stage.slack.sharing.share(stage.it.ann, stage.general, file, quietly=True)
    await stage.fetching.want([file.payload_in_message() for file in slow], history=True)
    await stage.slack.journal.until(lambda: sum(stage.downloads(file) for file in slow) == 3)
    stage.shared()
    await stage.hear()
    await eventually(_true_when(lambda: stage.contents() == [b"the plan"]))
    assert sum(stage.downloads(file) for file in slow) == 3


async def test_a_file_that_changed_while_nobody_listened_is_known_by_its_length(stage: Stage) -> None:
    file = stage.shared()
    await stage.settle()
    file.content = b"a longer plan"
    await stage.fetching.want([file.payload_in_message()], history=True)
    await stage.it.tasks.idle()
    assert stage.host.files[_sha256(stage.host.past[-1])] == b"a longer plan"


async def test_new_bytes_replace_the_old_ones(stage: Stage) -> None:
    file = stage.shared()
    await stage.settle()
    stage.slack.sharing.change(file, content=b"new", name="new.txt")
    await stage.settle()
    assert stage.contents() == [b"the plan", b"new"]
    first, second = stage.fetched()
    assert second.occurred_at > first.occurred_at
    assert (second.name, second.media_type) == ("new.txt", "text/plain")


async def test_a_change_while_it_is_fetched_is_not_missed(stage: Stage) -> None:
    file = stage.shared(content=b"x" * 5000, serving="stalling")
    await stage.hear()
    await stage.slack.journal.until(lambda: stage.downloads(file) == 1)
    file.serving = "plainly"
    stage.slack.sharing.change(file, content=b"changed")
    await stage.hear()
    await _until_reading(stage.fetching, file.id)
    stage.fetching._under_way[file.id].stop()  # type: ignore[union-attr]  # the connection breaks
    await stage.it.tasks.idle()
    assert stage.contents()[-1] == b"changed"
    assert stage.notes() == set()


async def test_stubs_are_completed(stage: Stage) -> None:
    stage.shared(is_stub_in_messages=True)
    await stage.settle()
    (event,) = stage.fetched()
    assert (event.name, event.media_type, stage.contents()) == ("plan.txt", "text/plain", [b"the plan"])


async def test_files_outside_slack_hidden_or_denied_are_not_asked_for(stage: Stage) -> None:
    stage.shared(mode="external")
    stage.shared(mode="space")
    stage.shared(mode="list")
    stage.shared(mode="hidden_by_limit")
    denied = stage.shared(file_access="access_denied")
    await stage.fetching.want([file.payload_in_message() for file in stage.it.workspace.files.values()], history=False)
    await stage.it.tasks.idle()
    assert stage.notes() == set()
    assert stage.slack.journal.calls("files.info") == []
    await stage.settle()  # file_shared tells only the id
    assert {event.unavailable_reason for event in stage.fetched()} == {
        "file_external",
        "file_is_canvas",
        "file_hidden_by_limit",
        "file_access_denied",
    }
    assert stage.downloads(denied) == 0
    assert [request for request in stage.slack.journal.requests if request.surface in ("files", "stranger")] == []


async def test_what_was_hidden_meanwhile_is_found_out(stage: Stage) -> None:
    stage.slack.sharing.hide_by_limit(stage.shared())
    await stage.settle()
    assert stage.contents() == ["file_hidden_by_limit"]


async def test_too_large_files_are_not_begun(stage: Stage) -> None:
    file = stage.shared(content=b"x" * 10_001)
    await stage.settle()
    assert (stage.contents(), stage.downloads(file)) == (["file_too_large"], 0)


async def test_what_the_store_finds_too_large_is_told(stage: Stage) -> None:
    stage.host.max_file_bytes = 4
    stage.shared()
    await stage.settle()
    assert stage.contents() == ["file_too_large"]


async def test_a_passing_failure_is_tried_again(stage: Stage) -> None:
    file = stage.shared(serving="unavailable")
    fetching = stage.restarted(pauses=(0.05, 0.05))
    await stage.hear(fetching)
    await stage.slack.journal.until(lambda: stage.downloads(file) == 1)
    file.serving = "plainly"
    await stage.it.tasks.idle()
    assert stage.contents() == [b"the plan"]
    assert stage.notes() == set()


async def test_what_fails_too_often_is_told_and_tried_at_the_next_start(stage: Stage) -> None:
    file = stage.shared(serving="cut_short", content=b"x" * 1000)
    await stage.settle()
    assert (stage.contents(), stage.downloads(file)) == (["file_unreachable"], 3)
    assert stage.notes() == {f"fetch:{file.id}"}
    await stage.restarted().start()
    await stage.it.tasks.idle()
    assert stage.contents() == ["file_unreachable"], "the same is not told twice"
    file.serving = "plainly"
    await stage.restarted().start()
    await stage.it.tasks.idle()
    assert stage.contents() == ["file_unreachable", b"x" * 1000]
    assert stage.notes() == set()


async def test_a_missing_scope_is_told_and_mended_by_the_next_start(stage: Stage) -> None:
    stage.slack.moods.withdraw_scope(stage.it.installation, "files:read")
    file = stage.add()
    stage.slack.sharing.share(stage.it.ann, stage.general, file, quietly=True)
    await stage.fetching.want([file.payload_in_message()], history=False)
    await stage.it.tasks.idle()
    assert stage.contents() == ["file_scope_missing"]
    stage.it.installation.scopes = stage.it.installation.scopes | {"files:read"}
    await stage.restarted().start()
    await stage.it.tasks.idle()
    assert stage.contents()[-1] == b"the plan"


async def test_a_sign_in_page_is_looked_into_once_more_and_then_told(stage: Stage) -> None:
    stage.shared(serving="login_page")
    await stage.settle()
    assert stage.contents() == ["file_login_page"]
    assert stage.host.files == {}


async def test_a_deletion_stops_what_is_under_way_at_once(stage: Stage) -> None:
    """Invariant 3: nothing of it is kept."""
    file = stage.shared(content=b"x" * 5000, serving="stalling")
    await stage.hear()
    await stage.slack.journal.until(lambda: stage.downloads(file) == 1)
    await _until_reading(stage.fetching, file.id)
    stage.slack.sharing.delete(file)
    await stage.settle()
    assert stage.host.files == {}
    assert not any(event.sha256 for event in stage.fetched())
    assert stage.notes() == set()


async def test_a_deletion_drops_what_waits(stage: Stage) -> None:
    file = stage.shared()
    stage.slack.sharing.delete(file)
    await stage.settle()
    assert stage.host.files == {}
    assert stage.notes() == set()


async def test_a_deletion_that_nobody_told_is_found(stage: Stage) -> None:
    file = stage.shared(is_stub_in_messages=True)
    stage.slack.sharing.delete(file, quietly=True)
    await stage.settle()
    (event,) = stage.host.live
    assert isinstance(event, FileRemoved)
    assert event.file_id == f"slack:{file.id}"


async def test_external_channels_are_left_alone(stage: Stage) -> None:
    partners = stage.it.workspace.add_channel("partners", members=[stage.it.ann, stage.it.bot])
    partners.is_ext_shared = True
    file = stage.shared(channel=partners)
    stage.slack.sharing.change(file, content=b"changed")
    stage.slack.sharing.make_public(file, stage.it.ann)
    await stage.settle()
    assert (stage.fetched(), stage.downloads(file), stage.notes()) == ([], 0, set())


async def test_a_file_that_became_public_or_was_withdrawn_is_looked_at_again(stage: Stage) -> None:
    file = stage.add()
    stage.slack.sharing.share(stage.it.ann, stage.general, file, quietly=True)
    stage.slack.sharing.make_public(file, stage.it.ann)
    await stage.settle()
    assert stage.contents() == [b"the plan"]
    stage.slack.sharing.withdraw(file, stage.general, stage.it.ann)
    await stage.settle()
    assert (len(stage.fetched()), stage.downloads(file), stage.notes()) == (1, 1, set())


async def test_more_than_the_queue_holds_waits_in_the_notes(stage: Stage) -> None:
    """Invariant 7: queues are bounded, and still nothing is forgotten."""
    fetching = stage.restarted(queue=FetchQueue(most=2))
    files = [stage.add(b"%d" % number) for number in range(9)]
    for file in files:
        stage.slack.sharing.share(stage.it.ann, stage.general, file, quietly=True)
    await fetching.want([file.payload_in_message() for file in files], history=True)
    await stage.it.tasks.idle()
    assert sorted(stage.host.files.values()) == [b"%d" % number for number in range(9)]
    assert stage.notes() == set()


async def test_a_full_disk_is_no_end(stage: Stage) -> None:
    host = stage.host
    failing = [OSError("disk full")]
    stored = host.store_file

    async def store_file(chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        if failing:
            raise failing.pop()
        return await stored(chunks)

    host.store_file = store_file  # type: ignore[method-assign]  # a store that fails once
    stage.shared()
    await stage.settle()
    assert stage.contents() == [b"the plan"]


async def test_a_slow_file_is_given_up() -> None:
    async with slack_site(file_seconds=0.2, directory=_Knowing) as it, aiohttp.ClientSession() as session:
        stage = Stage(it, session)
        stage.fetching = stage.restarted(pauses=())
        stage.shared(content=b"x" * 5000, serving="stalling")
        await stage.settle()
        assert stage.contents() == ["file_too_slow"]


def _true_when(look: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def looked() -> bool:
        return look()

    return looked


async def _until_reading(fetching: Fetching, file_id: str) -> None:
    async def reads() -> bool:
        download = fetching._under_way.get(file_id)
        return download is not None and download._response is not None

    await eventually(reads)


def _sha256(event: object) -> str:
    assert isinstance(event, FileFetched)
    assert event.sha256 is not None
    return event.sha256
