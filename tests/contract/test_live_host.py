"""What every ``LiveHost`` does: the stand-in that connectors are tested with, and the application itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from bot.live_host import ApplicationLiveHost
from connectors.connector import Language, Utterance
from connectors.events import (
    ChannelChanged,
    ChannelDeleted,
    ChannelId,
    ChannelRef,
    FileFetched,
    FileRef,
    FileRemoved,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonChanged,
    PersonId,
    PersonRef,
    RecordId,
)
from connectors.live_host import KnownPerson, LiveHost
from tests.builders import at
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.reply import RecordingReply
from tests.quick_application import quick_application
from tests.waiting import eventually

SOURCE = "slack:T1"
ANN = PersonRef(person_id=PersonId("slack:U1"), platform="slack", name="Ann")
BO = PersonRef(person_id=PersonId("slack:U2"), platform="slack", name="Bo", is_guest=True)


@dataclass(frozen=True, slots=True)
class Offered:
    """A host, and a way to wait until everything that was accepted counts."""

    host: LiveHost
    settle: Callable[[], Awaitable[None]]


async def _nothing_waits() -> None:
    """The stand-in applies at once."""


@asynccontextmanager
async def _stand_in() -> AsyncIterator[Offered]:
    yield Offered(FakeLiveHost(), _nothing_waits)


@asynccontextmanager
async def _application() -> AsyncIterator[Offered]:
    async with quick_application() as application:
        host = ApplicationLiveHost(
            database=application.database,
            inbox=application.inbox,
            archivist=application.archivist,
            permissions=application.permissions,
            schedules=application.schedules,
            conversation=application.conversation,
            confirmations=application.confirmations,
            answers=application.answers,
            file_store=application.file_store,
        )

        async def applied() -> bool:
            return (await application.inbox.counts()).pending == 0

        async def settle() -> None:
            await eventually(applied)

        await application.archivist.start()
        yield Offered(host, settle)
        await application.archivist.close()


@pytest_asyncio.fixture(params=[_stand_in, _application], ids=["stand-in", "application"])
async def offered(request: pytest.FixtureRequest) -> AsyncIterator[Offered]:
    async with request.param() as opened:
        yield opened


def _place(name: str = "C1") -> ChannelRef:
    return ChannelRef(
        channel_id=ChannelId(f"slack:{name}"), platform="slack", name=name, visibility="private", workspace_id="T1"
    )


def _record(number: int, place: str = "C1") -> RecordId:
    return RecordId(f"slack:{place}:{number}")


def _said(
    number: int, text: str = "hello", *, place: str = "C1", thread: int | None = None, files: tuple[FileRef, ...] = ()
) -> MessagePosted:
    return MessagePosted(
        event_id=f"slack:{place}:{number}:0", occurred_at=at(number), record_id=_record(number, place),
        channel=_place(place), author=ANN, text=text, files=files,
        thread_id=_record(thread, place) if thread is not None else None,
    )  # fmt: skip


async def test_a_letter_is_kept_once_handled_in_order_and_known_afterwards(offered: Offered) -> None:
    mailbox = offered.host.mailbox
    assert [await mailbox.keep(SOURCE, key, {"n": key}) for key in ("b", "a", "b")] == [True, True, False]
    assert await mailbox.keep("slack:T2", "b", {})
    letters = await mailbox.waiting(SOURCE, limit=10)
    assert [(letter.key, letter.body, letter.attempts) for letter in letters] == [
        ("b", {"n": "b"}, 0),
        ("a", {"n": "a"}, 0),
    ]
    assert letters[0].received_at.tzinfo is not None
    assert [letter.key for letter in await mailbox.waiting(SOURCE, limit=1)] == ["b"]
    await mailbox.done(SOURCE, ["b", "unknown"])
    await mailbox.done(SOURCE, [])
    assert not await mailbox.keep(SOURCE, "b", {})
    assert [letter.key for letter in await mailbox.waiting(SOURCE, limit=10)] == ["a"]
    assert [letter.key for letter in await mailbox.waiting("slack:T2", limit=10)] == ["b"]


async def test_a_letter_that_fails_five_times_is_set_aside_and_still_known(offered: Offered) -> None:
    mailbox = offered.host.mailbox
    await mailbox.keep(SOURCE, "bad", {})
    await mailbox.keep(SOURCE, "good", {})
    for _ in range(5):
        await mailbox.failed(SOURCE, "bad", "ValueError")
    assert [letter.key for letter in await mailbox.waiting(SOURCE, limit=10)] == ["good"]
    assert not await mailbox.keep(SOURCE, "bad", {})


async def test_notes_are_kept_by_source(offered: Offered) -> None:
    notebook = offered.host.notebook
    await notebook.write(SOURCE, "history:C1", {"reached": 1})
    await notebook.write(SOURCE, "history:C1", {"reached": 2})
    await notebook.write(SOURCE, "asking:C1", {})
    await notebook.write("slack:T2", "history:C1", {})
    assert await notebook.read(SOURCE, "history:C1") == {"reached": 2}
    assert await notebook.all(SOURCE, "history:") == {"history:C1": {"reached": 2}}
    await notebook.write(SOURCE, "history:C1", None)
    await notebook.write(SOURCE, "never", None)
    assert await notebook.read(SOURCE, "history:C1") is None
    assert set(await notebook.all(SOURCE, "")) == {"asking:C1"}


async def test_known_messages_have_the_moment_of_their_words_and_no_deleted_ones(offered: Offered) -> None:
    host = offered.host
    await host.accept([_said(1), _said(2), _said(3), _said(1)])
    await host.accept_history([_said(4), _said(5, place="C2")])
    await host.accept(
        [
            MessageEdited(event_id="e2", occurred_at=at(20), record_id=_record(2), text="hello again"),
            MessageDeleted(event_id="d3", occurred_at=at(21), record_id=_record(3)),
        ]
    )
    await offered.settle()
    channel = _place().channel_id
    assert await host.known_messages(channel, since=at(1), until=at(4)) == {_record(1): at(1), _record(2): at(20)}
    assert set(await host.known_messages(channel, since=at(2), until=at(99))) == {_record(2), _record(4)}
    assert await host.known_messages(ChannelId("slack:C9"), since=at(0), until=at(99)) == {}
    assert await host.latest_message(channel) == at(4)
    assert await host.latest_message(ChannelId("slack:C9")) is None


async def test_the_latest_message_counts_although_it_was_deleted(offered: Offered) -> None:
    await offered.host.accept(
        [_said(1), _said(2), MessageDeleted(event_id="d2", occurred_at=at(3), record_id=_record(2))]
    )
    await offered.settle()
    assert await offered.host.latest_message(_place().channel_id) == at(2)


async def test_threads_in_which_something_was_said_since(offered: Offered) -> None:
    await offered.host.accept(
        [
            _said(1), _said(2), _said(3), _said(11, thread=1), _said(12, thread=1), _said(13, thread=2),
            _said(4, thread=3), _said(30, thread=3),
            MessageDeleted(event_id="d30", occurred_at=at(31), record_id=_record(30)),
        ]
    )  # fmt: skip
    await offered.settle()
    found = await offered.host.threads(_place().channel_id, active_since=at(10))
    assert found == {_record(1): at(12), _record(2): at(13)}


async def test_who_and_what_is_known(offered: Offered) -> None:
    host, room, hall = offered.host, _place(), _place("C2").model_copy(update={"external": True})
    await host.accept_and_apply(
        [
            ChannelChanged(event_id="c1", occurred_at=at(1), channel=room, members=(ANN, BO)),
            ChannelChanged(event_id="c2", occurred_at=at(1), channel=hall, members=(ANN,)),
            ChannelChanged(event_id="c3", occurred_at=at(1), channel=_place("C3"), members=(ANN,)),
            ChannelDeleted(event_id="c4", occurred_at=at(2), channel_id=_place("C3").channel_id),
            MembershipChanged(event_id="j1", occurred_at=at(3), channel=hall, person=BO, present=True),
        ]
    )
    wanted = [room.channel_id, hall.channel_id, _place("C3").channel_id, ChannelId("slack:C9")]
    assert await host.known_channels(wanted) == {room.channel_id: room, hall.channel_id: hall}
    assert list(await host.known_members(hall.channel_id)) == [ANN, BO]
    assert list(await host.known_members(ChannelId("slack:C9"))) == []
    assert await host.known_person(BO.person_id) == KnownPerson(
        person=BO, active=True, channels=frozenset({room.channel_id, hall.channel_id})
    )
    assert await host.known_person(PersonId("slack:U9")) is None
    await host.accept_and_apply([PersonChanged(event_id="p1", occurred_at=at(4), person=BO, active=False)])
    assert await host.known_person(BO.person_id) == KnownPerson(person=BO, active=False, channels=frozenset())
    assert list(await host.known_members(room.channel_id)) == [ANN]


async def test_files_whose_bytes_are_here(offered: Offered) -> None:
    host = offered.host

    async def chunks() -> AsyncIterator[bytes]:
        yield b"four"
        yield b"teen bytes"

    sha256, size = await host.store_file(chunks())
    shared = [FileRef(file_id=RecordId(f"slack:F{number}"), name="a", unavailable_reason="x") for number in (1, 2, 3)]
    await host.accept([_said(1, files=tuple(shared))])
    await host.accept(
        [
            *(
                FileFetched(
                    event_id=f"f{number}", occurred_at=at(2), file_id=RecordId(f"slack:F{number}"), sha256=sha256,
                    size_bytes=size,
                )
                for number in (1, 2)
            ),
            FileFetched(
                event_id="f3", occurred_at=at(2), file_id=RecordId("slack:F3"), unavailable_reason="file_too_large"
            ),
            FileRemoved(event_id="r2", occurred_at=at(3), file_id=RecordId("slack:F2")),
        ]
    )  # fmt: skip
    await offered.settle()
    asked = [RecordId(f"slack:F{number}") for number in (1, 2, 3, 4)]
    assert await host.files_kept(asked) == {RecordId("slack:F1"): 14}
    assert await host.files_kept([]) == {}


async def test_what_is_not_known_of_answers(offered: Offered) -> None:
    host = offered.host
    assert await host.answer("unknown") is None
    assert await host.answer_shown_in(RecordId("slack:C1:404")) is None
    assert await host.verdict("unknown", ANN) is None
    assert not await host.may_share("unknown", _place().channel_id)
    with pytest.raises(LookupError):
        await host.shared(answer_id="unknown", person=ANN, channel_id=_place().channel_id)
    assert not await host.listens(_place().channel_id)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_commands_and_categories_in_both_languages(offered: Offered, language: Language) -> None:
    commands = offered.host.commands(language)
    assert commands
    assert all(command.name.startswith("/") and command.usage and command.summary for command in commands)
    categories = await offered.host.categories(language)
    assert len({category.category_id for category in categories}) == len(categories) > 0
    assert all(category.name for category in categories)


async def test_an_utterance_ends_in_exactly_one_way(offered: Offered) -> None:
    reply = RecordingReply()
    utterance = Utterance(
        kind="direct", text="/help", channel=_place(), person=ANN, record_id=None, thread_id=None,
        said_at=datetime.now(UTC), language="en",
    )  # fmt: skip
    await offered.host.converse(utterance, reply)
    assert len([name for name in reply.names if name in ("finish", "fail", "confirm", "drop")]) == 1


async def test_histories_homes_and_workspaces_may_be_told_and_asked_at_any_time(offered: Offered) -> None:
    host = offered.host
    await host.history_reached(_place().channel_id, reached=at(1), complete=False, at=at(9))
    await host.history_reached(_place().channel_id, reached=None, complete=True, at=at(10))
    await host.history_reached(_place().channel_id, reached=None, complete=False, at=at(11), partial=True)
    await host.workspace_back("slack", "T1")
    for _ in range(2):
        await host.workspace_gone("slack", "T1", reason="app_uninstalled", at=at(11))
    for _ in range(2):
        await host.workspace_back("slack", "T1")
    view = await host.home(ANN, workspace_id="T1", language="zh", channels=5)
    assert (view.channels, view.channels_left_out, view.files) == ((), 0, ())
