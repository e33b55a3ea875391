"""§8 of the reference: who is a guest, an outsider, a bot."""

from typing import Any

import pytest

from connectors.slack.person_refs import described_person, is_outsider, person_ref

MEMBER = {"id": "U1", "team_id": "T1", "name": "ann", "profile": {"display_name": "Ann", "real_name": "Ann Lee"}}


@pytest.mark.parametrize(
    ("flags", "is_guest", "is_bot"),
    [
        ({}, False, False),
        ({"is_restricted": True}, True, False),
        ({"is_ultra_restricted": True}, True, False),
        ({"is_stranger": True}, True, False),
        ({"team_id": "T2"}, True, False),
        ({"team_id": "E1", "enterprise_user": {"id": "W1", "teams": ["T9", "T1"]}}, False, False),
        ({"team_id": "T9", "enterprise_user": {"id": "W1", "teams": ["T9"]}}, True, False),
        ({"is_bot": True}, False, True),
        ({"deleted": True}, False, False),
    ],
)
def test_who_somebody_is(flags: dict[str, Any], is_guest: bool, is_bot: bool) -> None:
    found = described_person("U1", {**MEMBER, **flags}, workspace_id="T1")
    assert (found.is_guest, found.is_bot, found.name, found.person_id) == (is_guest, is_bot, "Ann", "slack:U1")


def test_slackbot_is_a_bot_whatever_its_object_says() -> None:
    assert described_person("USLACKBOT", {**MEMBER, "is_bot": False}, workspace_id="T1").is_bot


def test_names_as_people_see_them_on_one_line() -> None:
    assert described_person("U1", {"profile": {"real_name": " Ann\nLee "}}, workspace_id="T1").name == "Ann Lee"
    assert described_person("U1", {"name": "ann"}, workspace_id="T1").name == "ann"
    assert person_ref("U1", "").name == "U1"


def test_an_old_object_without_a_team_tells_of_no_outsider() -> None:
    assert not is_outsider({}, workspace_id="T1")
    assert not is_outsider({"team_id": "T2"}, workspace_id="")
