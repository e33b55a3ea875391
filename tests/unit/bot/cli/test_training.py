"""``feedback export``, ``check`` and ``consent``."""

import json
from pathlib import Path

import pytest

from tests.unit.bot.cli.conftest import Lines, Shiguang


def test_consent_is_kept_listed_and_taken_back(shiguang: Shiguang, lines: Lines) -> None:
    assert shiguang("import", "jsonl", str(lines("The launch is on Friday"))).exit_code == 0
    assert json.loads(shiguang("feedback", "consent", "--json").stdout) == {"consents": []}
    assert shiguang("feedback", "consent", "--channel", "launch", "--say", "yes").exit_code == 0
    assert shiguang("feedback", "consent", "--person", "Ann", "--say", "no").exit_code == 0
    listed = json.loads(shiguang("feedback", "consent", "--json").stdout)["consents"]
    assert [(one["kind"], one["name"], one["allowed"]) for one in listed] == [
        ("channel", "launch", True),
        ("person", "Ann", False),
    ]
    assert shiguang("feedback", "consent", "--person", "Ann", "--say", "unsaid").exit_code == 0
    assert len(json.loads(shiguang("feedback", "consent", "--json").stdout)["consents"]) == 1


def test_standard_answers_are_exported_checked_and_taken_out(shiguang: Shiguang, tmp_path: Path) -> None:
    added = shiguang("curate", "add", "Where is the key?", "At the door.", "--json")
    out = tmp_path / "team.jsonl"
    told = json.loads(shiguang("feedback", "export", "--format", "sft", "--out", str(out), "--json").stdout)
    assert (told["rows"], told["kinds"]) == (1, {"curated": 1})
    assert json.loads(out.read_text("utf-8"))["messages"][-1]["content"] == "At the door."
    assert "no row must go" in shiguang("feedback", "check", str(out)).stdout
    shiguang("curate", "remove", json.loads(added.stdout)["id"])
    assert json.loads(shiguang("feedback", "check", str(out), "--json").stdout)["gone"] == [1]
    assert shiguang("feedback", "check", str(out), "--remove").exit_code == 0
    assert out.read_text("utf-8") == ""


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("export", "--format", "sft", "--out", "nowhere/x.jsonl"), 1),
        (("export", "--format", "csv", "--out", "x.jsonl"), 2),
        (("check", "nothing.jsonl"), 1),
        (("consent", "--channel", "nowhere", "--say", "yes"), 1),
        (("consent", "--channel", "launch"), 2),
        (("consent", "--say", "yes"), 2),
    ],
)
def test_what_is_wrong_is_one_sentence(shiguang: Shiguang, arguments: tuple[str, ...], status: int) -> None:
    result = shiguang("feedback", *arguments)
    assert result.exit_code == status
    assert "Traceback" not in result.output


def test_arms_are_told_once_an_adapter_has_answered(shiguang: Shiguang) -> None:
    assert "no adapter has answered" in shiguang("feedback", "arms").stdout
    assert json.loads(shiguang("feedback", "arms", "--json").stdout) == {"comparisons": []}


def test_who_forgets_is_told_of_files_that_lie_elsewhere(shiguang: Shiguang, lines: Lines, tmp_path: Path) -> None:
    """Invariant 3: a file that was exported is out of reach, and said to be."""
    assert shiguang("import", "jsonl", str(lines("The launch is on Friday", "The party is on Monday"))).exit_code == 0
    assert "feedback check" not in shiguang("forget", "--channel", "launch", "--before", "2020-01-01", "--yes").output
    assert shiguang("feedback", "export", "--format", "sft", "--out", str(tmp_path / "x.jsonl")).exit_code == 0
    assert "feedback check" in shiguang("forget", "--channel", "launch", "--before", "2020-01-01", "--yes").output
