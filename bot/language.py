"""Which of the two languages a text is in."""

import os
import re

from bot.errors import Language

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def language_of(text: str) -> Language:
    """Chinese when it has at least one Chinese character for every two Latin words: product names stay Latin."""
    chinese = len(_CJK.findall(text))
    return "zh" if chinese and chinese * 2 >= len(_LATIN_WORD.findall(text)) else "en"


def system_language() -> Language:
    """The language of the terminal: Chinese where the locale is Chinese."""
    locale = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    return "zh" if locale.lower().startswith("zh") else "en"
