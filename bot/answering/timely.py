"""Order by time where the question asks for it: what was said then first, newer facts before older ones."""

from collections.abc import Sequence

from knowledge.passage import ScoredPassage

_FIRST_PAGE = 10
_OTHERS_SHARE = 5
"""One place in five of the first page is kept for the best of other times: a trip in May may be told of in June."""
_NEWEST_WEIGHT = 0.15
"""What the newest passage gains, as a share of the best score: it decides between results about as good."""
_HALF_LIVES = 8
"""Half-lives in the stretch of time that the results cover."""


def newer_first(found: Sequence[ScoredPassage]) -> list[ScoredPassage]:
    """The results with a bonus for new ones that halves with age; scores stay what they were."""
    if len(found) < 2:
        return list(found)
    moments = [hit.passage.sent_at.timestamp() for hit in found]
    newest, best = max(moments), max(hit.score for hit in found)
    half_life = max(newest - min(moments), 1.0) / _HALF_LIVES

    def standing(hit: ScoredPassage) -> float:
        age = newest - hit.passage.sent_at.timestamp()
        return float(hit.score + _NEWEST_WEIGHT * best * 2 ** (-age / half_life))

    return sorted(found, key=standing, reverse=True)


def inside_first(
    inside: Sequence[ScoredPassage], others: Sequence[ScoredPassage], *, limit: int
) -> list[ScoredPassage]:
    """What was said within the range, then what was said at other times; a few places early are for the latter."""
    kept = {hit.passage.point_id for hit in inside}
    others = [hit for hit in others if hit.passage.point_id not in kept]
    page = min(limit, _FIRST_PAGE)
    first = page - max(1, page // _OTHERS_SHARE) if page > 1 else page
    return [*inside[:first], *others[: page - first], *inside[first:], *others[page - first :]][:limit]
