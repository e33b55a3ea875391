"""The part of a long passage that matters for a question: its best sentences or table rows, in their order."""

import re
from collections.abc import Iterator, Set

from knowledge.lexical import terms

_SENTENCE_END = re.compile(r"(?<=[。！？!?；;])|(?<=\.)\s+")
_TABLE_RULE = re.compile(r"^\|[\s:|-]+\|$")
_GAP = " … "
_LONGEST_PART = 200


def excerpt(text: str, wanted: Set[str], *, limit: int) -> str:
    """At most about ``limit`` characters of ``text`` on one line: parts that hold ``wanted`` terms come first.

    The header of a table stays, so that a row can be understood. Without any wanted term it is the beginning.
    """
    whole = " ".join(text.split())
    if len(whole) <= limit:
        return whole
    parts = list(_parts(text))
    header = [0] if parts and parts[0].startswith("|") else []
    hits = [len(wanted & set(terms(part))) for part in parts]
    if not any(hits):
        return whole[: limit - 1] + "…"
    order = sorted(range(len(parts)), key=lambda at: (-hits[at], at))
    chosen: set[int] = set()
    room = limit
    for at in [*header, *order]:
        cost = min(len(parts[at]), limit) + len(_GAP)
        if at in chosen or (chosen and cost > room):
            continue
        chosen.add(at)
        room -= cost
    return _joined(parts, sorted(chosen))[:limit]


def _parts(text: str) -> Iterator[str]:
    """Lines; a long line of prose as its sentences, a very long sentence cut."""
    for line in text.splitlines():
        plain = " ".join(line.split())
        if not plain or _TABLE_RULE.match(plain):
            continue
        sentences = [plain] if plain.startswith("|") or len(plain) <= _LONGEST_PART else _SENTENCE_END.split(plain)
        for sentence in sentences:
            stripped = sentence.strip()
            for start in range(0, len(stripped), 2 * _LONGEST_PART):
                yield stripped[start : start + 2 * _LONGEST_PART]


def _joined(parts: list[str], chosen: list[int]) -> str:
    pieces: list[str] = []
    for before, at in zip([None, *chosen], chosen, strict=False):
        if before is not None:
            pieces.append(" " if at == before + 1 else _GAP)
        pieces.append(parts[at])
    return "".join(pieces)
