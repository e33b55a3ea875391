"""Votes on the same thing: everybody's once, their last word, and what most of them say."""

import hashlib
from collections import defaultdict
from typing import Literal

from knowledge.lexical import normalize


def fingerprint(*texts: str) -> int:
    """The same for texts that differ in case, width and spaces only."""
    plain = "\0".join(" ".join(normalize(text).split()) for text in texts)
    return int.from_bytes(hashlib.blake2b(plain.encode(), digest_size=8).digest())


class Ballots:
    """Holds numbers only, some hundred bytes a vote, however long the texts are."""

    def __init__(self) -> None:
        self._votes: dict[int, dict[int, int]] = defaultdict(dict)

    def cast(self, what: int, person_id: str, vote: int) -> None:
        """``vote`` is 1 or -1; a later one of the same person takes its place."""
        self._votes[what][hash(person_id)] = vote

    def outcome(self, what: int) -> int:
        """1 or -1 as most say; 0 for a tie or no votes."""
        total = sum(self._votes[what].values()) if what in self._votes else 0
        return (total > 0) - (total < 0)

    def tie(self, what: int) -> Literal["tied", "person"]:
        """Why there is no outcome: as many on both sides, or nobody voted whose vote may be used."""
        return "tied" if what in self._votes else "person"
