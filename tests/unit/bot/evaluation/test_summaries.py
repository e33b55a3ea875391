"""Cases are read line by line; measures of summaries are those worked out by hand."""

from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.evaluation.summaries import (
    Summarised,
    SummaryCase,
    lead_3,
    load_cases,
    measured_summaries,
    one_shot,
    summary_reasons,
)
from bot.llm.scripted import ScriptedModel

DIALOGUE = SummaryCase.model_validate(
    {
        "id": "d1",
        "turns": [
            {"user": "Ann", "text": "The pump broke. It is wet here."},
            {"user": "Bo", "text": "I call the plumber! He comes at 9."},
        ],
        "summaries": ["Bo calls the plumber."],
    }
)


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "summaries.jsonl"
    path.write_text(text, "utf-8")
    return path


def test_both_forms(tmp_path: Path) -> None:
    dialogue, stretch = load_cases(
        _file(
            tmp_path,
            '{"id": "d1", "turns": [{"user": "Ann", "text": "hi"}], "topics": [], "summaries": ["a", "b"]}\n\n'
            '{"id": "s1", "channel": "c", "first": "m1", "last": "m9", "headline": null, "summary": "c"}\n',
        )
    )
    assert (dialogue.expected, stretch.expected) == (("a", "b"), ("c",))
    assert [(turn.author, turn.text) for turn in dialogue.written_out().turns] == [("Ann", "hi")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"id": "x", "turns": [{"user": "Ann", "text": "hi"}]}', "line 1"),
        ('{"id": "x", "channel": "c", "first": "m1", "summary": "s"}', "line 1"),
        ("{broken", "line 1"),
        ("\n", "holds no summary"),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        load_cases(_file(tmp_path, text))
    with pytest.raises(BadInput, match="cannot be read"):
        load_cases(tmp_path / "nowhere.jsonl")


def test_the_first_three_sentences() -> None:
    assert lead_3(DIALOGUE.written_out()) == "The pump broke. It is wet here. I call the plumber!"


async def test_the_plain_summary_reads_as_much_as_fits() -> None:
    model = ScriptedModel(lambda request: request.messages[0].content, context_tokens=4096)
    whole = await one_shot(model, DIALOGUE.written_out(), "en")
    assert whole.endswith("\n\nAnn: The pump broke. It is wet here.\nBo: I call the plumber! He comes at 9.")
    long = DIALOGUE.model_copy(update={"turns": DIALOGUE.turns * 800}).written_out()
    cut = await one_shot(model, long, "en")
    assert 3_000 < await model.count_tokens(cut) < 4096 - 300


def test_scores_support_links_and_gains() -> None:
    one = Summarised(
        expected=("a b c d", "a b"),
        said={"ours": "a b", "one_shot": "a x", "lead_3": "x y"},
        supported={"ours": (1, 1), "one_shot": (1, 2)},
        named=(1, 1),
        linked=(1, 1),
        took_ms=100,
    )
    other = Summarised(
        expected=("预算不变",),
        said={"ours": "预算变", "one_shot": "预算不变", "lead_3": "你好"},
        supported={"ours": (1, 3), "one_shot": (0, 2)},
        named=(0, 3),
        linked=(2, 3),
        took_ms=300,
        reason="not_supported",
    )
    failed = Summarised(expected=("a",), said={}, supported={}, reason="model_timeout")
    found = {name: value.mean for name, value in measured_summaries([one, other, failed]).items()}
    # The article "a" is a word here: ROUGE leaves nothing out.
    assert found["rouge_l_ours"] == pytest.approx((1 + 6 / 7) / 2)
    assert found["rouge_l_one_shot"] == pytest.approx((1 / 2 + 1) / 2)
    assert found["rouge_l_lead_3"] == 0
    assert found["rouge_l_gain_over_one_shot"] == pytest.approx((1 / 2 - 1 / 7) / 2)
    assert found["support_rate_ours"] == pytest.approx(2 / 4)
    assert found["support_rate_one_shot"] == pytest.approx(1 / 4)
    assert found["support_rate_named"] == pytest.approx(1 / 4)
    assert found["link_validity"] == pytest.approx(3 / 4)
    assert found["took_ms_p50"] == 200
    assert summary_reasons([one, other, failed]) == {"phrased": 1, "not_supported": 1, "model_timeout": 1}
