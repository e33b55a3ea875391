"""The words of a message as a summary may repeat them: code within a sentence belongs to it."""

import re

from knowledge.categories.cues import FILE_MARK, QUOTED, URL

_BLOCK = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


def said_words(text: str) -> str:
    """Without blocks of code, addresses, what was quoted from others and names of files."""
    for pattern in (_BLOCK, URL, FILE_MARK, QUOTED):
        text = pattern.sub(" ", text)
    return text.strip()
