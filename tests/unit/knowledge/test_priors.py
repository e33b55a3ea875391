"""What was learnt moves candidates, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from knowledge.passage import ChannelId, Passage, PersonId, RecordId
from knowledge.priors import LEARNED, learned_signal, raised
from knowledge.ranking import Candidate


@dataclass(frozen=True)
class _Learned:
    bonuses: Mapping[str, float]

    def bonus(self, point_id: str) -> float:
        return self.bonuses.get(point_id, 0.0)

    def promising(self) -> Sequence[str]:
        return ()


def _passage(name: str) -> Passage:
    return Passage(
        record_id=RecordId(name), chunk=0, kind="message", channel_id=ChannelId("c"), author_id=PersonId("p"),
        sent_at=datetime(2026, 11, 2, tzinfo=UTC), text=name,
    )  # fmt: skip


FIRST, SECOND, THIRD = (_passage(name) for name in ("first", "second", "third"))


def test_a_bonus_moves_its_passage_and_equals_stay_in_order() -> None:
    candidates = [Candidate(FIRST, 5.0), Candidate(SECOND, 5.0), Candidate(THIRD, 3.0)]
    assert raised(candidates, _Learned({})) == candidates
    moved = raised(candidates, _Learned({THIRD.point_id: 2.5}))
    assert [(one.passage, one.score) for one in moved] == [(THIRD, 5.5), (FIRST, 5.0), (SECOND, 5.0)]


def test_a_result_tells_its_bonus_where_it_has_one() -> None:
    learned = _Learned({FIRST.point_id: -1.5})
    assert learned_signal(learned, FIRST) == {LEARNED: -1.5}
    assert learned_signal(learned, SECOND) == {} == learned_signal(None, FIRST)
