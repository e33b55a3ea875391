"""eval: ranked lists, answers, and the measures."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.truth.answers import Answers, StoredAnswer
from bot.truth.database import Database
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
    sheet = tmp_path / "answers.md"
    result = filled("eval", "answers", str(questions), "--out", str(out), "--sheet", str(sheet), "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["all"]["answer_recall"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "count": 2}
    assert told["all"]["citation_precision"]["mean"] == told["all"]["support_rate"]["mean"] == 1.0
    assert set(told["categories"]) == {"date", "none"}
    assert (told["questions"], told["failures"]) == (2, 0)
    assert told["reasons"]["answered"] >= 1
    assert (told["models"], told["prompts"][0][:10]) == (["scripted"], "answer-en-")
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["qid"] for row in rows] == ["q1", "q2"]
    assert set(rows[0]) == {
        "qid", "question", "answer", "abstained", "reason", "citations", "answer_id", "model", "timings_ms",
    }  # fmt: skip
    assert rows[0]["citations"][0]["record_id"] == "jsonl:1"
    judged = sheet.read_text("utf-8")
    assert "When is the launch?" in judged
    assert "expected: Tuesday" in judged
    assert "- [ ] The launch is on Tuesday [1].\n  - [1] 2026-11-02" in judged


def test_answers_as_a_table(filled: Shiguang, questions: Path) -> None:
    table = filled("eval", "answers", str(questions)).stdout
    assert all(words in table for words in ("answered, F1", "supported by it", "date", "first token", "answered"))


def test_a_question_that_fails_is_a_line_and_not_the_end(filled: Shiguang, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.jsonl"
    first_line, second_line = questions.read_text("utf-8").splitlines()
    questions.write_text(first_line.replace('"launch"', '"nowhere"') + "\n" + second_line, "utf-8")
    told = json.loads(filled("eval", "answers", str(questions), "--out", str(out), "--json").stdout)
    assert (told["failures"], told["reasons"]["not_found"]) == (1, 1)
    first, second = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (first["qid"], first["abstained"], first["reason"], first["answer_id"]) == ("q1", True, "not_found", None)
    assert set(first) == set(second)


def test_a_place_that_cannot_be_written_is_one_sentence(filled: Shiguang, questions: Path, tmp_path: Path) -> None:
    result = filled("eval", "retrieval", str(questions), "--out", str(tmp_path / "no" / "where.jsonl"))
    assert result.exit_code == 1
    assert "--out" in result.stderr
    out = tmp_path / "answers.jsonl"
    result = filled("eval", "answers", str(questions), "--out", str(out), "--sheet", str(tmp_path / "no" / "where.md"))
    assert result.exit_code == 1
    assert "--sheet" in result.stderr
    assert not out.exists(), "told before the first question"


def test_summaries(shiguang: Shiguang, tmp_path: Path) -> None:
    path, out = tmp_path / "summaries.jsonl", tmp_path / "said.jsonl"
    turns = [{"user": "Ann", "text": "The launch is on Tuesday."}, {"user": "Bo", "text": "Good, I print the poster."}]
    path.write_text(json.dumps({"id": "d", "turns": turns, "summary": "The launch is on Tuesday."}) + "\n", "utf-8")
    result = shiguang("eval", "summaries", str(path), "--out", str(out), "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert {"rouge_l_ours", "rouge_l_gain_over_lead_3", "support_rate_ours", "link_validity"} <= set(told["all"])
    assert told["all"]["rouge_l_ours"]["count"] == told["conversations"] == 1
    [row] = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert set(row) == {"id", "expected", "ours", "one_shot", "lead_3", "record_ids", "reason", "took_ms"}
    assert row["record_ids"][0] == ["d:0"]
    assert "ours better by" in shiguang("eval", "summaries", str(path), "--limit", "1").stdout


def test_compare_needs_something_that_differs_and_something_that_is_known_to_be_right(shiguang: Shiguang) -> None:
    assert shiguang("eval", "compare").exit_code == 2
    nothing = shiguang("eval", "compare", "--right", "answers.evidence_tokens=900")
    assert nothing.exit_code == 1
    assert "not_found" in nothing.output
    assert "llm" in shiguang("eval", "compare", "--right", "home=/tmp").output


def test_compare_prints_figures_of_both_sides(shiguang: Shiguang, home: Path, lines: Lines) -> None:
    assert shiguang("import", "jsonl", str(lines("the launch is on Friday"))).exit_code == 0
    asyncio.run(_liked(home))
    told = json.loads(shiguang("eval", "compare", "--right", "answers.evidence_tokens=900", "--json").stdout)
    assert (told["asked"], told["questions"]) == (1, 1)
    assert told["right"] == {"answers.evidence_tokens": "900"}
    assert told["figures"]["abstained"]["left"]["mean"] == 1, "no model is switched on"
    assert "900" in shiguang("eval", "compare", "--left", "answers.evidence_tokens=900").stdout


async def _liked(home: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{home / 'truth.db'}")
    answers = Answers(database)
    await answers.store(
        StoredAnswer(
            answer_id="a1",
            asked_at=datetime.now(UTC),
            channel_id="launch",
            person_id="Bo",
            question_record_id=None,
            question="When is the launch?",
            language="en",
            text="On Friday.",
            abstained=False,
            reason=None,
            model="m",
            prompt_version="",
            sources=(),
        )
    )
    await answers.judge(answer_id="a1", person_id="Ann", kind="up")
    await database.close()
