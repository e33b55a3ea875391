"""How the bot names its commands in Slack, where all are behind one: ``/日报 关`` becomes ``/shiguang 日报 关``."""

import re
from typing import Final

COMMAND: Final = "/shiguang"
"""As in the manifest; Slack takes whatever else begins with a slash for a mistake."""
_NAMED = re.compile(r"(?<![\w/.:~])/(?!shiguang\b)(?=[^\W\d_])([\w-]+)(?![\w/]|\.\w)")


def as_typed(text: str) -> str:
    """The text with every command as people type it here. For what the bot says itself, never for what it quotes."""
    return _NAMED.sub(rf"{COMMAND} \1", text)
