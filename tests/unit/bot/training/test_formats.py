"""Rows are what TRL and LLaMA-Factory document; the exports of a small team were put through both once by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.llm.interface import ChatMessage
from bot.training.example import Example, Format
from bot.training.formats import dataset_info, factory_path, factory_row, row
from tests.builders import START

_PROMPT = (ChatMessage("system", "You answer."), ChatMessage("user", "When is the launch?"))
EXAMPLE = Example(
    kind="judged",
    made_of=("a1",),
    question="When is the launch?",
    prompt=_PROMPT,
    completion="On December 8.",
    rejected="Soon.",
    label=True,
    language="en",
    channel_id="console:launch",
    day=START,
    names=(),
)
FORMATS: tuple[Format, ...] = ("sft", "dpo", "kto")
TRL_COLUMNS: dict[Format, frozenset[str]] = {
    "sft": frozenset({"messages"}),
    "dpo": frozenset({"prompt", "chosen", "rejected"}),
    "kto": frozenset({"prompt", "completion", "label"}),
}
"""Language modelling, preference and unpaired preference; any other set of these names is refused."""


@pytest.mark.parametrize("wanted", FORMATS)
def test_rows_have_the_columns_and_turns_that_trl_asks_for(wanted: Format) -> None:
    made = row(wanted, EXAMPLE)
    assert set(made) == TRL_COLUMNS[wanted]
    for name, value in made.items():
        if name == "label":
            assert value is True
            continue
        assert all(set(message) == {"role", "content"} for message in value), "conversational"
        assert value[-1]["role"] == ("user" if name == "prompt" else "assistant")
    whole = made.get("messages") or made["prompt"]
    assert [message["role"] for message in whole[:2]] == ["system", "user"]


@pytest.mark.parametrize("wanted", FORMATS)
def test_llamafactory_is_told_of_columns_that_are_there_in_its_shape(wanted: Format) -> None:
    out = Path("team.jsonl")
    info = dataset_info(wanted, out)["team"]
    made = factory_row(wanted, row(wanted, EXAMPLE)) or row(wanted, EXAMPLE)
    assert info["formatting"] == "sharegpt"
    assert info["file_name"] == (factory_path(wanted, out) or out).name
    assert set(info["columns"].values()) <= set(made)
    tags = info["tags"]
    turns: list[dict[str, Any]] = list(made["messages"])
    assert turns.pop(0)[tags["role_tag"]] == tags["system_tag"]
    roles = [tags["user_tag"], tags["assistant_tag"]]
    assert [turn[tags["role_tag"]] for turn in turns] == roles[: len(turns)]
    assert len(turns) == (1 if info.get("ranking") else 2)
    if info.get("ranking"):
        assert made["chosen"][tags["role_tag"]] == made["rejected"][tags["role_tag"]] == tags["assistant_tag"]
    if wanted == "kto":
        assert isinstance(made[info["columns"]["kto_tag"]], bool)


def test_a_label_of_no_is_no() -> None:
    assert row("kto", replace(EXAMPLE, label=False))["label"] is False
