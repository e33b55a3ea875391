"""Reactions in a Slack export: one event a person and emoji, without a time of their own."""

from pathlib import Path

from connectors.events import MessagePosted, ReactionChanged
from tests.fakes.slack_export import events_of


def test_reactions_by_person_and_emoji(tmp_path: Path) -> None:
    message, *reactions = events_of(tmp_path, MESSAGE)
    assert isinstance(message, MessagePosted)
    found = [(r.emoji, r.person.name, r.present, r.record_id) for r in reactions if isinstance(r, ReactionChanged)]
    assert found == [
        ("+1::skin-tone-3", "ann", True, message.record_id),
        ("+1::skin-tone-3", "Bob 王", True, message.record_id),
        ("tada", "U404", True, message.record_id),
    ]
    assert {reaction.occurred_at for reaction in reactions} == {message.occurred_at}


MESSAGE = {
    "type": "message",
    "user": "U1",
    "text": "released",
    "ts": "1700000000.000100",
    "reactions": [
        {"name": "+1::skin-tone-3", "users": ["U1", "U2"], "count": 2},
        {"name": "tada", "users": ["U404"], "count": 7},
    ],
}
