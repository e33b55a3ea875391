"""Batching, caching and refusing of the embedder, over a model that counts what it is asked."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from knowledge import embedding
from knowledge.embedding import EmbeddingSpec, FastEmbedder, Vectors


class CountingModel:
    """Stands in for fastembed: a text becomes its length and its last letter, and each word is a token."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.model: object = None
        self.begun = threading.Event()
        self.release: threading.Event | None = None

    def token_count(self, text: str) -> int:
        text.encode()
        return len(text.split())

    def embed(self, texts: Sequence[str], *, batch_size: int) -> Iterator[Vectors]:
        for text in texts:
            text.encode()  # A tokenizer refuses half a surrogate pair.
        self.batches += [list(texts[at : at + batch_size]) for at in range(0, len(texts), batch_size)]
        self.begun.set()
        if self.release is not None:
            self.release.wait(timeout=10)
        for text in texts:
            vector = np.array([1.0, len(text), ord(text[-1]), 0], dtype=np.float32)
            yield vector / np.linalg.norm(vector)


def _spec(path: Path | None = None) -> EmbeddingSpec:
    return EmbeddingSpec(
        name="counting",
        identity="counting-1",
        dimension=4,
        query_prefix="query: ",
        passage_prefix="passage: ",
        path=path,
    )


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> CountingModel:
    counting = CountingModel()
    monkeypatch.setattr(FastEmbedder, "_load", lambda _: counting)
    return counting


@pytest.fixture
async def embedder(model: CountingModel) -> AsyncIterator[FastEmbedder]:
    started = FastEmbedder(_spec(), batch_size=2, cached_texts=3)
    await started.start()
    model.batches.clear()
    yield started
    await started.close()


async def test_vectors_come_in_the_order_asked_though_batches_are_sorted_by_tokens(
    embedder: FastEmbedder, model: CountingModel
) -> None:
    texts = ["a much longer text", "onewordofmanyletters", "a middle", "onewordofmanyletters"]
    vectors = await embedder.embed_passages(texts)
    assert model.batches == [
        ["passage: onewordofmanyletters", "passage: a middle"],
        ["passage: a much longer text"],
    ]
    assert vectors.shape == (4, 4)
    assert np.array_equal(vectors[1], vectors[3])
    again = np.stack([(await embedder.embed_passages([text]))[0] for text in texts])
    assert np.allclose(vectors, again)


async def test_long_texts_go_in_smaller_batches(model: CountingModel) -> None:
    embedder = FastEmbedder(_spec(), batch_size=32)
    await embedder.start()
    model.batches.clear()
    await embedder.embed_passages([f"{number} " + "word " * 500 for number in range(6)])
    assert [len(batch) for batch in model.batches] == [4, 2]
    await embedder.close()


async def test_a_few_texts_do_not_wait_for_a_thousand(embedder: FastEmbedder, model: CountingModel) -> None:
    model.release = threading.Event()
    model.begun.clear()
    many = asyncio.create_task(embedder.embed_passages([f"text {number}" for number in range(1000)]))
    await asyncio.to_thread(model.begun.wait, 10)
    few = asyncio.create_task(embedder.embed_passages(["now"]))
    await asyncio.sleep(0)
    model.release.set()
    await few
    assert len(model.batches) < 10
    assert not many.done()
    await many


async def test_a_text_is_embedded_once_until_others_push_it_out(embedder: FastEmbedder, model: CountingModel) -> None:
    await embedder.embed_passages(["a", "bb", "ccc"])
    await embedder.embed_passages(["a"])  # Asked for again: it stays, and "bb" goes.
    await embedder.embed_passages(["dddd"])
    model.batches.clear()
    await embedder.embed_passages(["a"])
    assert model.batches == []
    await embedder.embed_passages(["bb"])
    assert model.batches == [["passage: bb"]]


async def test_a_cached_vector_does_not_keep_its_batch_in_memory(embedder: FastEmbedder) -> None:
    await embedder.embed_passages(["a", "bb"])
    kept = list(embedder._passages._vectors.values())
    assert all(vector.base is None for vector in kept)


async def test_a_question_has_its_own_prefix_and_cache(embedder: FastEmbedder, model: CountingModel) -> None:
    first = await embedder.embed_query("when?")
    assert np.array_equal(first, await embedder.embed_query("when?"))
    assert model.batches == [["query: when?"]]


async def test_nothing_to_embed_and_half_a_character_are_no_trouble(embedder: FastEmbedder) -> None:
    assert (await embedder.embed_passages([])).shape == (0, 4)
    assert (await embedder.embed_passages(["\ud800"])).shape == (1, 4)
    assert (await embedder.embed_query("\ud800")).shape == (4,)


async def test_pieces_of_a_question_are_without_its_prefix_and_marks(
    embedder: FastEmbedder, model: CountingModel
) -> None:
    class Inner:
        """Knows four pieces of the text, and the marks around it, and numbers their states."""

        def tokenize(self, texts: Sequence[str]) -> list[SimpleNamespace]:
            assert texts == ["query: 报销 who?"]
            return [SimpleNamespace(offsets=[(0, 0), (0, 5), (5, 6), (6, 9), (9, 13), (13, 14), (0, 0)])]

        def onnx_embed(self, texts: Sequence[str]) -> SimpleNamespace:
            return SimpleNamespace(model_output=np.arange(28, dtype=np.float64).reshape(1, 7, 4))

    model.model = Inner()
    assert (await embedder.embed_pieces("报销 who?")).tolist() == [[12, 13, 14, 15], [16, 17, 18, 19]]
    assert (await embedder.embed_query("报销 who?")).shape == (4,)
    assert model.batches == [], "their mean is the vector"


async def test_it_must_be_started() -> None:
    idle = FastEmbedder(_spec())
    with pytest.raises(RuntimeError, match="not started"):
        await idle.embed_query("when?")
    await idle.close()


def _only_file(folder: Path) -> Path:
    [path] = folder.iterdir()
    return path


async def test_centres_are_kept_beside_the_model_and_read_again(
    model: CountingModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        embedder = FastEmbedder(_spec(tmp_path))
        await embedder.start()
        await embedder.close()
    measured = len(model.batches)
    assert measured > 0
    kept = _only_file(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError

    kept.unlink()
    monkeypatch.setattr(embedding, "_keep", refuse)
    read_only = FastEmbedder(_spec(tmp_path))
    await read_only.start()
    assert len(model.batches) == 2 * measured
    await read_only.close()
