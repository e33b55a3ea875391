"""What was heard live, in whatever order, ends as what the history shows: messages are one record wherever read.

Holds that applying is the same in any order and any number of times, for everything that happens in a channel.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bot.truth.applier import Applier
from bot.truth.inbox import Lane, Received
from bot.truth.tables import Base, FileRow, MessageRow, ReactionRow
from connectors.events import Event
from connectors.slack.directory import SlackDirectory
from connectors.slack.fields import objects_of, text_of
from connectors.slack.translating import SlackTranslator
from tests.fakes.slack.channel import Channel
from tests.fakes.slack_site import SiteInTest, slack_site

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Day:
    """A day in one channel, as heard and as read."""

    live: list[list[Event]]
    """A list for each event of Slack."""
    history: list[Event]
    counts: dict[str, int]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day() -> AsyncIterator[Day]:
    async with slack_site(
        directory=SlackDirectory,
        translator=lambda site: SlackTranslator(site.me, site.configuration, site.directory),
    ) as it:
        it.slack.limits.change("chat.startStream", None)
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        await _play(it, general)
        translator = it.site.translator
        assert isinstance(translator, SlackTranslator)
        heard = [json.loads(json.dumps(delivery.event)) for delivery in it.slack.deliveries.log]
        live = [list(await translator.events(event, event_time=0.0)) for event in heard]
        yield Day(live, await _read(it, general), dict(translator.counts))


async def _play(it: SiteInTest, general: Channel) -> None:
    people, sharing, api = it.slack.people, it.slack.sharing, it.site.api
    bob = it.workspace.add_person("bob")
    it.slack.places.join(bob, general)
    people.edit(people.post(it.ann, general, "the amber plan"), "the jade plan for <@" + bob.id + ">")
    head = people.post(it.ann, general, f"<@{it.bot.id}> when do we ship?")
    people.post(bob, general, "friday", thread=head)
    people.post(bob, general, "fyi: friday", thread=head, broadcast=True)
    people.recount_replies(head)
    gone = people.post(it.ann, general, "who ordered the onyx?")
    people.post(bob, general, "not me", thread=gone)
    people.delete(gone)
    people.delete(people.post(bob, general, "wrong channel"))
    link = people.post(bob, general, "see https://example.com/")
    people.unfurl(link)
    people.pin(bob, link)
    people.say_of_oneself(it.ann, general, "waves")
    people.post_by_integration(general, "build passed")
    people.special(general, it.ann, "reminder", "reminder_add")
    it.slack.places.set_topic(it.ann, general, "shipping")
    _share_files(it, general)
    people.react(bob, head, "+1::skin-tone-3")
    people.react(bob, head, "eyes")
    people.unreact(bob, head, "eyes")
    answer = {"type": "context_actions", "block_id": "answer:a-1", "elements": [_FEEDBACK]}
    stream = await api.call(
        "chat.startStream", channel=general.id, thread_ts=head.ts, markdown_text="On ",
        recipient_user_id=it.ann.id, recipient_team_id=it.workspace.id,
    )  # fmt: skip
    await api.call("chat.appendStream", channel=general.id, ts=text_of(stream, "ts"), markdown_text="friday [1].")
    await api.call("chat.stopStream", channel=general.id, ts=text_of(stream, "ts"), blocks=[answer])
    progress = await api.call("chat.postMessage", channel=general.id, text="Searching…")
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "On monday."}}
    await api.call(
        "chat.update", channel=general.id, ts=text_of(progress, "ts"), text="On monday.",
        blocks=[section, {**answer, "block_id": "answer:a-2"}],
    )  # fmt: skip
    sharing.upload(bob, general, "last.txt", b"x")


def _share_files(it: SiteInTest, general: Channel) -> None:
    sharing, workspace = it.slack.sharing, it.workspace
    sharing.upload(it.ann, general, "beryl.txt", b"beryl", text="prices")
    withdrawn = sharing.add(workspace, it.ann, "opal.txt", b"opal")
    sharing.share(it.ann, general, withdrawn, text="wrong one")
    sharing.withdraw(withdrawn, general, it.ann)
    deleted = sharing.add(workspace, it.ann, "ruby.txt", b"ruby")
    sharing.share(it.ann, general, deleted)
    sharing.delete(deleted)
    sharing.share(it.ann, general, sharing.add(workspace, it.ann, "far.doc", b"", mode="external"))
    sharing.share(it.ann, general, sharing.add(workspace, it.ann, "stub.doc", b"s", is_stub_in_messages=True))


async def _read(it: SiteInTest, general: Channel) -> list[Event]:
    found = await it.site.api.call("conversations.history", channel=general.id, limit=200)
    messages = list(objects_of(found, "messages"))
    for head in [message for message in messages if text_of(message, "thread_ts") == text_of(message, "ts")]:
        answer = await it.site.api.call("conversations.replies", channel=general.id, ts=text_of(head, "ts"))
        messages += objects_of(answer, "messages")
    return [event for message in messages for event in await it.site.translator.history(message, general.id)]


def _truth(batches: Sequence[Sequence[Event]]) -> dict[str, Any]:
    """What is there in the end; deleted messages and removed files are not."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    known: set[str] = set()
    with engine.connect() as connection:
        for batch in batches:
            new = {event.event_id: event for event in batch if event.event_id not in known}
            known.update(new)
            session = Session(connection)
            Applier(session).apply([Received(number, Lane.LIVE, event, 0) for number, event in enumerate(new.values())])
            session.commit()
        session = Session(connection)
        messages = {
            row.record_id: (row.text, row.author_id, row.thread_id, row.system, row.answer_id, row.permalink)
            for row in session.scalars(select(MessageRow).where(MessageRow.deleted_at.is_(None)))
        }
        files = {
            row.file_id: (row.name, row.status, row.reason)
            for row in session.scalars(select(FileRow).where(FileRow.removed_at.is_(None)))
        }
        there = select(ReactionRow).where(ReactionRow.present)
        reactions = {(row.record_id, row.emoji, row.person_id) for row in session.scalars(there)}
    engine.dispose()
    return {"messages": messages, "files": files, "reactions": reactions}


async def test_everything_is_understood(day: Day) -> None:
    assert day.counts == {}


async def test_what_was_heard_is_what_is_read(day: Day) -> None:
    heard, read = _truth(day.live), _truth([day.history])
    assert heard == read
    texts = {text: (system, answer) for text, _, _, system, answer, _ in heard["messages"].values()}
    assert {"the jade plan for @bob", "friday", "fyi: friday", "not me", "waves", "build passed"} <= texts.keys()
    assert not {"who ordered the onyx?", "wrong channel", "This message was deleted."} & texts.keys()
    assert (texts["On friday [1]."], texts["On monday."]) == ((False, "a-1"), (False, "a-2"))
    names = {name for name, *_ in heard["files"].values()}
    assert len(names) == 4
    assert {"beryl.txt", "far.doc", "last.txt"} < names, "and a stub without a name"
    assert {emoji for _, emoji, _ in heard["reactions"]} == {"+1::skin-tone-3"}


async def test_hearing_it_in_any_order_and_reading_it_at_any_time_end_the_same(day: Day) -> None:
    whole = _truth(day.live)
    for seed in range(12):
        random = Random(seed)
        shuffled = [*day.live, *random.choices(day.live, k=10), day.history]
        random.shuffle(shuffled)
        assert _truth(shuffled) == whole, f"seed {seed}"


_FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "answer_feedback",
    "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "up:a-1"},
    "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "down:a-1"},
}
