"""The standard answer of a question: found in other words, not mistaken for its neighbour's, offered when in doubt."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest_asyncio

from bot.application import Application
from bot.curating.matching import Matching
from bot.curating.matching_pieces import NAMES as PIECE_NAMES
from bot.curating.matching_signs import NAMES
from bot.curating.matching_trees import Trees
from bot.curating.standard_answers import EVERYBODY, StandardAnswers
from knowledge.embedding import Vectors
from knowledge.lexical import term_index
from knowledge.passage import Audience, ChannelId
from tests.fakes.embedder import TinyEmbedder
from tests.quick_application import quick_application

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ANYBODY = Audience(frozenset({ChannelId("console:launch")}))

KNOWN = (
    ("大会议室怎么预订？", ()),
    ("What is the SLA for priority one tickets?", ()),
    ("谁负责仓库的钥匙？", ()),
    ("When is the Berlin office closed over Christmas?", ()),
    ("为什么周五晚上不能发布？", ()),
    ("退货多久到账？", ("退货的钱几天能到",)),
)
SAME = (
    ("预订大会议室的流程是什么", "大会议室怎么预订？"),
    ("how do I book the big meeting room", "大会议室怎么预订？"),
    ("仓库钥匙找谁", "谁负责仓库的钥匙？"),
    ("who has the warehouse keys?", "谁负责仓库的钥匙？"),
    ("柏林办公室圣诞节什么时候关门", "When is the Berlin office closed over Christmas?"),
    ("周五晚上不让上线的原因", "为什么周五晚上不能发布？"),
    ("退货几天到账", "退货多久到账？"),
)
DIFFERENT = (
    "小会议室怎么预订？",
    "大会议室能坐多少人？",
    "How do I cancel the big meeting room?",
    "What is the SLA for priority two tickets?",
    "Who handles priority one tickets?",
    "谁负责仓库的叉车？",
    "仓库的钥匙放在哪里？",
    "When is the Munich office closed over Christmas?",
    "When is the Berlin office closed over Easter?",
    "Why is the Berlin office closed over Christmas?",
    "为什么周五晚上能发布？",
    "为什么周四晚上不能发布？",
    "退货寄到哪里？",
    "换货多久到账？",
)


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as made:
        yield made


async def _with(application: Application, *known: tuple[str, Sequence[str]]) -> StandardAnswers:
    kept = StandardAnswers(application.database)
    for question, variants in known:
        proposed = await kept.propose(
            question=question, variants=variants, text=f"Answer: {question}", proposed_by="Ann", channel_ids=[EVERYBODY]
        )
        await kept.approve(proposed, owner="Maya")
    return kept


@pytest_asyncio.fixture
async def matching(application: Application) -> Matching:
    return Matching(await _with(application, *KNOWN), application.embedder)


async def test_other_words_for_the_same_fact_get_its_answer_and_near_misses_do_not(matching: Matching) -> None:
    """Fails for nearness of vectors: every one of the different questions is nearer than most of the same."""
    served = {asked: await matching.find(asked, audience=ANYBODY, now=NOW) for asked, _ in SAME}
    missed = [asked for asked, known in SAME if (one := served[asked]) is None or one.question != known]
    wrong = [asked for asked in DIFFERENT if await matching.find(asked, audience=ANYBODY, now=NOW) is not None]
    assert wrong == []
    assert len(missed) <= 1, missed


async def test_the_same_words_are_sure_whatever_their_order_and_manners(matching: Matching) -> None:
    found = await matching.find("请问退货的钱几天能到？", audience=ANYBODY, now=NOW)
    assert found is not None
    assert found.question == "退货多久到账？"


async def test_what_is_likely_but_not_sure_is_not_given(application: Application) -> None:
    kept = await _with(application, ("大会议室怎么预订？", ()), ("大会议室谁打扫？", ()))
    matching = Matching(kept, application.embedder)
    assert await matching.find("预订会议室", audience=ANYBODY, now=NOW) is None
    match = await matching.match("预订会议室", audience=ANYBODY, now=NOW)
    assert match is not None
    assert (match.standard_answer.question, match.sure) == ("大会议室怎么预订？", False)
    assert await matching.match("退货多久到账？", audience=ANYBODY, now=NOW) is None


async def test_two_that_are_equally_likely_are_neither_given_nor_offered(application: Application) -> None:
    asked = "仓库钥匙找谁"
    kept = await _with(application, ("谁负责仓库的钥匙？", ()))
    assert await Matching(kept, application.embedder).find(asked, audience=ANYBODY, now=NOW) is not None
    kept = await _with(application, ("仓库的钥匙归谁？", ()))
    assert await Matching(kept, application.embedder).match(asked, audience=ANYBODY, now=NOW) is None


class _OfPieces(TinyEmbedder):
    """Tells of pieces, too: every word is one, and has a direction of its own."""

    def __init__(self) -> None:
        super().__init__("multilingual-e5-small-int8-tiny")
        self.of_pieces: list[str] = []

    async def embed_pieces(self, question: str) -> Vectors:
        self.of_pieces.append(question)
        words = question.lower().strip("?").split()
        drawn = [np.random.RandomState(term_index(word) % 2**31).standard_normal(384) for word in words]
        return np.array(drawn, np.float32).reshape(-1, 384)


async def test_pieces_of_ways_are_made_once_and_decide(application: Application) -> None:
    """With trees that ask nothing but whether the pieces are alike."""
    embedder, known = _OfPieces(), "When is the Berlin office closed over Christmas?"
    matching = Matching(await _with(application, (known, ())), embedder)
    alike = len(NAMES) + PIECE_NAMES.index("piece_mean_lower")
    only = Trees.of([([alike, 0, 0], [0.75, 0.0, 0.0], [1, -1, -1], [0.0, -9.0, 9.0])], 0.0)
    matching._model = replace(matching._model, weights=only)
    await matching.warm(NOW)
    asked = "When is the Berlin office closed over Christmas this year?"
    found = await matching.find(asked, audience=ANYBODY, now=NOW)
    assert found is not None
    assert embedder.of_pieces == [known, asked]
    other = "Which people of the Berlin office work over Christmas?"
    assert await matching.find(other, audience=ANYBODY, now=NOW) is None


async def test_a_way_that_is_asked_no_more_is_forgotten(application: Application) -> None:
    """Invariant 3: nothing of a removed standard answer stays."""
    kept = await _with(application, ("大会议室怎么预订？", ()), ("退货多久到账？", ()))
    matching = Matching(kept, application.embedder)
    await matching.warm(NOW)
    assert "退货" in repr(vars(matching._ways))
    (gone,) = [one for one in await kept.in_force(NOW) if one.question == "退货多久到账？"]
    await kept.remove(gone.standard_answer_id)
    assert await matching.find("退货多久到账？", audience=ANYBODY, now=NOW) is None
    assert "退货" not in repr(vars(matching._ways))
