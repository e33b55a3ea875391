"""What a check of the installation finds, in one language."""

from dataclasses import dataclass
from typing import Literal

from connectors.connector import Language
from connectors.wecom.checkup_texts import ADVICE, FACTS

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check. ``advice`` says what to do when it is not ok; ``way`` is such as ``robot main``, or empty."""

    way: str
    check: str
    state: State
    fact: str
    advice: str = ""


class Voice:
    """Findings about one way."""

    def __init__(self, way: str, language: Language) -> None:
        self._way = way
        self.language: Language = language

    def ok(self, check: str, fact: str, **facts: object) -> Finding:
        """All is well."""
        return self._finding(check, "ok", fact, "", facts)

    def warning(self, check: str, fact: str, *, advice: str = "", **facts: object) -> Finding:
        """It works, but not as wished; or it could not be checked."""
        return self._finding(check, "warning", fact, advice, facts)

    def failed(self, check: str, fact: str, *, advice: str, **facts: object) -> Finding:
        """It does not work."""
        return self._finding(check, "failed", fact, advice, facts)

    def _finding(self, check: str, state: State, fact: str, advice: str, facts: dict[str, object]) -> Finding:
        return Finding(
            way=self._way,
            check=check,
            state=state,
            fact=FACTS[fact][self.language].format(**facts),
            advice=ADVICE[advice][self.language].format(**facts) if advice else "",
        )
