"""Masking: a secret or a personal number is shown as what it is, and not itself."""

import re
from typing import Final

from bot.errors import Language
from bot.guarding.disguises import FULL_WIDTH
from bot.guarding.findings import LABELS, Finding
from bot.guarding.personal_data import find_personal_data
from bot.guarding.secrets import find_secrets

_LABELS: Final = re.compile("|".join(re.escape(label) for labels in LABELS.values() for label in labels.values()))


def find(text: str) -> list[Finding]:
    """What is to be hidden, in order; what overlaps is one, of the kind that begins first."""
    usual = _LABELS.sub(lambda label: "\0" * len(label[0]), text).translate(FULL_WIDTH)
    found = sorted([*find_secrets(usual), *find_personal_data(usual)], key=lambda one: (one.start, -one.end))
    apart: list[Finding] = []
    for one in found:
        if apart and one.start < apart[-1].end:
            before = apart.pop()
            one = Finding(before.start, max(before.end, one.end), before.kind)
        apart.append(one)
    return apart


def mask(text: str, language: Language, *, allowed: frozenset[str] = frozenset()) -> str:
    """The text with every secret replaced by what it is, except the ``allowed`` ones.

    Linear in the text; masking twice changes nothing.
    """
    shown: list[str] = []
    at = 0
    for one in find(text):
        if text[one.start : one.end] not in allowed:
            shown += [text[at : one.start], LABELS[one.kind][language]]
            at = one.end
    return "".join([*shown, text[at:]]) if at else text


def secrets_of(text: str) -> frozenset[str]:
    """The secrets themselves: what their author may read again."""
    return frozenset(text[one.start : one.end] for one in find(text))
