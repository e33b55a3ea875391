"""How the message archive stands: what is wrong with it now, in words for operators."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.connector import Language, Notice
from connectors.wecom.message_archive.texts import PROBLEMS

_log = logging.getLogger(__name__)

_REFUSALS = {
    10000: "bad_parameters",
    10001: "unreachable",
    10002: "unreachable",
    10003: "unreachable",
    10009: "ip_not_allowed",
    10010: "data_expired",
    10011: "tls_failed",
}
_OF_REQUESTS = frozenset({*_REFUSALS.values(), "sdk_refused"})
RETRIED = frozenset({10001, 10002, 10003})
"""Codes of the SDK that pass by themselves."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an operator should know; ``code`` is stable."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def notice(self, language: Language) -> Notice:
        """In words."""
        sentence, hint = PROBLEMS[self.code][language]
        facts = {name: _plain(value) for name, value in self.facts.items()}
        return Notice(code=f"wecom_archive_{self.code}", sentence=sentence.format(**facts), hint=hint.format(**facts))


class Standing:
    """What is wrong now, by code; each is logged when it begins."""

    def __init__(self) -> None:
        self._problems: dict[str, Problem] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The oldest first."""
        return tuple(self._problems.values())

    def set(self, code: str, /, **facts: Any) -> None:
        """Something is wrong."""
        problem = Problem(code, facts)
        if code not in self._problems:
            notice = problem.notice("en")
            _log.warning("WeCom message archive: %s %s", notice.sentence, notice.hint)
        self._problems[code] = problem

    def set_refused(self, code: int) -> str:
        """The SDK refused with one of its codes; returns ours."""
        ours = _REFUSALS.get(code, "sdk_refused")
        self.set(ours, code=code)
        return ours

    def clear(self, *codes: str) -> None:
        """Not wrong any more."""
        for code in codes:
            if self._problems.pop(code, None) is not None:
                _log.info("WeCom message archive: %s is over", code)

    def answered(self) -> None:
        """The SDK has answered a request: whatever it refused before, it does no more."""
        self.clear(*_OF_REQUESTS - {"data_expired"})


def _plain(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
