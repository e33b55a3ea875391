"""What must say something else: an app takes it back for a day; elsewhere it stays, and the archive is right."""

from collections.abc import AsyncIterator

import pytest

from connectors.connector import Revision
from connectors.events import MessageEdited, RecordId
from tests.unit.connectors.wecom.companies import BOB, GROUP, Company, channel, company, group, post


@pytest.fixture
async def acme() -> AsyncIterator[Company]:
    async with company() as made:
        yield made


def revision(channel_id: str, text: str = "Nothing is left.") -> Revision:
    return Revision(
        answer_id="post-1",
        record_id=RecordId("wecom:own:post-1"),
        channel=channel(channel_id),
        text=text,
        citations=(),
        language="en",
    )


async def test_an_app_takes_back_what_it_said_and_says_the_new(acme: Company) -> None:
    async with acme.connector("apps") as wecom:
        await wecom.post(post(BOB))
        for _ in range(2):
            await wecom.revise(revision("wecom:direct:app:bob"))
        assert [shown.text for shown in acme.fake.screen.of("bob")] == ["Nothing is left."]
        await wecom.revise(revision("wecom:direct:app:bob", "Still less."))
        assert [shown.text for shown in acme.fake.screen.of("bob")] == ["Still less."]
    assert acme.fake.ledger.refusals == []


async def test_what_a_webhook_said_stays_and_the_archive_is_right(acme: Company) -> None:
    async with acme.connector("webhooks") as wecom:
        await wecom.post(post(group()))
        for _ in range(2):
            await wecom.revise(revision(f"wecom:{GROUP}"))
    (shown,) = acme.fake.screen.of(GROUP)
    assert "has arrived" in shown.text
    edits = [event for event in acme.host.events if isinstance(event, MessageEdited)]
    assert [(event.record_id, event.text) for event in edits] == [("wecom:own:post-1", "Nothing is left.")]


async def test_a_message_that_cannot_be_taken_back_is_left_beside_the_new_one(acme: Company) -> None:
    async with acme.connector("apps") as wecom:
        await wecom.post(post(BOB))
        acme.fake.faults.refuse_next("message/recall", 60111)
        await wecom.revise(revision("wecom:direct:app:bob"))
    assert acme.fake.screen.of("bob")[-1].text == "Nothing is left."
