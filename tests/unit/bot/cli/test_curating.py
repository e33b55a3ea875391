"""``curate``: adding, listing, approving and removing standard answers."""

import json

import pytest

from tests.unit.bot.cli.conftest import Shiguang


def test_one_is_added_listed_and_removed(shiguang: Shiguang) -> None:
    added = shiguang("curate", "add", "Wi-Fi?", "At the door.", "--variant", "网络密码？", "--owner", "Maya", "--json")
    assert added.exit_code == 0, added.output
    kept = json.loads(added.stdout)["id"]
    (listed,) = json.loads(shiguang("curate", "list", "--json").stdout)["standard_answers"]
    assert (listed["id"], listed["state"], listed["variants"], listed["owner"]) == (
        kept,
        "approved",
        ["网络密码？"],
        "Maya",
    )
    assert "At the door." in shiguang("curate", "list").stdout
    assert shiguang("curate", "remove", kept).exit_code == 0
    assert json.loads(shiguang("curate", "list", "--json").stdout) == {"standard_answers": []}


@pytest.mark.parametrize(
    "arguments",
    [
        ("approve", "nothing"),
        ("remove", "nothing"),
        ("add", "q", "a", "--until", "soon"),
        ("add", "q", "a", "--channel", "nowhere"),
        ("add", " ", "a"),
    ],
)
def test_what_does_not_exist_or_is_not_understood_is_one_sentence(
    shiguang: Shiguang, arguments: tuple[str, ...]
) -> None:
    result = shiguang("curate", *arguments)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
