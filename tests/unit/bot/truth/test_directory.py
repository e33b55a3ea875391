"""Invariant 2: who is in a channel does not depend on the order in which it was told."""

from itertools import permutations

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bot.truth.applier import Applier
from bot.truth.inbox import Lane, Received
from bot.truth.tables import Base, MembershipRow
from connectors.events import Event, MembershipChanged
from tests.builders import at, channel, opened, person

ROOM = channel("room", "private")


def _told(name: str, minutes: float, *, present: bool) -> Event:
    return MembershipChanged(
        event_id=f"{name}-{minutes}", occurred_at=at(minutes), channel=ROOM, person=person(name), present=present
    )


STORY: list[Event] = [
    opened(ROOM, (person("Bo"), person("Dan")), minutes=3),
    _told("Bo", 4, present=False),
    _told("Bo", 5, present=True),
    _told("Cleo", 6, present=True),
    opened(ROOM, (person("Ann"), person("Eva")), minutes=10),
    _told("Ann", 12, present=False),
]
"""The list of minute 10 has neither Bo nor Cleo nor Dan, whatever was told of them before."""


def _members(events: list[Event]) -> dict[str, bool]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        session = Session(connection)
        for seq, event in enumerate(events):
            applier = Applier(session)
            applier.apply([Received(seq, Lane.LIVE, event, 0)])
        rows = {row.person_id: row.present for row in session.scalars(select(MembershipRow))}
    engine.dispose()
    return rows


def test_a_complete_list_counts_for_everybody_whatever_older_comes_later() -> None:
    members = {"console:Eva": True, "console:Ann": False}
    for events in list(permutations(STORY))[::37]:
        found = _members(list(events))
        assert {who for who, present in found.items() if present} == {"console:Eva"}, [e.event_id for e in events]
        assert members.items() <= found.items()
