"""Recognising what was taken already: the same, or nearly the same words with the same figures."""

from typing import Final, Literal

import mmh3
import numpy as np

from bot.training.ballots import fingerprint
from knowledge.lexical import terms

_BITS: Final = 64
_BANDS: Final = 4
_BAND_BITS: Final = _BITS // _BANDS
_FARTHEST: Final = 3
"""Bits that may differ. Fewer than bands, so that two alike have a band in common."""


class Duplicates:
    """Keeps numbers only, so that its size depends on the count of rows and not on their length."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._alike: dict[tuple[int, int, int], list[int]] = {}

    def take(self, *texts: str) -> Literal["duplicate", "alike"] | None:
        """Remember these texts together; says whether they, or some that are alike, were taken before."""
        exact = fingerprint(*texts)
        if exact in self._seen:
            return "duplicate"
        self._seen.add(exact)
        words = [term for text in texts for term in terms(text)]
        figures = fingerprint(*sorted(word for word in words if any(map(str.isdigit, word))))
        sketch = _sketch(words)
        places = [(figures, band, sketch >> band * _BAND_BITS & (1 << _BAND_BITS) - 1) for band in range(_BANDS)]
        if any((sketch ^ other).bit_count() <= _FARTHEST for place in places for other in self._alike.get(place, ())):
            return "alike"
        for place in places:
            self._alike.setdefault(place, []).append(sketch)
        return None


def _sketch(words: list[str]) -> int:
    """A SimHash: texts with most words in common differ in few bits."""
    if not words:
        return 0
    hashes = np.array([mmh3.hash64(word, signed=False)[0] for word in words], dtype=np.uint64)
    bits = (hashes[:, None] >> np.arange(_BITS, dtype=np.uint64)) & np.uint64(1)
    ones = bits.sum(axis=0) * 2 > len(words)
    return int(sum(1 << int(place) for place in np.flatnonzero(ones)))
