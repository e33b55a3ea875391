"""§8 of the reference: who may read a channel is decided by flags."""

from typing import Any

import pytest

from connectors.slack.channel_refs import described_channel
from connectors.slack.ids import channel_id

PUBLIC = {"id": "C1", "name": "general", "is_channel": True, "is_private": False, "shared_team_ids": ["T1"]}


@pytest.mark.parametrize(
    ("flags", "visibility", "external"),
    [
        ({}, "public", False),
        ({"is_private": True}, "private", False),
        ({"is_group": True}, "private", False),
        ({"is_mpim": True}, "private", False),
        ({"is_im": True}, "direct", False),
        ({"is_private": None}, "private", False),
        ({"is_private": "false"}, "private", False),
        ({"is_ext_shared": True}, "private", True),
        ({"is_pending_ext_shared": True}, "private", True),
        ({"pending_shared": ["T2"]}, "private", True),
        ({"connected_team_ids": ["T2"]}, "private", True),
        ({"is_org_shared": True, "shared_team_ids": ["T1", "T3"]}, "private", True),
        ({"is_org_shared": True, "shared_team_ids": []}, "private", True),
        ({"is_org_shared": True, "shared_team_ids": ["T1"]}, "public", False),
        ({"is_im": True, "is_ext_shared": True}, "direct", True),
        ({"is_archived": True}, "public", False),
    ],
)
def test_who_may_read_a_channel(flags: dict[str, Any], visibility: str, external: bool) -> None:
    ref = described_channel(channel_id("C1"), {**PUBLIC, **flags}, workspace_id="T1")
    assert (ref.visibility, ref.external) == (visibility, external)
    assert ref.archived == bool(flags.get("is_archived"))


def test_the_first_letter_of_the_id_says_nothing() -> None:
    assert described_channel(channel_id("G1"), PUBLIC, workspace_id="T1").visibility == "public"
    closed = {**PUBLIC, "is_private": True}
    assert described_channel(channel_id("C1"), closed, workspace_id="T1").visibility == "private"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("general", "general"),
        ("mpdm-ann--bo--eva-1", "ann, bo, eva"),
        ("mpdm-notes", "mpdm-notes"),
        ("", "C1"),
        ("a\nb", "a b"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert described_channel(channel_id("C1"), {**PUBLIC, "name": name}, workspace_id="T1").name == shown
