"""Numbers of things in English: 1 message, 2 messages."""

import re
from typing import Final

_ONE: Final = re.compile(r"(?<![\d.,])1 (more )?(channel|connection|day|file|message|record)s\b")


def counted(text: str) -> str:
    """The text with "1 messages" put right; texts are written for many."""
    return _ONE.sub(r"1 \1\2", text)
