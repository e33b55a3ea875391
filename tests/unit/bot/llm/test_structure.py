"""Which schemas are allowed, and what counts as an answer in JSON."""

from typing import Any

import pytest

from bot.errors import ModelOutputInvalid
from bot.llm.structure import check_schema, parse_answer

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": ["integer", "null"]},
        "tags": {"type": "array", "items": {"enum": ["决定", "question"]}, "maxItems": 3},
    },
    "required": ["name"],
    "additionalProperties": False,
}


def nested(depth: int) -> dict[str, Any]:
    return {"type": "object", "properties": {"in": nested(depth - 1)}} if depth else {"type": "string"}


def test_a_bounded_schema_is_allowed() -> None:
    check_schema(PERSON)
    check_schema(nested(7))
    check_schema({"type": "object", "additionalProperties": {"type": "integer"}})


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "nonsense"}, "not a JSON schema"),
        ({"type": "object"}, "open"),
        ({"type": "array"}, "open"),
        ({"type": "array", "items": {}}, "open"),
        ({"properties": {"a": {"$ref": "#"}}}, r"\$ref"),
        (nested(8), "deeper"),
    ],
)
def test_an_unbounded_schema_is_refused(schema: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_schema(schema)


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "王伟"}',
        '```json\n{"name": "王伟"}\n```',
        'Sure: {"name": "王伟"} That is all.',
        '<think>{"name": 1}</think>{"name": "王伟"}',
    ],
)
def test_an_answer_is_found(text: str) -> None:
    assert parse_answer(text, schema=PERSON) == {"name": "王伟"}


def test_a_list_is_found() -> None:
    assert parse_answer("Here: [1, 2]", schema={"type": "array", "items": {"type": "integer"}}) == [1, 2]


@pytest.mark.parametrize("text", ["", "no", '{"name": "cut o', '{"name": 1}', '{"age": 3}', '{"name": "a", "x": 1}'])
def test_what_does_not_fit_is_an_error(text: str) -> None:
    with pytest.raises(ModelOutputInvalid):
        parse_answer(text, schema=PERSON)
