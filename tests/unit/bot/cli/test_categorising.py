"""Categories and topics on the command line."""

import json

import pytest

from tests.unit.bot.cli.conftest import Lines, Shiguang

pytestmark = pytest.mark.usefixtures("home")


def _categories(shiguang: Shiguang) -> dict[str, dict[str, object]]:
    found = shiguang("categories", "list", "--json")
    assert found.exit_code == 0, found.stderr
    return {row["id"]: row for row in json.loads(found.stdout)["categories"]}


def test_the_starting_set_is_listed_in_both_languages(shiguang: Shiguang) -> None:
    known = _categories(shiguang)
    assert list(known) == [
        "decision", "action_item", "question", "answer", "announcement", "document", "link", "number", "small_talk",
    ]  # fmt: skip
    assert (known["decision"]["name_zh"], known["decision"]["name_en"]) == ("决定", "decision")


def test_the_team_has_categories_of_its_own(shiguang: Shiguang) -> None:
    assert shiguang("categories", "add", "risk", "--zh", "风险", "--en", "risk").exit_code == 0
    taken = shiguang("categories", "add", "danger", "--en", "RISK")
    assert taken.exit_code == 1
    assert "taken" in taken.stderr
    assert shiguang("categories", "rename", "风险", "--en", "hazard").exit_code == 0
    assert _categories(shiguang)["risk"]["name_en"] == "hazard"
    assert shiguang("categories", "archive", "small talk").exit_code == 0
    assert "small_talk" not in _categories(shiguang)
    assert shiguang("categories", "add", "Bad Id").exit_code == 2


def test_a_category_narrows_search_and_timeline_by_any_of_its_names(shiguang: Shiguang, lines: Lines) -> None:
    file = lines("we read https://example.com/menu", "the menu has soup", "the menu was long")
    assert shiguang("import", "jsonl", str(file)).exit_code == 0
    for name in ("link", "链接", "LINK"):
        found = json.loads(shiguang("search", "menu", "--category", name, "--json").stdout)["results"]
        assert {record for item in found for record in item["record_ids"]} >= {"jsonl:1"}
        assert all("link" in item["categories"] for item in found)
    records = json.loads(shiguang("timeline", "--category", "link", "--json").stdout)["records"]
    assert {record["record_ids"][-1] for record in records} == {"jsonl:1"}
    unknown = shiguang("search", "menu", "--category", "recipes")
    assert unknown.exit_code == 1
    assert "action_item" in unknown.stderr


def test_a_correction_counts_at_once_and_can_be_taken_back(shiguang: Shiguang, lines: Lines) -> None:
    assert shiguang("import", "jsonl", str(lines("the soup stays on the menu", "other words"))).exit_code == 0

    def decided() -> list[str]:
        found = json.loads(shiguang("search", "soup", "--category", "decision", "--json").stdout)["results"]
        return [item["record_ids"][0] for item in found]

    shiguang("categories", "correct", "jsonl:1", "decision", "--remove")
    assert decided() == []
    corrected = shiguang("categories", "correct", "jsonl:1", "决定")
    assert corrected.exit_code == 0, corrected.stderr
    assert decided() == ["jsonl:1"]
    assert _categories(shiguang)["decision"]["records"] == 1
    shiguang("categories", "correct", "jsonl:1", "decision", "--remove", "--as", "Ann")
    assert decided() == []
    assert shiguang("categories", "correct", "nothing", "decision").exit_code == 1


def test_topics_of_a_small_archive_are_none_and_said_so(shiguang: Shiguang, lines: Lines) -> None:
    assert shiguang("import", "jsonl", str(lines("one", "two"))).exit_code == 0
    assert json.loads(shiguang("topics", "refresh", "--json").stdout) == {"topics": []}
    assert "shiguang topics refresh" in shiguang("topics", "list").stderr
