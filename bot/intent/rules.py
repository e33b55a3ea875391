"""Rules that tell what is wanted by its wording, in both languages. They are kept in ``rules.toml``.

They read the folded text without politeness, so that most of them can say where the words must stand: "delete what I
said" is a command, "who deleted the table?" a question.
"""

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from bot.intent.intent import IntentKind
from bot.intent.wording import Wording

_FRAGMENT = re.compile(r"\{([A-Z_]+)\}")
_TALK_GLUE = re.compile(r"[\s\W_]|[了啊呀啦吧哈呢哦嘛的你]")
_LONGEST_TALK = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """``pattern`` must match at the beginning of what is left without politeness."""

    kind: IntentKind
    name: str
    pattern: re.Pattern[str]
    never_asks: bool
    """Does not fit where a question word is in the text."""

    def fits(self, wording: Wording) -> bool:
        """Whether the utterance is of this kind."""
        return not (self.never_asks and wording.asks_what) and self.pattern.match(wording.core) is not None


def _filled(pattern: str, fragments: dict[str, str]) -> str:
    return _FRAGMENT.sub(lambda match: _filled(fragments[match[1]], fragments), pattern)


def _rule(table: dict[str, Any], fragments: dict[str, str]) -> Rule:
    alternatives = "|".join(f"(?:{_filled(each, fragments)})" for each in table["patterns"])
    return Rule(table["kind"], table["name"], re.compile(alternatives), table.get("never_asks", False))


_tables = tomllib.loads(resources.files("bot.intent").joinpath("rules.toml").read_text("utf-8"))
RULES: Final = tuple(_rule(table, _tables["fragments"]) for table in _tables["rules"])
NOISE: Final[dict[IntentKind, re.Pattern[str]]] = {
    kind: re.compile(pattern) for kind, pattern in _tables["noise"].items()
}
"""Words that tell the kind and are no topic."""
_TALK_WORDS = re.compile(_tables["talk"]["words"])


def first_rule(wording: Wording) -> Rule | None:
    """The first rule that fits, if any."""
    return next((rule for rule in RULES if rule.fits(wording)), None)


def is_talk(wording: Wording) -> bool:
    """Whether nothing is left of it without greetings, thanks and the like."""
    if len(wording.folded) > _LONGEST_TALK:
        return False
    return not _TALK_GLUE.sub("", _TALK_WORDS.sub("", wording.folded))
