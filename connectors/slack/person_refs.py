"""Slack's user objects become people: the same from an export and from the Web API."""

from connectors.events import PersonRef
from connectors.slack.fields import Payload, first_text, is_set, object_of, text_of, texts_of, without_controls
from connectors.slack.ids import person_id

SLACKBOT = "USLACKBOT"
_NAME_LIMIT = 200


def person_ref(slack_id: str, name: str, *, is_bot: bool = False, is_guest: bool = False) -> PersonRef:
    """A person or an integration under their id; without a name they are called by it."""
    return PersonRef(
        person_id=person_id(slack_id),
        platform="slack",
        name=without_controls(name, limit=_NAME_LIMIT) or slack_id,
        is_bot=is_bot,
        is_guest=is_guest,
    )


def described_person(slack_id: str, user: Payload, *, workspace_id: str) -> PersonRef:
    """A user as their object tells. Guests are those who see only the channels that they are in."""
    profile = object_of(user, "profile")
    return person_ref(
        slack_id,
        first_text(profile, "display_name", "real_name") or first_text(user, "real_name", "name"),
        is_bot=is_set(user, "is_bot") or slack_id == SLACKBOT,
        is_guest=is_set(user, "is_restricted")
        or is_set(user, "is_ultra_restricted")
        or is_set(user, "is_stranger")
        or is_outsider(user, workspace_id=workspace_id),
    )


def is_outsider(user: Payload, *, workspace_id: str) -> bool:
    """Of another workspace; on an Enterprise Grid somebody belongs to all that the object lists."""
    team = text_of(user, "team_id")
    teams = texts_of(object_of(user, "enterprise_user"), "teams")
    return bool(team and workspace_id and team != workspace_id and workspace_id not in teams)
