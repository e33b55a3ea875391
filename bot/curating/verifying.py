"""The line below a standard answer that says who verified it when."""

import re
from datetime import datetime
from typing import Final

from bot.errors import Language

_VERIFIED: Final[dict[Language, str]] = {
    "zh": "✔ 标准答案，{owner}{day} 核实",
    "en": "✔ Standard answer, verified {owner}on {day}",
}
_BY: Final[dict[Language, str]] = {"zh": "{owner} 于 ", "en": "by {owner} "}
_LINE = re.compile(r"\n✔ (?:标准答案，|Standard answer, verified )[^\n]*\Z")


def verification(owner: str, day: datetime, language: Language) -> str:
    """In the language of who asks; ``day`` is of the team's time zone."""
    by = _BY[language].format(owner=owner) if owner else ""
    return _VERIFIED[language].format(owner=by, day=f"{day:%Y-%m-%d}")


def without_verification(text: str) -> str:
    """The words of a standard answer that was given, as they are kept."""
    return _LINE.sub("", text)
