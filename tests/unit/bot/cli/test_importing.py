"""import: what is said at the end, repeated imports, and records that cannot be indexed now."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.embedder import TinyEmbedder
from tests.unit.bot.cli.conftest import Lines, Shiguang


def test_twice_is_once(shiguang: Shiguang, lines: Lines) -> None:
    path = str(lines("the launch is on Tuesday"))
    first, second = (json.loads(shiguang("import", "jsonl", path, "--json").stdout) for _ in range(2))
    assert (first["messages"], second["messages"]) == (1, 1)
    assert (first["failed"], first["tried_again_later"], first["skipped"]) == (0, 0, [])
    records = json.loads(shiguang("timeline", "--json").stdout)["records"]
    assert len(records) == 1


def test_a_folder_of_files_is_read(shiguang: Shiguang, tmp_path: Path) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    (folder / "notes.txt").write_text("walnuts for everybody", "utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    result = shiguang("import", "files", str(folder), "--channel", "minutes", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(shiguang("search", "walnuts", "--json").stdout)["results"]
    assert (found[0]["kind"], found[0]["file"]["name"]) == ("file", "notes.txt")
    assert any(one["file"] and one["file"]["name"] == "broken.pdf" for one in found), "found by its name all the same"


def test_what_cannot_be_indexed_now_is_said_and_does_not_hold_the_command_up(
    shiguang: Shiguang, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = TinyEmbedder.embed_passages

    async def picky(self: TinyEmbedder, texts: Any) -> Any:
        if any("poison" in text for text in texts):
            raise ValueError("cannot embed this")
        return await embed(self, texts)

    monkeypatch.setattr(TinyEmbedder, "embed_passages", picky)
    report = json.loads(shiguang("import", "jsonl", str(lines("poison")), "--json").stdout)
    assert (report["messages"], report["tried_again_later"]) == (1, 1)
    people = shiguang("import", "jsonl", str(lines("poison", first=5)))
    assert people.exit_code == 0
    assert "could not be archived yet" in people.stderr
