"""Notes of questions and of threads: known after a restart, and forgotten in time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.slack.asked_notes import AskedNotes
from connectors.slack.conversations import Conversations
from connectors.slack.said import Said
from tests.fakes.slack_site import SiteInTest, slack_site

SAID = Said(
    channel="C1",
    channel_type="channel",
    ts="1790000000.000100",
    thread_ts="",
    user_id="U1",
    team_id="T1",
    text="<@UBOT> when?",
    version="1790000000.000100",
    mentions_bot=True,
    mentions_others=False,
    said_at=datetime(2026, 9, 21, tzinfo=UTC),
)


@pytest.fixture
async def it() -> AsyncIterator[SiteInTest]:
    async with slack_site() as made:
        yield made


def keys(it: SiteInTest) -> list[str]:
    return [key for _, key in it.host.notebook.notes]


def grow_old(it: SiteInTest, seconds: float) -> None:
    notes = it.host.notebook.notes
    for key, note in notes.items():
        at: Any = note["at"]
        notes[key] = {**note, "at": at - seconds}


async def test_a_question_is_known_until_an_hour_after_its_answer(it: SiteInTest) -> None:
    notes = AskedNotes(it.site)
    await notes.begin(SAID)
    await notes.shown(SAID.key, "1790000001.000100")
    again = AskedNotes(it.site)
    [open_note] = await again.load()
    assert (open_note.key, open_note.shown, open_note.has_ended) == (SAID.key, "1790000001.000100", False)
    await again.end(SAID.key)
    third = AskedNotes(it.site)
    assert await third.load() == []
    assert third.version(SAID.key) == SAID.version
    grow_old(it, 4_000)
    fourth = AskedNotes(it.site)
    await fourth.load()
    assert (fourth.version(SAID.key), keys(it)) == (None, [])


async def test_what_was_asked_anew_is_not_forgotten_with_its_first_version(it: SiteInTest) -> None:
    notes = AskedNotes(it.site)
    await notes.begin(SAID)
    await notes.end(SAID.key)
    await notes.begin(replace(SAID, version="1790000009.000000"))
    assert notes.version(SAID.key) == "1790000009.000000"
    assert [note.version for note in await AskedNotes(it.site).load()] == ["1790000009.000000"]


async def test_a_thread_that_nobody_asked_in_for_a_month_is_forgotten(it: SiteInTest) -> None:
    await Conversations(it.site).asked(SAID)
    reply = replace(SAID, thread_ts=SAID.ts, ts="1790000005.000100", text="and then", mentions_bot=False)
    known = Conversations(it.site)
    await known.load()
    assert await known.is_turn(reply)
    assert not await known.is_turn(replace(reply, thread_ts="1780000000.000100"))
    grow_old(it, 31 * 86_400)
    forgotten = Conversations(it.site)
    await forgotten.load()
    assert not await forgotten.is_turn(reply)
    assert keys(it) == []


async def test_only_so_many_threads_are_remembered(it: SiteInTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.slack.conversations._MOST", 2)
    known = Conversations(it.site)
    for number in range(4):
        await known.asked(replace(SAID, ts=f"179000000{number}.000100"))
    assert len(keys(it)) == 2
