"""What people's votes have taught about passages: bonuses that search adds at the end.

What one question taught counts for another by how like it that is, and never by more, however many voted: no number
of votes makes two questions the same. Where the first results hold words that stand in this question alone, those
words decide what is carried over: praise counts more for a passage that holds them, blame less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from knowledge.embedding import Vectors
from knowledge.lexical import term_index
from knowledge.passage import Passage
from knowledge.ranking import Candidate, passage_terms, telling_weights

LEARNED: Final = "learned"
"""Key of the bonus in ``ScoredPassage.signals``."""
_FIRST: Final = 10
"""Results whose words tell which of a question's own words can be found at all."""
_CONFIRMED: Final = 5.0
"""How many times more praise from a similar question counts for a passage that holds this question's own words. With 2
to 5 the simulated months lose the same few questions; with 5 they gain a few more."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the votes on a passage for one question say."""

    bonus: float
    """For that very question, in units of the fused score."""
    likeness: float
    """0 … 1: how like the question that is asked now."""
    own_words: frozenset[int]
    """Terms (``term_index``) that stand in the question asked now and not in that one."""


class Learned(Protocol):
    """What was learnt that matters for one question."""

    def lessons(self, point_id: str) -> Sequence[Lesson]:
        """Of the same and of similar questions, one for each."""
        ...

    def of_passage(self, point_id: str) -> float:
        """What holds whatever is asked, in units of the fused score; 0 for a passage of which nothing was learnt."""
        ...

    def promising(self) -> Sequence[str]:
        """Point ids of passages that helped with this question before, the best first; few."""
        ...


class Priors(Protocol):
    """Remembers votes. It never decides who may read a passage: search asks the store for whatever it names."""

    async def recall(self, question: str, vector: Vectors) -> Learned:
        """What was learnt for a question with this vector, of shape [dimension]; never fails."""
        ...


def learned_bonuses(candidates: Sequence[Candidate], learned: Learned) -> dict[str, float]:
    """What the candidates, best first, gain and lose, by point id.

    Blocks for milliseconds: cuts words.
    """
    lessons = {one.passage.point_id: learned.lessons(one.passage.point_id) for one in candidates}
    own = frozenset[int]().union(*(lesson.own_words for some in lessons.values() for lesson in some))
    held = _held(candidates, lessons, own) if own else {}
    first = [held[one.passage.point_id] for one in candidates[:_FIRST]] if own else []
    telling = telling_weights(first)
    found: dict[str, float] = {}
    for point_id, some in lessons.items():
        worths = [
            worth(lesson, _support(held.get(point_id, frozenset()), lesson.own_words, first, telling))
            for lesson in some
        ]
        # The strongest each way: the same people asked in several wordings are no more people.
        found[point_id] = max([0.0, *worths]) + min([0.0, *worths]) + learned.of_passage(point_id)
    return found


def worth(lesson: Lesson, support: float) -> float:
    """A lesson's bonus for the question asked now. ``support``, 0 … 1: how much of its own words the passage holds, of
    what the best of the first results holds."""
    if lesson.bonus > 0:
        return lesson.bonus * min(1.0, lesson.likeness * (1 + _CONFIRMED * support))
    return lesson.bonus * lesson.likeness * (1 - support)


def raised(candidates: Sequence[Candidate], bonuses: Mapping[str, float]) -> list[Candidate]:
    """The candidates with their bonuses, best first; equals keep their order."""
    told = [replace(one, score=one.score + bonuses.get(one.passage.point_id, 0.0)) for one in candidates]
    return sorted(told, key=lambda one: -one.score)


def learned_signal(bonuses: Mapping[str, float], passage: Passage) -> dict[str, float]:
    """The bonus of a passage as a signal, where there is one."""
    bonus = bonuses.get(passage.point_id, 0.0)
    return {LEARNED: bonus} if bonus else {}


def _held(
    candidates: Sequence[Candidate], lessons: Mapping[str, Sequence[Lesson]], words: frozenset[int]
) -> dict[str, frozenset[int]]:
    """Which of the words stand in the first candidates and in those of which something was learnt."""
    looked_at = [one.passage for at, one in enumerate(candidates) if at < _FIRST or lessons[one.passage.point_id]]
    return {one.point_id: words & frozenset(map(term_index, passage_terms(one.text))) for one in looked_at}


def _support(
    held: frozenset[int], own: frozenset[int], first: Sequence[frozenset[int]], telling: Mapping[int, float]
) -> float:
    best = max((sum(telling[term] for term in own & words) for words in first), default=0.0)
    return min(1.0, sum(telling.get(term, 0.0) for term in own & held) / best) if best else 0.0
