"""ask --replay: an earlier answer is made again and both are told."""

import json

import pytest

from tests.unit.bot.cli.conftest import Lines, Shiguang


@pytest.fixture
def filled(shiguang: Shiguang, lines: Lines) -> Shiguang:
    assert shiguang("import", "jsonl", str(lines("the launch is on Tuesday"))).exit_code == 0
    return shiguang


def _answer_id(shiguang: Shiguang) -> str:
    return str(json.loads(shiguang("ask", "When is the launch?", "--json").stdout)["answer_id"])


def test_both_times_as_json(filled: Shiguang) -> None:
    answer_id = _answer_id(filled)
    result = filled("ask", "--replay", answer_id, "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["answer_id"], told["question"]) == (answer_id, "When is the launch?")
    assert (told["same_output"], told["same_answer"]) == (True, True)
    assert told["prompt_version"] == told["prompt_in_use"]
    assert told["then"]["raw"] == told["now"]["raw"] == "The launch is on Tuesday [1]."
    assert told["sampling"]["temperature"] == 0
    [sentence] = told["sentences"]
    assert sentence["then"] == sentence["now"] == {"citations": [1], "problem": None}


def test_both_times_as_a_table(filled: Shiguang, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_id = _answer_id(filled)
    assert "the same" in filled("ask", "--replay", answer_id).stdout
    monkeypatch.setenv("TINY_ANSWER", "The launch is on Friday.")
    table = filled("ask", "--replay", answer_id).stdout
    assert "Friday" in table
    assert "not said" in table
    assert "[1]" in table


def test_an_answer_that_is_not_there(filled: Shiguang) -> None:
    result = filled("ask", "--replay", "nowhere")
    assert (result.exit_code, "[not_found]" in result.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [("ask",), ("ask", "x", "--replay", "y"), ("ask", "--replay", "y", "--as", "z")])
def test_either_a_question_or_an_answer(shiguang: Shiguang, arguments: tuple[str, ...]) -> None:
    assert shiguang(*arguments).exit_code == 2
