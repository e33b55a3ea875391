"""What an answer keeps so that it can be replayed and judged again: the passages as given, the sentences as judged."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.answering.evidence import Evidence
from bot.answering.grounding import CheckedSentence

_PASSAGES = TypeAdapter(list[Evidence])


def traced(trace: Mapping[str, Any], evidence: Sequence[Evidence], *, check_version: str) -> dict[str, Any]:
    """A trace with the passages and the version of the check; stays empty when no model was asked."""
    if not trace:
        return {}
    passages = _PASSAGES.dump_python(list(evidence), mode="json")
    return {**trace, "check_version": check_version, "passages": passages}


def passages_of(trace: Mapping[str, Any]) -> list[Evidence] | None:
    """The passages of a trace, numbered as the answer cites them; None when it holds none that can be read."""
    try:
        return _PASSAGES.validate_python(trace.get("passages"))
    except ValidationError:
        return None


def sentences_of(trace: Mapping[str, Any]) -> list[CheckedSentence]:
    """The sentences of a trace, those that were dropped among them; they cite the passages of ``passages_of``."""
    return [
        CheckedSentence(check["sentence"], tuple(check["citations"]), check["problem"])
        for check in trace.get("checks", ())
    ]
