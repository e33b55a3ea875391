"""People who are renamed, become guests, are deactivated and come back, in any order (invariant 2)."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bot.truth.applier import Applier
from bot.truth.inbox import Lane, Received
from bot.truth.tables import Base, ChannelRow, MembershipRow, PersonRow
from connectors.events import ChannelChanged, ChannelRef, Event, MembershipChanged, PersonChanged, PersonRef
from tests.builders import at, channel, person

ANN = person("Ann")
ROOM, HALL = channel("room", "private"), channel("hall", "private")


def changed(minutes: float, *, active: bool = True, who: PersonRef = ANN) -> PersonChanged:
    return PersonChanged(event_id=f"person-{minutes}", occurred_at=at(minutes), person=who, active=active)


def joined(minutes: float, place: ChannelRef = ROOM, *, present: bool = True) -> MembershipChanged:
    return MembershipChanged(
        event_id=f"join-{minutes}-{place.name}", occurred_at=at(minutes), channel=place, person=ANN, present=present
    )


def _state(*events: Event) -> tuple[tuple[str, bool, bool], set[str]]:
    """Name, guest, active; and the channels that Ann is in."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        for seq, event in enumerate(events):
            session = Session(connection)
            Applier(session).apply([Received(seq, Lane.LIVE, event, 0)])
            session.commit()
        session = Session(connection)
        row = session.get_one(PersonRow, ANN.person_id)
        rooms = set(session.scalars(select(MembershipRow.channel_id).where(MembershipRow.present)))
        found = (row.name, row.is_guest, row.active), rooms
    engine.dispose()
    return found


def test_a_rename_and_a_guest_by_the_newest_word() -> None:
    newer = changed(5, who=ANN.model_copy(update={"name": "Anna", "is_guest": True}))
    assert _state(newer, changed(2))[0] == ("Anna", True, True)
    assert _state(changed(2), newer)[0] == ("Anna", True, True)


def test_who_is_deactivated_leaves_every_channel_and_needs_new_memberships_to_be_back() -> None:
    gone: list[Event] = [joined(1), joined(2, HALL), changed(3, active=False)]
    assert _state(*gone) == (("Ann", False, False), set())
    assert _state(*gone, changed(4)) == (("Ann", False, True), set())
    assert _state(*gone, changed(4), joined(5)) == (("Ann", False, True), {str(ROOM.channel_id)})


def test_a_list_of_members_from_before_brings_nobody_back() -> None:
    listed = ChannelChanged(event_id="listed", occurred_at=at(2), channel=ROOM, members=(ANN, person("Bo")))
    assert _state(changed(3, active=False), changed(4), listed)[1] == {str(ROOM.channel_id)}  # Bo's
    later = listed.model_copy(update={"occurred_at": at(5)})
    assert _state(joined(1, HALL), changed(3, active=False), changed(4), later)[1] == {str(ROOM.channel_id)}


STORY: list[Event] = [
    joined(1),
    joined(2, HALL),
    changed(3, active=False),
    changed(4),
    joined(5),
    joined(6, HALL),
    changed(7, active=False),
    joined(8, HALL),
    changed(9, who=ANN.model_copy(update={"name": "Anna"})),
    joined(2.5, present=False),
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(range(len(STORY))), again=st.lists(st.integers(0, len(STORY) - 1), max_size=4))
def test_any_order_and_any_repetition_end_in_the_same_state(order: list[int], again: list[int]) -> None:
    assert _state(*[STORY[number] for number in [*order, *again]]) == (("Anna", False, True), {str(HALL.channel_id)})


def test_whether_a_channel_is_external_is_what_was_said_last() -> None:
    shared = ROOM.model_copy(update={"external": True})

    def told(minutes: float, place: ChannelRef) -> Event:
        return ChannelChanged(event_id=f"c{minutes}", occurred_at=at(minutes), channel=place)

    for events, external in (
        ((told(1, ROOM), told(2, shared)), True),
        ((told(2, shared), told(1, ROOM)), True),
        ((told(1, shared), told(2, ROOM)), False),
    ):
        engine = create_engine("sqlite://")
        Base.metadata.create_all(engine)
        with engine.connect() as connection:
            session = Session(connection)
            Applier(session).apply([Received(seq, Lane.LIVE, event, 0) for seq, event in enumerate(events)])
            session.commit()
            assert session.get_one(ChannelRow, ROOM.channel_id).external is external
        engine.dispose()
