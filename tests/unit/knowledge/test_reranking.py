"""The re-ranker over a tiny real cross-encoder that fastembed loads, its time budget, and the mix of the scores."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from knowledge.passage import ChannelId, Passage, PersonId, RecordId
from knowledge.ranking import Candidate
from knowledge.reranking import FastReranker, RerankerSpec, Reranking
from tests.fakes.cross_encoder import MODEL_FILE, write_cross_encoder

WORDS = "the launch is on friday cat sat 发布 推迟"
LONG = 10.0
"""A budget in seconds that no test uses up."""


@asynccontextmanager
async def _started(folder: Path, *, budget: float = LONG, **options: Any) -> AsyncIterator[FastReranker]:
    write_cross_encoder(folder, WORDS, **options)
    reranker = FastReranker(
        RerankerSpec(name="test/shared-words", path=folder, model_file=MODEL_FILE), budget_seconds=budget, threads=1
    )
    await reranker.start()
    try:
        yield reranker
    finally:
        await reranker.close()


def _candidate(text: str, score: float, **more: Any) -> Candidate:
    passage = Passage(
        record_id=RecordId(text), chunk=0, kind="message", channel_id=ChannelId("c"), author_id=PersonId("p"),
        sent_at=datetime(2026, 11, 2, tzinfo=UTC), text=text, **more,
    )  # fmt: skip
    return Candidate(passage, score)


def _texts(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.passage.text for candidate in candidates]


class Judge:
    """Scores by text; ``scored`` are as many as it has time for."""

    def __init__(self, scores: dict[str, float], *, scored: int | None = None) -> None:
        self.scores = scores
        self.scored = scored
        self.error: Exception | None = None
        self.read: list[str] = []

    async def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to free."""

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        self.read = list(texts)
        if self.error is not None:
            raise self.error
        return [self.scores[text] for text in texts][: self.scored]


async def test_fastembed_runs_the_model_on_question_and_text_together(tmp_path: Path) -> None:
    async with _started(tmp_path) as reranker:
        texts = ["The launch is on Friday", "a cat sat", "发布 推迟", "", "half \ud800 a letter", "the the", "is it"]
        assert await reranker.score("when is the launch", texts) == [3, 0, 0, 0, 0, 2, 1]
        assert await reranker.score("发布", texts) == [0, 0, 1, 0, 0, 0, 0]
        assert await reranker.score("发布", []) == []


@pytest.mark.parametrize(("max_tokens", "read"), [(8, 1), (64, 2)])
async def test_a_text_is_cut_to_what_the_model_reads(tmp_path: Path, max_tokens: int, read: int) -> None:
    async with _started(tmp_path, max_tokens=max_tokens) as reranker:
        assert await reranker.score("launch", ["launch " + "cat " * 30 + "launch"]) == [read]


async def test_no_more_than_512_tokens_are_read_whatever_the_model_could(tmp_path: Path) -> None:
    async with _started(tmp_path, max_tokens=8192) as reranker:
        texts = [f"launch {'cat ' * filling}launch" for filling in (400, 600, 600_000)]
        assert await reranker.score("launch", texts) == [2, 1, 1]


async def test_what_is_not_ready_in_time_is_left_out_and_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    release = threading.Event()

    def slow_after_the_first(_: str, text: str) -> float:
        if text != "first":
            release.wait(timeout=60)
        return 1.0

    async with _started(tmp_path, budget=2.0) as reranker:
        monkeypatch.setattr(reranker, "_score", slow_after_the_first)
        try:
            assert await reranker.score("?", ["first", "second", "third"]) == [1.0]
            # The thread is still busy with the second: whoever comes now waits no longer than the budget either.
            async with asyncio.timeout(20):
                assert await reranker.score("?", ["first"]) == []
        finally:
            release.set()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "1 of 3 candidates" in caplog.text


async def test_nothing_is_begun_that_would_not_be_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def slow(_: str, text: str) -> float:
        begun.append(text)
        threading.Event().wait(1.1)  # more than half of the budget
        return 1.0

    async with _started(tmp_path, budget=2.0) as reranker:
        monkeypatch.setattr(reranker, "_score", slow)
        await reranker.score("?", ["first", "second"])
    assert begun == ["first"]


@pytest.mark.parametrize("wrong", [MODEL_FILE, "tokenizer.json"])
async def test_files_that_are_no_model_are_refused_at_the_start(tmp_path: Path, wrong: str) -> None:
    write_cross_encoder(tmp_path, WORDS)
    (tmp_path / wrong).write_bytes(b"no model")
    spec = RerankerSpec(name="test/shared-words", path=tmp_path, model_file=MODEL_FILE)
    reranker = FastReranker(spec, budget_seconds=LONG)
    with pytest.raises(ValueError, match="test/shared-words cannot be loaded"):
        await reranker.start()
    await reranker.close()


async def test_a_model_that_fails_while_running_is_told_of_once_and_search_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    candidates = [_candidate(text, 3.0 - at) for at, text in enumerate(("a cat", "sat", "the launch"))]
    async with _started(tmp_path, broken=True) as reranker:
        reranking = Reranking(reranker)
        for _ in range(2):
            assert await reranking.reorder("the launch", candidates) == candidates
    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "search goes on without it" in record.getMessage()


async def test_a_failure_after_it_had_recovered_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    judge = Judge({"a": 0, "b": 1})
    reranking = Reranking(judge)
    candidates = [_candidate("a", 2.0), _candidate("b", 1.9)]
    for error in (ValueError("x"), None, MemoryError()):
        judge.error = error
        await reranking.reorder("?", candidates)
    assert len(caplog.records) == 2


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
async def test_scores_that_are_no_numbers_are_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: float
) -> None:
    candidates = [_candidate("a", 2.0), _candidate("b", 1.0)]
    async with _started(tmp_path) as reranker:
        monkeypatch.setattr(reranker._model, "rerank", lambda *_, **__: [number])
        assert await Reranking(reranker).reorder("?", candidates) == candidates


async def test_a_clear_judgement_wins_over_a_close_first_stage_and_not_over_a_clear_one() -> None:
    judge = Judge({"first": -9.0, "second": 4.0, "third": -8.0})
    close = [_candidate("first", 10.0), _candidate("second", 9.5), _candidate("third", 2.0)]
    reordered = await Reranking(judge).reorder("?", close)
    assert _texts(reordered) == ["second", "first", "third"]
    assert [candidate.score for candidate in reordered] == [10.0, 9.5, 2.0], "scores stay with the places"
    judge.scores = {"first": -0.1, "second": 0.0, "third": -9.0}
    clear = [_candidate("first", 10.0), _candidate("second", 3.0), _candidate("third", 2.0)]
    assert _texts(await Reranking(judge).reorder("?", clear)) == ["first", "second", "third"]


async def test_the_weight_decides_whose_word_counts() -> None:
    judge = Judge({"a": 0, "b": 1, "c": 2})
    candidates = [_candidate("a", 3.0), _candidate("b", 2.0), _candidate("c", 1.0)]
    assert _texts(await Reranking(judge, weight=0.0).reorder("?", candidates)) == ["a", "b", "c"]
    assert _texts(await Reranking(judge, weight=1.0).reorder("?", candidates)) == ["c", "b", "a"]


async def test_only_the_first_are_read_and_what_was_not_read_keeps_its_order() -> None:
    judge = Judge({"a": 0, "b": 1, "c": 2, "d": 3}, scored=2)
    candidates = [_candidate(text, 4.0 - at) for at, text in enumerate("abcde")]
    assert _texts(await Reranking(judge, candidates=4, weight=1.0).reorder("?", candidates)) == list("bacde")
    assert judge.read == ["a", "b", "c", "d"]
    judge.scored = 0
    assert await Reranking(judge, candidates=4).reorder("?", candidates) == candidates
    assert await Reranking(judge).reorder("?", candidates[:1]) == candidates[:1]


async def test_a_reply_is_judged_with_the_question_that_it_answers() -> None:
    judge = Judge({"When is the launch?\non Friday": 1, "on Monday": 0})
    candidates = [_candidate("on Monday", 1.0), _candidate("on Friday", 0.9, context="When is the launch?")]
    assert _texts(await Reranking(judge, weight=0.9).reorder("?", candidates)) == ["on Friday", "on Monday"]
