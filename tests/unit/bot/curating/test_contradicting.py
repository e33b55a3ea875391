"""Newer messages against standard answers, on cases written for it: most contradictions, hardly a harmless one."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.curating.contradicting import contradicts, may_contradict

CASES = Path(__file__).parents[3] / "benchmarks" / "contradicted_answers.jsonl"
"""``unseen`` were written after everything was tuned on the others."""
QUESTION = "差旅住宿报销上限是多少？"
TEXT = "一线城市每晚 500 元，其他城市 350 元 [1]。"


def _counted(part: str | None = None) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in CASES.read_text("utf-8").splitlines():
        case = json.loads(line)
        if part in (None, case["part"]):
            got = may_contradict(case["newer"]) and contradicts(
                case["newer"], question=case["question"], text=case["text"]
            )
            counted[f"{'hit' if got else 'silent'} {'right' if case['contradicts'] else 'harmless'}"] += 1
    return counted


@pytest.mark.parametrize(("part", "precision", "recall"), [("unseen", 0.9, 0.75), (None, 0.95, 0.85)])
def test_what_contradicts_is_mostly_found_and_what_is_harmless_hardly_ever(
    part: str | None, precision: float, recall: float
) -> None:
    counted = _counted(part)
    assert counted["hit right"] + counted["silent right"] >= 20
    assert counted["hit harmless"] + counted["silent harmless"] >= 40
    assert counted["hit right"] / (counted["hit right"] + counted["hit harmless"]) >= precision, counted
    assert counted["hit right"] / (counted["hit right"] + counted["silent right"]) >= recall, counted


@pytest.mark.parametrize(
    "newer",
    [
        "差旅住宿报销上限还是一线城市每晚 500 元",
        "差旅住宿报销上限要不要调到 600 元？",
        "今天把差旅住宿的 620 元报销了",
        "市场部的差旅住宿报销上限调到 600 元",
    ],
)
def test_repeating_asking_and_telling_of_others_contradicts_nothing(newer: str) -> None:
    assert not contradicts(newer, question=QUESTION, text=TEXT)


def test_another_value_an_end_and_another_person_contradict() -> None:
    assert contradicts("差旅住宿报销上限调整到 600 元每晚", question=QUESTION, text=TEXT)
    assert contradicts("差旅住宿报销上限取消，按实际金额报", question=QUESTION, text=TEXT)
    assert contradicts("报销审批交接给李强了", question="报销审批找谁？", text="找王芳。")
