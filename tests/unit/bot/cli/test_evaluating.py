"""eval: ranked lists, answers, and the measures."""

import json
from pathlib import Path

import pytest

from tests.unit.bot.cli.conftest import Lines, Shiguang


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    rows = [
        {"qid": "q1", "question": "When is the launch?", "answer": "Tuesday", "category": "date",
         "evidence": ["jsonl:1"], "channel": "launch", "asked_at": "2026-11-03T00:00:00+00:00"},
        {"qid": "q2", "question": "预算是多少？", "answer": None, "category": "none", "evidence": [],
         "channel": "launch", "asked_at": "2026-11-02T09:01:30+00:00"},
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def filled(shiguang: Shiguang, lines: Lines) -> Shiguang:
    assert shiguang("import", "jsonl", str(lines("the launch is on Tuesday", "预算定为 240000 元"))).exit_code == 0
    return shiguang


def test_retrieval(filled: Shiguang, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "ranked.jsonl"
    result = filled("eval", "retrieval", str(questions), "--out", str(out), "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["all"]["hit@1"]["mean"] == 1.0
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert rows[0]["qid"] == "q1"
    assert rows[0]["ranked"][0] == "jsonl:1"
    assert "jsonl:2" not in rows[1]["ranked"], "nothing is found that was said after the question"
    assert "hit@10" in filled("eval", "retrieval", str(questions), "--limit", "1", "--scope", "all").stdout


def test_answers(filled: Shiguang, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.jsonl"
    result = filled("eval", "answers", str(questions), "--limit", "1", "--out", str(out), "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["all"]["answer_or_abstain_f1"]["mean"] == 1.0
    [row] = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert set(row) == {
        "qid", "question", "answer", "abstained", "reason", "citations", "answer_id", "model", "timings_ms",
    }  # fmt: skip
    assert row["citations"][0]["record_id"] == "jsonl:1"


def test_a_place_that_cannot_be_written_is_one_sentence(filled: Shiguang, questions: Path, tmp_path: Path) -> None:
    result = filled("eval", "retrieval", str(questions), "--out", str(tmp_path / "no" / "where.jsonl"))
    assert result.exit_code == 1
    assert "--out" in result.stderr
