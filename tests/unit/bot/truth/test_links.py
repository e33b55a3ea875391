"""Links in the truth. Invariants 2 and 3: any order ends in the same rows, and rows go with their words."""

import itertools

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bot.truth.applier import Applier
from bot.truth.inbox import Lane, Received
from bot.truth.links import link_id, links_of
from bot.truth.tables import Base, IndexQueueRow, LinkRow
from connectors.events import Event
from knowledge.address import addresses_in
from tests.builders import deleted, edited, posted, record

PLAN = "https://docs.example/plan"
PLAN_ID = link_id(record(1), addresses_in(PLAN)[0].digest)


def _apply(*events: Event, session: Session | None = None) -> Session:
    if session is None:
        engine = create_engine("sqlite://")
        Base.metadata.create_all(engine)
        session = Session(engine)
    for number, event in enumerate(events):
        Applier(session).apply([Received(number, Lane.LIVE, event, 0)])
        session.commit()
    return session


def _urls(session: Session) -> list[str]:
    return list(session.scalars(select(LinkRow.url).order_by(LinkRow.url)))


def test_a_link_is_a_record() -> None:
    session = _apply(posted(1, f"Pump plan ({PLAN}?utm_source=chat)"), posted(2, "no link"))

    [row] = links_of(session, [record(1), record(2)])[record(1)]

    assert (row.link_id, row.url, row.host, row.label) == (
        PLAN_ID,
        f"{PLAN}?utm_source=chat",
        "docs.example",
        "Pump plan",
    )
    assert row.channel_id == "console:launch"
    assert session.get(IndexQueueRow, PLAN_ID) is not None


def test_an_edit_replaces_links_and_queues_what_went() -> None:
    session = _apply(posted(1, PLAN))
    session.query(IndexQueueRow).delete()

    _apply(edited(1, "https://docs.example/other", minutes=5), session=session)

    assert _urls(session) == ["https://docs.example/other"]
    assert session.get(IndexQueueRow, PLAN_ID) is not None


def test_words_around_a_link_queue_it_again() -> None:
    session = _apply(posted(1, f"old words {PLAN}"))
    session.query(IndexQueueRow).delete()

    _apply(edited(1, f"new words {PLAN}", minutes=5), session=session)

    assert _urls(session) == [PLAN]
    assert session.get(IndexQueueRow, PLAN_ID) is not None


def test_a_deletion_removes_links() -> None:
    session = _apply(posted(1, PLAN), deleted(1))
    assert _urls(session) == []
    assert session.get(IndexQueueRow, PLAN_ID) is not None


@pytest.mark.parametrize(
    "order", list(itertools.permutations([posted(1, PLAN), edited(1, "https://docs.example/b", minutes=5), deleted(1)]))
)
def test_any_order_ends_without_links_of_a_deleted_message(order: tuple[Event, ...]) -> None:
    assert _urls(_apply(*order, *order)) == []


@pytest.mark.parametrize("order", list(itertools.permutations([posted(1, PLAN), edited(1, f"{PLAN}/b", minutes=5)])))
def test_any_order_ends_with_the_links_of_the_edit(order: tuple[Event, ...]) -> None:
    assert _urls(_apply(*order, *order)) == [f"{PLAN}/b"]


def test_notices_and_answers_of_the_bot_are_no_links() -> None:
    session = _apply(
        posted(1, PLAN).model_copy(update={"system": True}),
        posted(2, f"It is here: {PLAN}", answer_id="a1", minutes=3),
    )
    assert _urls(session) == []


def test_no_secret_of_an_address_is_kept_as_a_link() -> None:
    session = _apply(posted(1, "https://ann:hunter2@docs.example/plan?token=s3cret"))
    assert _urls(session) == ["https://docs.example/plan?token="]
