"""``digest``: the JSON of the contract, its links, and that posting needs a server."""

import json

import pytest

from tests.unit.bot.cli.conftest import Lines, Shiguang

_DAY = ("--since", "2026-11-02", "--until", "2026-11-02")


@pytest.fixture
def filled(shiguang: Shiguang, lines: Lines) -> Shiguang:
    texts = ("We decided: the launch moves to 8 December.", "Ben, please send the quotation to finance by Friday.")
    assert shiguang("import", "jsonl", str(lines(*texts))).exit_code == 0
    return shiguang


def test_json(filled: Shiguang) -> None:
    result = filled("digest", "#launch", *_DAY, "--language", "en", "--json")
    assert result.exit_code == 0, result.stderr
    digest = json.loads(result.stdout)
    assert set(digest) == {
        "channel", "since", "until", "language", "quiet", "sections", "more", "conversations", "conversations_left_out",
        "messages", "model", "without_model", "took_ms", "posted",
    }  # fmt: skip
    assert (digest["channel"], digest["language"], digest["quiet"], digest["posted"]) == ("launch", "en", False, None)
    assert (digest["messages"], digest["since"]) == (2, "2026-11-02T00:00:00+08:00")
    sections = {section["section"]: section["lines"] for section in digest["sections"]}
    [decided] = sections["decision"]
    assert set(decided) == {"text", "owner", "due", "time", "record_ids", "permalinks"}
    assert decided["record_ids"] == ["jsonl:1"]
    assert decided["permalinks"] == ["http://127.0.0.1:8710/?message=jsonl%3A1"]


def test_for_people(filled: Shiguang) -> None:
    said = filled("digest", "launch", *_DAY, "--language", "zh").stdout
    # The year is told once it is over.
    assert said.replace("2026年", "", 1).startswith("#launch 摘要 · 11月2日 周一\n2 条消息")
    assert "▸ 决定\n• " in said
    assert "[1] 2026-11-02 17:01 Ann: http://127.0.0.1:8710/?message=jsonl%3A1" in said


def test_a_quiet_time_is_one_line(filled: Shiguang) -> None:
    quiet = filled("digest", "launch", "--since", "2026-10-01", "--until", "2026-10-01", "--json")
    assert json.loads(quiet.stdout)["quiet"] is True
    said = filled("digest", "launch", "--since", "2026-10-01", "--until", "2026-10-01").stdout
    assert said.endswith("Nobody said anything.\n")


def test_posting_needs_a_server(filled: Shiguang) -> None:
    result = filled("digest", "launch", "--post")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "shiguang serve" in result.stderr


def test_a_channel_that_is_not_there(filled: Shiguang) -> None:
    assert filled("digest", "nowhere").exit_code == 1
