"""Cue words and patterns of chat in Chinese and English. None of them decides alone: small models weigh them."""

import json
import re
from collections.abc import Mapping
from importlib import resources

URL = re.compile(r"https?://[^\s<>|]+|\bwww\.[^\s<>|]+", re.IGNORECASE)
FILE_MARK = re.compile(r"\[[^\[\]\n]{1,200}\.[A-Za-z0-9]{1,5}\]")
"""How a shared file stands in its message's words."""
CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
QUOTED = re.compile(r"^\s*(?:>|&gt;).*$", re.MULTILINE)
MENTION = re.compile(r"(?<![\w.])@[\w.\-\u4e00-\u9fff]+")
EMOJI = re.compile(r":[a-z0-9_+\-]+:|[\U0001f300-\U0001faff\u2600-\u27bf❤]|\{(?:vocalsound|disfmarker|gap|pause)\}")


def _compiled() -> Mapping[str, re.Pattern[str]]:
    stored: dict[str, list[str]] = json.loads(resources.files(__package__).joinpath("cues.json").read_text("utf-8"))
    return {name: re.compile("|".join(alternatives), re.IGNORECASE) for name, alternatives in stored.items()}


CUES = _compiled()
"""By name; each gives 1 when it occurs in the words that are left after addresses, code and quotations are cut out."""
