"""forget, retention, backup and restore as they are typed."""

import json
from pathlib import Path

import pytest

from tests.unit.bot.cli.conftest import Lines, Shiguang


def _texts(shiguang: Shiguang, words: str) -> list[str]:
    return sorted(result["text"] for result in json.loads(shiguang("search", words, "--json").stdout)["results"])


def test_forget_asks_shows_and_hands_out_a_receipt(shiguang: Shiguang, lines: Lines, tmp_path: Path) -> None:
    assert shiguang("import", "jsonl", str(lines("apple one", "apple two"))).exit_code == 0
    assert shiguang("import", "jsonl", str(lines("apple three", user="Bo", first=7))).exit_code == 0
    assert shiguang("forget").exit_code == 2
    assert shiguang("forget", "--user", "Nobody", "--yes").exit_code == 1
    shown = json.loads(shiguang("forget", "--user", "Ann", "--dry-run", "--json").stdout)
    assert shown["would_remove"]["messages"] == 2
    declined = shiguang("forget", "--user", "Ann")
    assert declined.exit_code == 1, "no answer is no"
    assert len(_texts(shiguang, "apple")) == 3
    receipt = tmp_path / "receipt.json"
    result = shiguang("forget", "--user", "Ann", "--yes", "--json", "--receipt", str(receipt))
    assert result.exit_code == 0
    [document] = json.loads(result.stdout)["receipts"]
    assert document["removed"]["messages"] == 2
    assert document["left"] == {"passages": 0}
    assert set(document["not_reached"]) >= {"backups", "others", "platform"}
    assert json.loads(receipt.read_text("utf-8")) == json.loads(result.stdout)
    assert _texts(shiguang, "apple") == ["apple three"]
    again = tmp_path / "again.jsonl"
    again.write_text((tmp_path / "launch-1.jsonl").read_text("utf-8").replace("jsonl:1", "jsonl:1 "), "utf-8")
    assert shiguang("import", "jsonl", str(again)).exit_code == 0
    assert _texts(shiguang, "apple") == ["apple three"], "an import brings nothing back"


@pytest.mark.parametrize(("language", "title"), [("en_US.UTF-8", "Receipt of erasure"), ("zh_CN.UTF-8", "清除回执")])
def test_receipts_are_in_both_languages(
    shiguang: Shiguang, lines: Lines, monkeypatch: pytest.MonkeyPatch, language: str, title: str
) -> None:
    assert shiguang("import", "jsonl", str(lines("apple one"))).exit_code == 0
    monkeypatch.setenv("LC_ALL", language)
    assert title in shiguang("forget", "--channel", "launch", "--before", "2027-01-01", "--yes").stdout


def test_retention_is_listed_set_and_run(shiguang: Shiguang, lines: Lines) -> None:
    assert shiguang("import", "jsonl", str(lines("apple one"))).exit_code == 0
    assert "launch  forever (default)" in shiguang("retention", "list").stdout
    assert shiguang("retention", "set", "launch", "soon").exit_code == 2
    assert shiguang("retention", "set", "nowhere", "3").exit_code == 1
    assert shiguang("retention", "set", "launch", "1").exit_code == 0
    listed = json.loads(shiguang("retention", "list", "--json").stdout)
    assert listed["channels"][0] == {
        "channel_id": listed["channels"][0]["channel_id"], "channel": "launch", "keep_days": 1, "own_rule": True,
    }  # fmt: skip
    [document] = json.loads(shiguang("retention", "run", "--json").stdout)["receipts"]
    assert document["removed"]["messages"] == 1
    assert _texts(shiguang, "apple") == []
    assert json.loads(shiguang("retention", "run", "--json").stdout) == {"receipts": []}


def test_a_backup_round_trip_keeps_what_search_finds(
    shiguang: Shiguang, lines: Lines, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shiguang("import", "jsonl", str(lines("apple one", "apple two", "pear"))).exit_code == 0
    before = json.loads(shiguang("search", "apple", "--json").stdout)["results"]
    plain, whole = str(tmp_path / "plain"), str(tmp_path / "whole")
    assert json.loads(shiguang("backup", plain, "--json").stdout)["messages"] == 3
    copied = shiguang("backup", whole, "--with-vectors")
    assert copied.exit_code == 0, copied.stderr
    assert shiguang("backup", whole).exit_code == 1, "an existing file is not overwritten"
    assert shiguang("restore", plain).exit_code == 1, "the home is in use"
    assert shiguang("restore", plain, "--force").exit_code == 0
    for number, source in enumerate((plain, whole)):
        monkeypatch.setenv("SHIGUANG_HOME", str(home.with_name(f"home-{number}")))
        told = json.loads(shiguang("restore", source, "--json").stdout)
        assert (told["with_vectors"], told["searchable"]) == (source == whole, True)
        assert told["reindexed"] == (None if source == whole else 3)
        after = json.loads(shiguang("search", "apple", "--json").stdout)["results"]
        assert after == before
        assert json.loads(shiguang("doctor", "archive", "--json").stdout)["state"] == "agrees"


def test_nothing_to_back_up_and_a_damaged_backup_are_said_in_one_sentence(shiguang: Shiguang, tmp_path: Path) -> None:
    missing = shiguang("backup", str(tmp_path / "b"))
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 2)
    (tmp_path / "b").write_bytes(b"no backup")
    damaged = shiguang("restore", str(tmp_path / "b"))
    assert damaged.exit_code == 1
    assert "[backup_refused]" in damaged.stderr


def test_vectors_that_were_copied_before_the_truth_are_caught_up_with(
    shiguang: Shiguang, lines: Lines, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import bot.cli.safekeeping

    assert shiguang("import", "jsonl", str(lines("apple one", "apple two"))).exit_code == 0
    original = bot.cli.safekeeping._copy_vectors

    async def then_something_is_said(settings: object, target: Path) -> object:
        made_by = await original(settings, target)  # type: ignore[arg-type]  # the settings of the command
        from bot.cli.archiving import import_jsonl

        await import_jsonl(lines("apple three", first=9), as_json=False)
        return made_by

    monkeypatch.setattr(bot.cli.safekeeping, "_copy_vectors", then_something_is_said)
    assert shiguang("backup", str(tmp_path / "b"), "--with-vectors").exit_code == 0
    monkeypatch.setenv("SHIGUANG_HOME", str(home.with_name("restored")))
    assert shiguang("restore", str(tmp_path / "b")).exit_code == 0
    assert shiguang("import", "jsonl", str(lines("apple four", first=20))).exit_code == 0
    assert _texts(shiguang, "apple") == ["apple four", "apple one", "apple three", "apple two"]
    assert json.loads(shiguang("doctor", "archive", "--json").stdout)["state"] == "agrees"
