"""``operators``: adding, listing and removing."""

import json

from tests.unit.bot.cli.conftest import Shiguang


def test_one_is_added_listed_and_removed(shiguang: Shiguang) -> None:
    assert "shiguang operators add" in shiguang("operators", "list").output
    added = shiguang("operators", "add", "Maya", "--role", "viewer")
    assert added.exit_code == 0, added.output
    token = added.stdout.strip()
    assert len(token) >= 32
    assert " " not in token
    listed = json.loads(shiguang("operators", "list", "--json").stdout)["operators"]
    assert [(one["name"], one["role"], one["seen_at"]) for one in listed] == [("Maya", "viewer", None)]
    assert token not in shiguang("operators", "list").output
    assert shiguang("operators", "remove", "Maya").exit_code == 0
    again = shiguang("operators", "remove", "Maya")
    assert again.exit_code == 1
    assert "not_found" in again.output
