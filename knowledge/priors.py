"""What people's votes have taught about passages: small bonuses that search adds at the end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from knowledge.embedding import Vectors
from knowledge.passage import Passage
from knowledge.ranking import Candidate

LEARNED: Final = "learned"
"""Key of the bonus in ``ScoredPassage.signals``."""


class Learned(Protocol):
    """What was learnt that matters for one question."""

    def bonus(self, point_id: str) -> float:
        """In units of the fused score; 0 for a passage of which nothing was learnt."""
        ...

    def promising(self) -> Sequence[str]:
        """Point ids of passages that helped with this question before, the best first; few."""
        ...


class Priors(Protocol):
    """Remembers votes. It never decides who may read a passage: search asks the store for whatever it names."""

    async def recall(self, question: str, vector: Vectors) -> Learned:
        """What was learnt for a question with this vector, of shape [dimension]; never fails."""
        ...


def raised(candidates: Sequence[Candidate], learned: Learned) -> list[Candidate]:
    """The candidates with what was learnt of them, best first; equals keep their order."""
    told = [replace(one, score=one.score + learned.bonus(one.passage.point_id)) for one in candidates]
    return sorted(told, key=lambda one: -one.score)


def learned_signal(learned: Learned | None, passage: Passage) -> dict[str, float]:
    """The bonus of a passage as a signal, where there is one."""
    bonus = learned.bonus(passage.point_id) if learned is not None else 0.0
    return {LEARNED: bonus} if bonus else {}
