"""What is told of members: only what differs from what the archive believes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from connectors.events import ChannelChanged, ChannelRef, Event, MembershipChanged, PersonChanged, PersonRef

_MOST_IN_ONE = 200
"""Members told in one event; a longer list is told by who came and who went."""


def differences(
    ref: ChannelRef,
    members: Sequence[PersonRef],
    *,
    believed: ChannelRef | None,
    known: Sequence[PersonRef],
    at: datetime,
) -> Sequence[Event]:
    """Events after which the archive has this channel with these members, all of them as of ``at``.

    Of a public channel with very many it has those who are known to be there, guests and bots.
    """
    before = {person.person_id: person for person in known}
    now = {person.person_id: person for person in members}
    different = [person for key, person in now.items() if not is_same(before.get(key), person)]
    gone = [person for key, person in before.items() if key not in now]
    if believed == ref and not different and not gone:
        return []
    if len(now) <= _MOST_IN_ONE:
        return [_changed(ref, at, members)]
    if ref.visibility == "public":
        # Everybody of the workspace may read it, guests but when they are in it: who else is in it says nothing.
        different = [person for person in different if person.is_guest or person.is_bot or person.person_id in before]
    # Guests first: a list that is known in part must not look like one without them.
    different.sort(key=lambda person: not person.is_guest)
    return [
        *([] if believed == ref else [_changed(ref, at)]),
        *membership(ref, different, present=True, at=at),
        *membership(ref, gone, present=False, at=at),
    ]


def membership(ref: ChannelRef, people: Iterable[PersonRef], *, present: bool, at: datetime) -> list[Event]:
    """That these people are, or are not, in a channel."""
    return [
        MembershipChanged(event_id=_new_id(ref), occurred_at=at, channel=ref, person=person, present=present)
        for person in people
    ]


def described(ref: ChannelRef, *, at: datetime) -> Event:
    """How a channel is, without its members."""
    return _changed(ref, at)


def person_seen(person: PersonRef, *, active: bool, at: datetime) -> Event:
    """How a person is."""
    return PersonChanged(
        event_id=f"{person.person_id}:seen:{uuid4().hex}", occurred_at=at, person=person, active=active
    )


def is_same(known: PersonRef | None, told: PersonRef) -> bool:
    """Whether nothing about a person is news. Whoever was forgotten has no name any more, and gets none."""
    return known is not None and (known == told or known == told.model_copy(update={"name": ""}))


def _changed(ref: ChannelRef, at: datetime, members: Sequence[PersonRef] | None = None) -> ChannelChanged:
    return ChannelChanged(
        event_id=_new_id(ref), occurred_at=at, channel=ref, members=None if members is None else tuple(members)
    )


def _new_id(ref: ChannelRef) -> str:
    """Each time things are looked up it is told anew."""
    return f"{ref.channel_id}:seen:{uuid4().hex}"
