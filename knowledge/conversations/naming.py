"""Who is named in a message: ``bob2: try again``, ``@Ann …``, ``小明，…``."""

import re
import unicodedata
from functools import lru_cache

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_SHORTEST_NAME = 3
_LONGEST_CHINESE_NAME = 4


@lru_cache(maxsize=16384)
def names_of(name: str) -> tuple[str, ...]:
    """What people write to name somebody called ``name``: all of it, a first name, a given name (小明 of 王小明)."""
    whole = " ".join(unicodedata.normalize("NFKC", name).casefold().split()).lstrip("@")
    if not whole:
        return ()
    found = [whole]
    if _CJK.search(whole):
        if len(whole) in range(3, _LONGEST_CHINESE_NAME + 1) and " " not in whole:
            found.append(whole[-2:])
    elif " " in whole and len(first := whole.split()[0]) >= _SHORTEST_NAME:
        found.append(first)
    return tuple(found)


def names_person(folded: str, name: str) -> tuple[bool, bool]:
    """Whether a message (case and width folded) names a person first of all, and whether it does anywhere."""
    anywhere = False
    for known in names_of(name):
        at = folded.find(known)
        while at >= 0:
            if _stands_alone(folded, known, at):
                if _addresses(folded, known, at):
                    return True, True
                anywhere = anywhere or len(known) >= _SHORTEST_NAME or folded[at - 1 : at] == "@" or _is_cjk(known)
            at = folded.find(known, at + 1)
    return False, anywhere


def _stands_alone(folded: str, known: str, at: int) -> bool:
    if _is_cjk(known):
        return True
    before, after = folded[at - 1 : at], folded[at + len(known) : at + len(known) + 1]
    return not (_joins(before) or _joins(after))


def _addresses(folded: str, known: str, at: int) -> bool:
    """At the very start, after ``@`` or before a mark of address."""
    begins = not folded[:at].strip("@ ")
    after = folded[at + len(known) : at + len(known) + 1]
    return begins and (at > 0 or _is_cjk(known) or after in {"", ":", ",", ";", "、", ">"})


def _joins(char: str) -> bool:
    return char.isalnum() or char == "_"


@lru_cache(maxsize=16384)
def _is_cjk(name: str) -> bool:
    return _CJK.match(name) is not None
