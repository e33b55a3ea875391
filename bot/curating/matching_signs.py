"""What tells whether two questions ask for the same fact: what they share, and what stands in one of them alone."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.curating.matching_words import Kind, Unit, Wording, pairs

Signs = npt.NDArray[np.float64]

_WEIGHTS: Final[dict[Kind, float]] = {
    "thing": 1.0, "limit": 1.0, "attribute": 1.0, "act": 0.6, "common": 0.3, "word": 0.7, "figure": 1.0
}  # fmt: skip
_KINDS: Final[tuple[Kind, ...]] = ("thing", "limit", "attribute", "act", "common", "word", "figure")
_CERTAIN: Final = ("thing", "limit", "attribute")
_NEARLY_ASKED: Final = (
    frozenset({"when", "duration"}), frozenset({"duration", "frequency"}), frozenset({"duration", "count"}),
    frozenset({"duration", "amount"}), frozenset({"amount", "price"}), frozenset({"amount", "count"}),
    frozenset({"count", "price"}), frozenset({"how", "where"}), frozenset({"whether", "how"}),
    frozenset({"how", "who"}),
)  # fmt: skip
"""Pairs that people use for each other: "what is the size", "how big is it"."""
_VAGUE: Final = frozenset({"what", "which"})
_OF_WHAT: Final = frozenset({"amount", "price", "count", "where", "when", "duration"})
"""What "what is the …" may ask for, too."""
_MOST = 2.0

NAMES: Final = (
    "cosine",
    "cosine_across",
    "across",
    "shared_least",
    "shared_most",
    "shared_things",
    *(f"only_{side}_{kind}" for side in ("asked", "known") for kind in _KINDS),
    "exchanged_things",
    "exchanged_acts",
    "exchanged_words",
    "exchanged",
    "exchanged_across",
    "all_shared",
    "all_shared_across",
    "things_shared",
    "things_shared_across",
    "cosine_things_shared",
    "one_thing",
    "asked_same",
    "asked_nearly",
    "asked_vaguely",
    "asked_vaguely_other",
    "asked_other",
    "asked_by_one",
    "negated_by_one",
    "figures_differ",
    "pairs_shared",
    "length",
    "constant",
)
"""Names of the signs, in the order of ``signs``."""


def signs(asked: Wording, known: Wording, cosine: float) -> Signs:
    """The signs of a question and a known way to ask; ``cosine`` is that of their vectors."""
    left, right, shared = _parted(asked.units, known.units)
    across = asked.chinese != known.chinese
    found = dict.fromkeys(NAMES, 0.0)
    found["constant"] = 1.0
    found["cosine"] = cosine
    found["across"] = float(across)
    found["cosine_across"] = cosine * across
    both = sum(_WEIGHTS[unit.kind] for unit in shared)
    alone = sum(_WEIGHTS[unit.kind] for unit in left), sum(_WEIGHTS[unit.kind] for unit in right)
    shares = [both / (both + one) if both + one else 1.0 for one in alone]
    found["shared_least"], found["shared_most"] = min(shares), max(shares)
    found["shared_things"] = min(sum(unit.kind not in ("act", "common", "word") for unit in shared), _MOST) / _MOST
    for side, units in (("asked", left), ("known", right)):
        for kind in _KINDS:
            found[f"only_{side}_{kind}"] = min(sum(unit.kind == kind for unit in units), _MOST)
    things = min(sum(unit.kind in _CERTAIN for unit in left), sum(unit.kind in _CERTAIN for unit in right))
    found["exchanged_things"] = min(things, _MOST)
    words = [[unit.text.isascii() for unit in units if unit.kind == "word"] for units in (left, right)]
    found["exchanged_words"] = float(any(one in words[1] for one in words[0]))
    acts = (sum(unit.kind == "act" for unit in left), sum(unit.kind == "act" for unit in right))
    found["exchanged_acts"] = float(min(*acts, 1))
    found["exchanged"] = min(*alone, _MOST)
    found["exchanged_across"] = found["exchanged"] * across
    found["all_shared"] = float(not left and not right)
    found["all_shared_across"] = found["all_shared"] * across
    certain = not any(unit.kind in (*_CERTAIN, "figure") for unit in (*left, *right))
    found["things_shared"] = float(certain and bool(shared))
    found["things_shared_across"] = found["things_shared"] * across
    found["cosine_things_shared"] = cosine * found["things_shared"]
    found["one_thing"] = float(sum(unit.kind not in ("act", "common") for unit in shared) == 1)
    found |= _asked(asked.asked, known.asked)
    found["negated_by_one"] = float(asked.negated != known.negated)
    found["figures_differ"] = float(any(u.kind == "figure" for u in left) and any(u.kind == "figure" for u in right))
    found["pairs_shared"] = 0.0 if across else _dice(asked.pairs, known.pairs)
    found["length"] = abs(len(asked.units) - len(known.units)) / 4
    return np.array([found[name] for name in NAMES])


def _parted(asked: Sequence[Unit], known: Sequence[Unit]) -> tuple[list[Unit], list[Unit], list[Unit]]:
    """What stands in the one alone, in the other alone, and in both."""
    right = list(known)
    left: list[Unit] = []
    shared: list[Unit] = []
    for unit in asked:
        same = next((other for other in right if _is_same(unit, other)), None)
        if same is None:
            left.append(unit)
        else:
            right.remove(same)
            shared.append(unit if unit.kind != "word" else same)
    return [unit for unit in left if not unit.is_asked], [unit for unit in right if not unit.is_asked], shared


def _is_same(one: Unit, other: Unit) -> bool:
    if one.names & other.names:
        return True
    if one.text.isascii() != other.text.isascii():
        return False
    if one.kind == other.kind == "word":
        return _alike(one.text, other.text)
    short, long = sorted((one, other), key=lambda unit: len(unit.text))
    return short.kind in ("word", "act") and not short.text.isascii() and short.text in long.text


def _alike(one: str, other: str) -> bool:
    """A part of the other, or mistyped."""
    short, long = sorted((one, other), key=len)
    if not short.isascii():
        return short in long
    return len(short) > 4 and (long.startswith(short) or _dice(pairs(short), pairs(long)) > 0.7)


def _asked(one: frozenset[str], other: frozenset[str]) -> dict[str, float]:
    if not one or not other:
        return {"asked_by_one": float(bool(one) != bool(other))}
    if one & other:
        return {"asked_same": 1.0}
    near = any(frozenset({a, b}) in _NEARLY_ASKED for a in one for b in other)
    if near:
        return {"asked_nearly": 1.0}
    vague = one | other if _VAGUE & one or _VAGUE & other else frozenset()
    if vague:
        of_what = _OF_WHAT | {"who"} if "which" in vague else _OF_WHAT
        return {"asked_vaguely" if vague - _VAGUE <= of_what else "asked_vaguely_other": 1.0}
    return {"asked_other": 1.0}


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0
