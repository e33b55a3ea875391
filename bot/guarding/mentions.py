"""Mentions of everybody lose their power in whatever the bot says, and still read the same."""

import re
from typing import Final

_JOINER: Final = "\u2060"
"""A word joiner: nothing is seen of it, and no platform takes what follows the sign for a name."""
_SLACK: Final = re.compile(
    r"<!(?:subteam\^[^|>\s]{1,64}\|@?([^>\n]{1,80})|(subteam)\^[^|>\s]{1,64}|(\w{1,32})(?:\|[^>\n]{0,80})?)>"
)
_WECOM: Final = re.compile(r"<@_?(all|everyone|here|channel|所有人)>", re.IGNORECASE)
_TYPED: Final = re.compile(
    r"(?<![A-Za-z0-9._+])([@＠])(?=_?(?:channel|here|everyone|all|group|team|所有人|全体|全员|大家"
    r"|任何人)(?![A-Za-z0-9_]))",
    re.IGNORECASE,
)


def without_mass_mentions(text: str) -> str:
    """``@channel``, ``<!here>``, ``@所有人`` and their like, spelt so that nobody is called.

    Doing it twice changes nothing.
    """
    text = _SLACK.sub(lambda found: f"@{_JOINER}{found[1] or found[2] or found[3]}", text)
    text = _WECOM.sub(lambda found: f"@{_JOINER}{found[1]}", text)
    return _TYPED.sub(rf"\1{_JOINER}", text)
