"""``curate``: adding, listing, approving and removing standard answers."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.unit.bot.cli.conftest import Lines, Shiguang


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


def _add(shiguang: Shiguang, *more: str) -> str:
    added = shiguang("curate", "add", "Gate code?", "4410 [1].", *more, "--json")
    assert added.exit_code == 0, added.output
    return str(json.loads(added.stdout)["id"])


def _shown(shiguang: Shiguang, standard_answer_id: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(shiguang("curate", "show", standard_answer_id, "--json").stdout)
    return document


def test_one_with_a_source_is_for_its_readers_and_waits_for_a_look_after_an_edit(
    shiguang: Shiguang, lines: Lines, home: Path
) -> None:
    assert shiguang("import", "jsonl", str(lines("the gate code is 4410"))).exit_code == 0
    kept = _add(shiguang, "--source", "jsonl:1", "--owner", "Maya")
    one = _shown(shiguang, kept)
    assert [source["record_id"] for source in one["sources"]] == ["jsonl:1"]
    assert one["channels"] == ["console:launch"]
    assert (one["needs_attention"], one["given"], one["up"], one["down"]) == (None, 0, 0, 0)
    with closing(sqlite3.connect(home / "truth.db")) as truth:
        truth.execute("UPDATE standard_answers SET contested_by = 'jsonl:1', contested_at = '2026-11-03 00:00:00'")
        truth.commit()
    assert _shown(shiguang, kept)["needs_attention"] == "source_edited"
    assert "edited" in shiguang("curate", "list").stdout
    assert shiguang("curate", "approve", kept).exit_code == 0
    assert (_shown(shiguang, kept)["needs_attention"], _shown(shiguang, kept)["owner"]) == (None, "Maya")
    assert "#launch" in shiguang("curate", "show", kept).stdout


def test_what_is_not_named_stays_and_everything_is_in_the_audit(shiguang: Shiguang, lines: Lines, home: Path) -> None:
    assert shiguang("import", "jsonl", str(lines("the gate code is 4410", "it is 5521 now"))).exit_code == 0
    kept = _add(shiguang, "--source", "jsonl:1", "--variant", "Code of the gate?", "--owner", "Maya")
    edited = shiguang("curate", "edit", kept, "--text", "5521 [1].", "--source", "jsonl:2", "--until", "2999-12-31")
    assert edited.exit_code == 0, edited.output
    one = _shown(shiguang, kept)
    assert (one["text"], one["question"], one["variants"]) == ("5521 [1].", "Gate code?", ["Code of the gate?"])
    assert (one["owner"], one["valid_until"][:10]) == ("Maya", "2999-12-31")
    assert [source["record_id"] for source in one["sources"]] == ["jsonl:2"]
    assert shiguang("curate", "edit", kept, "--text", "See [2].").exit_code == 1, "no such source"
    assert shiguang("curate", "remove", kept, "--json").exit_code == 0
    with closing(sqlite3.connect(home / "truth.db")) as truth:
        audit = truth.execute("SELECT action, target, detail FROM audit ORDER BY audit_id").fetchall()
    assert [(action, target) for action, target, _ in audit] == [
        (f"standard_answer_{done}", kept) for done in ("added", "edited", "removed")
    ]
    assert re.search(r"\b4410\b", str(audit)) is None
