"""What the words of the best candidates tell: answers before questions, people named, telling words."""

from datetime import UTC, datetime
from typing import Any

from knowledge.passage import ChannelId, Passage, PersonId, RecordId
from knowledge.ranking import Candidate, RankingWeights, rank

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def candidate(record: str, text: str, score: float, **more: Any) -> Candidate:
    """A message by Ann."""
    passage = Passage(
        **{
            "record_id": RecordId(record), "chunk": 0, "kind": "message", "channel_id": ChannelId("c"),
            "author_id": PersonId("ann"), "sent_at": NOW, "text": text, **more,
        }
    )  # fmt: skip
    return Candidate(passage, score)


def order(query: str, *candidates: Candidate, **more: Any) -> list[str]:
    """Record ids, best first."""
    return [str(ranked.passage.record_id) for ranked in rank(query, candidates, **more)]


def test_the_question_asked_before_comes_after_its_answer() -> None:
    asked = candidate("asked", "你知道静澜的泵交期多久吗？", 12.0)
    answer = candidate("answer", "18 天", 8.0, context="你知道静澜的泵交期多久吗？")
    assert order("静澜的泵交期多久？", asked, answer) == ["answer", "asked"]


def test_the_question_asked_before_is_still_shown_when_nothing_follows_it() -> None:
    asked = candidate("asked", "Which package provides raco exe?", 12.0)
    others = [candidate(f"m{n}", f"raco exe is slow {n}", 9.0 - n) for n in range(9)]
    assert order("which package provides raco exe", asked, *others).index("asked") == 2
    ranked = rank("which package provides raco exe", [asked, *others])
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)


def test_another_question_comes_after_what_tells() -> None:
    assert order(
        "Where does Maya keep the pump drawings?",
        candidate("question", "Maya, where do I find the pump contract?", 9.0),
        candidate("told", "pump drawings are in the shared folder of Maya", 8.5),
    ) == ["told", "question"]


def test_words_to_look_up_find_a_question_like_anything_else() -> None:
    assert order("pump contract", candidate("q", "pump contract?", 9.0), candidate("x", "pump contract", 8.0)) == [
        "q",
        "x",
    ]


def test_an_address_without_words_comes_after_what_tells() -> None:
    bare = candidate("bare", "https://docs.example/other-editors.html", 5.0)
    told = candidate("told", "文档由吴桐负责", 3.5)
    labelled = candidate("labelled", "see https://docs.example/x.html", 4.0)
    assert order("谁负责文档", bare, labelled, told, weights=RankingWeights(telling_words=0)) == [
        "labelled",
        "told",
        "bare",
    ]


def test_what_a_named_person_said_comes_first_among_equals() -> None:
    by_ann = candidate("ann", "the pumps are blue", 5.0)
    by_bo = candidate("bo", "the pumps are green", 5.5, author_id=PersonId("bo"))
    assert order("pumps Ann", by_bo, by_ann, people={PersonId("ann")}) == ["ann", "bo"]
    assert order("pumps", by_bo, by_ann) == ["bo", "ann"]


def test_words_that_the_other_results_lack_decide() -> None:
    same = [candidate(f"m{n}", f"刺角瓜 又名 非洲角黄瓜 {n}", 10.0 - n / 10) for n in range(4)]
    told = candidate("told", "刺角瓜 味道 类似黄瓜", 9.0)
    assert order("刺角瓜是什么味道", *same, told)[0] == "told"
    assert order("刺角瓜是什么味道", *same, told, weights=RankingWeights(telling_words=0.0))[0] == "m0"


def test_only_the_first_are_put_in_order_by_words() -> None:
    many = [candidate(f"m{n}", "nothing of it", 100.0 - n) for n in range(30)]
    late = candidate("late", "pump drawings", 1.0)
    assert order("pump drawings", *many, late)[-1] == "late"


def test_scores_descend() -> None:
    ranked = rank("pump", [candidate(f"m{n}", "pump " * n, float(n % 7)) for n in range(40)])
    scores = [one.score for one in ranked[:10]], [one.score for one in ranked[10:]]
    assert all(part == sorted(part, reverse=True) for part in scores)
    assert min(scores[0]) >= max(scores[1])


def test_nothing_stays_nothing() -> None:
    assert rank("pump", []) == []
