"""What is shown is supported: words, figures, names, links and codes come from the cited passages."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.evidence import Evidence
from bot.answering.grounding import Checked, GroundingCheck
from knowledge.embedding import Vectors
from tests.builders import evidence
from tests.fakes.embedder import DIMENSION, TinyEmbedder

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE = datetime(2026, 11, 29, 17, 30, tzinfo=UTC)
"""Half past one on the 30th in Shanghai."""


class Agreeing(TinyEmbedder):
    """Finds every text as near as can be: what is dropped then is dropped for its facts."""

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), DIMENSION), DIMENSION**-0.5, np.float32)


async def check(answer: str, *passages: Evidence, question: str = "?", embedder: Any = None) -> Checked:
    grounding = GroundingCheck(embedder or TinyEmbedder(), zone=SHANGHAI)
    return await grounding.check(answer, question=question, evidence=passages)


async def shown(answer: str, *passages: Evidence, question: str = "?", embedder: Any = None) -> str:
    return (await check(answer, *passages, question=question, embedder=embedder)).text


MOVED = evidence(1, "发布日从 11-28 改到 12-08，上午 10:00 不变。原因：静澜的泵要 18 天交期。", author="王芳")
PRICE = evidence(2, "Jinglan quotes 1,200 pumps at ¥3,200 each, JL-P19, warranty 24 months", author="Maya Chen")


async def test_a_supported_sentence_gets_the_mark_of_its_passage() -> None:
    assert await shown("发布日改到 12 月 8 日。", PRICE, MOVED) == "发布日改到 12 月 8 日[1]。"
    assert await shown("Jinglan quotes 1200 pumps.", MOVED, PRICE) == "Jinglan quotes 1200 pumps [2]."


async def test_sentences_are_judged_one_by_one_and_joined_as_their_language_needs() -> None:
    answer = "Jinglan quotes 1,200 pumps. The moon is made of cheese. 发布日改到 12-08。上午 10:00 不变。"
    assert await shown(answer, MOVED, PRICE) == (
        "Jinglan quotes 1,200 pumps [2]. 发布日改到 12-08[1]。上午 10:00 不变[1]。"
    )


@pytest.mark.parametrize(
    "answer",
    [
        "发布日改到 12 月 9 日。",
        "发布日从 11-28 改到 12-18。",
        "发布日改到 12-08，上午 11:00 不变。",
        "泵要二十七天交期。",
        "静澜的泵要 180 天交期。",
        "发布日改到 2027-12-08。",
    ],
)
async def test_a_wrong_figure_drops_its_sentence_however_alike_the_words(answer: str) -> None:
    for embedder in (TinyEmbedder(), Agreeing()):
        checked = await check(answer, MOVED, PRICE, embedder=embedder)
        assert checked.text == ""
        assert checked.sentences[0].problem is not None


@pytest.mark.parametrize(
    "answer",
    [
        "发布日改到 12 月 8 日。",
        "发布日改到十二月八日。",
        "发布日改到12月8号，上午10点。",
        "静澜的泵要十八天交期。",
        "发布日改到2026年12月8日。",
    ],
)
async def test_the_same_figure_in_another_spelling_stands(answer: str) -> None:
    assert (await check(answer, MOVED, PRICE)).cited == (1,)


async def test_full_width_and_separators_are_the_same_number() -> None:
    assert await shown("静澜报价１２００台泵。", evidence(1, "静澜报价 1,200 台泵")) == "静澜报价１２００台泵[1]。"


async def test_a_day_named_from_the_message_counts_in_the_team_zone() -> None:
    tomorrow = evidence(1, "海报明天发出去", time=LATE)
    assert (await check("海报 12 月 1 日发出去。", tomorrow)).cited == (1,)
    assert (await check("海报 11 月 30 日发出去。", evidence(1, "海报今天发出去", time=LATE))).cited == (1,)
    assert (await check("海报 11 月 29 日发出去。", tomorrow)).cited == ()


async def test_a_figure_of_a_second_passage_brings_its_mark() -> None:
    total = evidence(1, "the launch budget was approved by finance for the launch")
    amount = evidence(2, "launch budget approved: 1,200 yuan")
    checked = await check("The launch budget approved was 1,200 yuan.", total, amount)
    assert 2 in checked.cited


async def test_figures_of_the_question_may_be_repeated() -> None:
    passage = evidence(1, "yes, the budget was approved by finance")
    assert (await check("The budget of 500 was approved by finance.", passage, question="budget 500 ok?")).cited == (1,)


async def test_a_sentence_that_says_nothing_new_is_dropped() -> None:
    question = "When was the launch moved?"
    assert await shown("When the launch was moved.", evidence(1, "launch moved"), question=question) == ""
    assert await shown("👍", MOVED) == ""


@pytest.mark.parametrize(
    "mark",
    [
        "[99]",
        "[1]",
        "［99］",
        "【99】",
        "[1, 99]",
        "[来源 9]",
        "[record 99]",
        "[^9]",
        "[1-3]",
        "（99）",
        "(7)",
        "[]",
        "[编号]",
    ],
)
async def test_marks_of_the_model_are_never_trusted(mark: str) -> None:
    assert await shown(f"发布日改到 12-08{mark}。", MOVED) == "发布日改到 12-08[1]。"
    assert await shown(f"{mark} 发布日改到 12-08 {mark}", MOVED) == "发布日改到 12-08 [1]" or mark.startswith(
        ("（", "(")
    )


async def test_a_number_in_square_brackets_is_not_left_to_look_like_a_mark() -> None:
    assert await shown("JL-P19 warranty is [2400] months.", evidence(1, "JL-P19 warranty 2400 months")) == (
        "JL-P19 warranty is (2400) months [1]."
    )


async def test_list_numbers_and_headings_are_no_claims() -> None:
    answer = "## 结论\n1. 发布日改到 12-08\n2、上午 10:00 不变\n③ 泵要 18 天交期\n- **静澜的泵**要 18 天"
    assert len((await check(answer, MOVED)).cited) == 1
    kept = [sentence for sentence in (await check(answer, MOVED)).sentences if sentence.citations]
    assert [sentence.text for sentence in kept] == [
        "发布日改到 12-08", "上午 10:00 不变", "泵要 18 天交期", "静澜的泵要 18 天",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "passage"),
    [
        ("Maya Chen approved the budget.", evidence(1, "I approved the budget", author="Li Wei")),
        ("The budget was approved by Maya.", evidence(1, "I approved the budget", author="Li Wei")),
        ("Maya approved the budget.", evidence(1, "I approved the budget", author="Li Wei")),
        ("预算由王芳批准。", evidence(1, "预算我批准了", author="李伟")),
        ("The budget was approved by Ann.", evidence(1, "the planning budget was approved", author="Li Wei")),
        ("预算由 Bob 批准了。", evidence(1, "the budget was approved by finance", author="Li Wei")),
    ],
)
async def test_the_wrong_person_drops_the_sentence(answer: str, passage: Evidence) -> None:
    others = (evidence(2, "about something else", author="Maya Chen"), evidence(3, "别的事", author="王芳"))
    for embedder in (TinyEmbedder(), Agreeing()):
        cited = (await check(answer, passage, *others, embedder=embedder)).cited
        assert 1 not in cited or {2, 3} & set(cited)
        assert (
            (await check(answer, passage, embedder=embedder)).cited == ()
            or "Maya approved" in answer
            or "王芳" in answer
        )


async def test_the_right_person_stands_in_either_script() -> None:
    by_li = evidence(1, "I approved the budget of the launch", author="Li Wei")
    assert (await check("Li Wei approved the budget of the launch.", by_li)).cited == (1,)
    assert (await check("Li approved the launch budget.", by_li)).cited == (1,)
    in_chinese = evidence(1, "我批准了预算", author="李伟")
    assert (await check("Li Wei approved the budget.", in_chinese, embedder=Agreeing())).cited == (1,)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("The launch is not on 8 December.", "launch on 8 December"),
        ("The pump passed the test.", "the pump has not passed the test"),
        ("预算没有批准。", "预算批准了"),
    ],
)
async def test_the_opposite_is_not_supported(answer: str, said: str) -> None:
    assert await shown(answer, evidence(1, said), embedder=Agreeing()) == ""


@pytest.mark.parametrize(
    ("link", "held"),
    [
        ("https://evil.example.com/login", "https://mao.cn/launch"),
        ("https://mao.cn", "https://mao.cn.evil.com/launch"),
        ("https://mao.cn/launch?next=evil", "https://mao.cn/launch"),
        ("evil.com/login", "https://mao.cn/launch"),
        ("slack://open?x", "https://mao.cn/launch"),
        ("boss@evil.com", "boss@mao.cn"),
    ],
)
async def test_a_link_that_is_not_exactly_in_the_passages_drops_its_sentence(link: str, held: str) -> None:
    passage = evidence(1, f"launch page is at {held} , see there")
    assert await shown(f"The launch page is at {link} .", passage, embedder=Agreeing()) == ""
    assert await shown(f"The launch page is at {held} .", passage) != ""


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ("Jinglan quotes JL-P19 pumps.", True),
        ("Jinglan quotes QL-P19 pumps.", False),
        ("Jinglan quotes JL-P18 pumps.", False),
        ("静澜报价的泵是 JL-P19，保修 24 个月。", True),
        ("静澜报价的泵是JLP-19，保修 24 个月。", False),
        ("The file is quote_final.pdf with warranty 24 months.", False),
    ],
)
async def test_codes_and_file_names_are_copied_exactly(answer: str, is_right: bool) -> None:
    assert bool(await shown(answer, PRICE, embedder=Agreeing())) is is_right


async def test_a_file_name_of_the_evidence_may_be_named() -> None:
    page = evidence(1, "warranty 24 months", file_name="JL-Q-2207-quotation.pdf", page="2")
    assert await shown("JL-Q-2207-quotation.pdf grants a warranty of 24 months.", page) != ""


async def test_meaning_in_the_other_language_is_support() -> None:
    assert (await check("The pump takes 18 days to arrive.", MOVED, embedder=Agreeing())).cited == (1,)
    assert (await check("The pump takes 19 days to arrive.", MOVED, embedder=Agreeing())).cited == ()


async def test_no_evidence_and_no_answer_show_nothing() -> None:
    assert await shown("发布日改到 12-08。") == ""
    assert await shown("", MOVED) == ""
    assert await shown(" [1] \n", MOVED) == ""


_NUMBERS = st.integers(0, 99_999)
_WRITTEN = [str, lambda n: f"{n:,}", lambda n: "".join(chr(ord(c) + 0xFEE0) for c in str(n))]
_number = st.builds(lambda write, n: write(n), st.sampled_from(_WRITTEN), _NUMBERS | st.sampled_from([7, 40, 1200]))
_passage_texts = st.builds("the pump order of {} units, approved for {} yuan 泵".format, _number, _number)
_answer_texts = st.lists(
    st.builds("{}The pump order of {} units is approved for {} yuan{}".format,
              st.sampled_from(["", "1. ", "- ", "[99] "]), _number, _number,
              st.sampled_from(["。", ".", " [99].", "[1].", "（3）。", ""])),
    min_size=1, max_size=4,
).map("\n".join)  # fmt: skip


def _integers(text: str) -> set[int]:
    folded = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return {int(number) for number in re.findall(r"\d+", folded)}


@given(passages=st.lists(_passage_texts, min_size=1, max_size=4), answer=_answer_texts, asked=_number)
async def test_no_number_is_shown_that_is_in_no_cited_passage_nor_the_question(
    passages: list[str], answer: str, asked: str
) -> None:
    found = [evidence(n, text, author="Ann") for n, text in enumerate(passages, start=1)]
    checked = await check(answer, *found, question=f"order {asked}?", embedder=Agreeing())
    assert set(checked.cited) <= {item.n for item in found}
    marks = {int(mark) for mark in re.findall(r"\[(\d+)\]", checked.text)}
    assert marks == set(checked.cited)
    allowed = _integers(asked) | {2026, 11, 2}
    for item in found:
        if item.n in checked.cited:
            allowed |= _integers(item.text)
    assert _integers(re.sub(r"\[\d+\]", "", checked.text)) <= allowed


@given(answer=st.text(max_size=80), passage=st.text(max_size=80), question=st.text(max_size=30))
async def test_no_text_breaks_it(answer: str, passage: str, question: str) -> None:
    checked = await check(answer, evidence(1, passage), question=question, embedder=Agreeing())
    assert set(checked.cited) <= {1}


async def test_a_sentence_that_goes_round_in_circles_is_dropped() -> None:
    passages = [evidence(1, "The studio has a mirror and a wooden floor, a room with a mirror and a wooden floor")]
    assert not await shown("The studio has" + " a room with a mirror," * 5, *passages, embedder=Agreeing())
    assert not await shown("工作室有一面很大的镜子，" * 4, evidence(1, "工作室有一面很大的镜子"), embedder=Agreeing())


@pytest.mark.parametrize(
    ("said", "is_right"),
    [
        ("I got my tattoo", True),
        ("I got my tattoo a few years ago", False),
        ("We had a super fun weekend and I got my tattoo", False),
        ("我几年前纹的身，I got my tattoo", False),
    ],
)
async def test_the_day_of_a_message_is_not_the_day_of_what_it_places_at_another_time(said: str, is_right: bool) -> None:
    passages = [evidence(1, said, author="Gina", time=datetime(2023, 2, 8, 9, tzinfo=UTC))]
    answer = "Gina got her tattoo on 8 February 2023."
    assert bool(await shown(answer, *passages, question="When did Gina get it?", embedder=Agreeing())) is is_right
