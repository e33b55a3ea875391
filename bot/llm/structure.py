"""Structured answers: which JSON schemas we ask models for, and the check of what they return."""

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from bot.errors import ModelOutputInvalid
from bot.llm.reasoning import without_reasoning

_DEEPEST = 8
_NESTING_KEYS = ("properties", "items", "prefixItems", "anyOf", "oneOf", "allOf", "additionalProperties")


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` unless every value that fits the schema has a bounded depth.

    A grammar made from references or from open objects lets a small model open brackets until its tokens run out.
    """
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        msg = f"not a JSON schema: {error.message}"
        raise ValueError(msg) from None
    _check_depth(schema, depth=1)


def _check_depth(schema: object, *, depth: int) -> None:
    if not isinstance(schema, Mapping):
        return
    if depth > _DEEPEST:
        msg = f"the schema nests deeper than {_DEEPEST} levels"
        raise ValueError(msg)
    if "$ref" in schema:
        msg = "the schema holds a $ref: write the part out where it is used"
        raise ValueError(msg)
    if _is_open(schema):
        msg = f"the schema leaves a value open: {json.dumps(schema, ensure_ascii=False)[:80]}"
        raise ValueError(msg)
    for key in _NESTING_KEYS:
        inner = schema.get(key)
        if key == "properties" and isinstance(inner, Mapping):
            parts: list[object] = list(inner.values())
        else:
            parts = inner if isinstance(inner, list) else [inner]
        for part in parts:
            _check_depth(part, depth=depth + 1)


def _is_open(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    combined = any(key in schema for key in ("anyOf", "oneOf", "allOf", "enum", "const"))
    if "object" in kinds and not combined and "properties" not in schema:
        return not isinstance(schema.get("additionalProperties"), Mapping)
    if "array" in kinds and not combined and "items" not in schema and "prefixItems" not in schema:
        return True
    return kinds == [None] and not combined and "properties" not in schema and "items" not in schema


def parse_answer(text: str, *, schema: Mapping[str, Any]) -> Any:
    """The JSON value in a model's answer; raises ``ModelOutputInvalid`` when it is not JSON or does not fit.

    Models without constrained decoding wrap JSON in a Markdown fence or in a sentence: the outermost braces count.
    """
    answer = without_reasoning(text).strip()
    for candidate in (answer, _between(answer, "{", "}"), _between(answer, "[", "]")):
        try:
            value = json.loads(candidate)
        except ValueError:
            continue
        break
    else:
        raise ModelOutputInvalid
    error = next(Draft202012Validator(schema).iter_errors(value), None)
    if error is not None:
        place = "/".join(str(part) for part in error.absolute_path)
        raise ModelOutputInvalid(f"{place or 'JSON'} ({error.validator})")
    return value


def _between(text: str, first: str, last: str) -> str:
    begin, end = text.find(first), text.rfind(last)
    return text[begin : end + 1] if 0 <= begin < end else ""
