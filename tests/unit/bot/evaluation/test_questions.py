"""Questions are read line by line; the first broken line is named."""

from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.evaluation.questions import load_questions


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(text.encode())
    return path


def test_one_question_a_line(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        '\ufeff{"qid": 7, "question": "发布日？", "answer": 42, "evidence": ["m1"], "category": 2, "more": true,'
        ' "asked_at": "2026-12-01T10:00:00+08:00"}\r\n\n'
        '{"qid": "b", "question": "moon?", "answer": null}',
    )
    first, second = load_questions(path)
    assert (first.qid, first.answer, first.category, first.evidence) == ("7", "42", "2", ("m1",))
    assert first.asked_at is not None
    assert (second.answer, second.evidence, second.asked_at) == (None, (), None)


def test_several_accepted_answers(tmp_path: Path) -> None:
    several, none = load_questions(
        _file(
            tmp_path,
            '{"qid": "a", "question": "x", "answer": "one", "answers": ["one", "the one", 1]}\n'
            '{"qid": "b", "question": "x", "answer": null, "answers": null}',
        )
    )
    assert (several.has_answer, several.expected) == (True, ("one", "the one", "1"))
    assert (none.has_answer, none.expected) == (False, ())


def test_separators_within_a_text_end_no_line(tmp_path: Path) -> None:
    [question] = load_questions(_file(tmp_path, '{"qid": "a", "question": "one\u2028two\u0085three"}\n'))
    assert question.question == "one\u2028two\u0085three"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"qid": "a", "question": "x"}\n{broken', "line 2"),
        ('{"qid": "a"}', "line 1"),
        ('{"qid": "a", "question": "x", "asked_at": "2026-12-01T10:00:00"}', "line 1"),
        ("[]", "line 1"),
        ("\n\n", "no question"),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        load_questions(_file(tmp_path, text))


def test_a_missing_or_binary_file_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_questions(tmp_path / "nowhere.jsonl")
    with pytest.raises(BadInput, match="cannot be read"):
        load_questions(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="cannot be read"):
        load_questions(tmp_path / "binary")
