"""Citation marks: ``[2]`` points to passage 2, and nothing else in a text may look like it."""

import re

_LOOKS_LIKE_A_MARK = re.compile(r"[\[［](\d+)[\]］]")


def unmarked(text: str) -> str:
    """The text with numbers in square brackets put into round ones: what people wrote is no citation."""
    return _LOOKS_LIKE_A_MARK.sub(r"(\1)", text)
