"""Reactions become events: those that happen, each with its time, and those that the history lists, without one."""

from datetime import datetime

from connectors.events import Event, ReactionChanged
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.payload_ids import PayloadUnreadable, is_slack_id, slack_id, ts_and_moment
from connectors.slack.places import Place
from connectors.slack.reactions import emoji_name, reactions_of
from connectors.slack.site import Directory


class ReactionEvents:
    """Methods raise ``PayloadUnreadable``."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def happened(self, event: Payload, place: Place, *, event_at: datetime) -> list[Event]:
        """``reaction_added`` or ``reaction_removed`` on a message."""
        ts, _ = ts_and_moment(object_of(event, "item"), "ts")
        user_id, emoji = slack_id(event, "user"), emoji_name(text_of(event, "reaction"))
        if not emoji:
            msg = "no emoji"
            raise PayloadUnreadable(msg)
        present = text_of(event, "type") == "reaction_added"
        event_ts = text_of(event, "event_ts")
        return [
            ReactionChanged(
                event_id=reaction_event_id(place.record(ts), emoji, user_id, present=present, event_ts=event_ts),
                occurred_at=event_at,
                record_id=place.record(ts),
                person=await self._directory.person(user_id),
                emoji=emoji,
                present=present,
            )
        ]

    async def listed(self, message: Payload, place: Place) -> list[Event]:
        """Those that a message from the history has: as old as the message, so that whatever happened is newer."""
        ts, at = ts_and_moment(message, "ts")
        return [
            ReactionChanged(
                event_id=f"{place.record(ts)}:reaction:{emoji}:{user_id}:+",
                occurred_at=at,
                record_id=place.record(ts),
                person=await self._directory.person(user_id),
                emoji=emoji,
                present=True,
            )
            for emoji, user_ids in reactions_of(message)
            for user_id in user_ids
            if is_slack_id(user_id)
        ]


def reaction_event_id(record_id: str, emoji: str, user_id: str, *, present: bool, event_ts: str) -> str:
    """The same on every delivery of one reaction that was given or taken away."""
    return f"{record_id}:reaction:{emoji}:{user_id}:{'+' if present else '-'}{event_ts}"
