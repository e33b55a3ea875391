"""Messages beside the evidence: an answer that cites one of them points to the right place."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.truth.conversations import conversations_of, messages_of
from bot.truth.talk import place_with_neighbours


def places_of(session: Session, record_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """Each message with the one before and the one after it in its conversation.

    A message that is alone in its conversation, or has none, has those of its thread or channel.
    """
    wanted = list(dict.fromkeys(record_ids))
    conversations = conversations_of(session, wanted)
    members = {conversation: messages_of(session, conversation) for conversation in set(conversations.values())}
    places: dict[str, frozenset[str]] = {}
    alone: list[str] = []
    for record_id in wanted:
        talk = members.get(conversations.get(record_id, ""), [])
        if record_id in talk and len(talk) > 1:
            at = talk.index(record_id)
            places[record_id] = frozenset(talk[max(0, at - 1) : at + 2])
        else:
            alone.append(record_id)
    placed = {place.spoken.record_id: place.surroundings for place in place_with_neighbours(session, alone)}
    for record_id in alone:
        near = placed[record_id].neighbours if record_id in placed else {}
        places[record_id] = frozenset({record_id, *(near[at].record_id for at in (-1, 1) if at in near)})
    return places
