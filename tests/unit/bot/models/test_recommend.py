from pathlib import Path

import pytest

from bot.models.catalogue import DEFAULT_CHAT, DEFAULT_EMBEDDING, RERANKER, SMALL_CHAT, HubName
from bot.models.recommend import Machine, advise, answering_hubs, inspect_machine
from bot.models.reference import model_named

_GB = 1_000_000_000
_HUBS: tuple[HubName, ...] = ("huggingface", "modelscope")


def _chat(memory: int, gpu: int = 0, hubs: tuple[HubName, ...] = _HUBS) -> str:
    return advise(Machine(memory=memory * _GB, cores=8, gpu_memory=gpu * _GB), hubs).recommendations[0].name


@pytest.mark.parametrize(
    ("memory", "gpu", "name"),
    [
        (4, 0, SMALL_CHAT.name),
        (6, 0, DEFAULT_CHAT.name),
        (8, 0, "qwen3-4b-q4_k_m"),
        (64, 0, "qwen3-4b-q4_k_m"),  # larger ones are too slow without a card
        (32, 8, "qwen3-8b-q4_k_m"),
        (64, 24, "qwen3-14b-q4_k_m"),
    ],
)
def test_the_chat_model_fits_the_machine(memory: int, gpu: int, name: str) -> None:
    assert _chat(memory, gpu) == name


def test_a_card_gets_every_layer() -> None:
    advice = advise(Machine(memory=64 * _GB, cores=8, gpu_memory=24 * _GB), _HUBS)
    assert "llm.gpu_layers = -1" in advice.recommendations[0].setting


def test_without_a_hub_only_what_the_index_gives() -> None:
    advice = advise(Machine(memory=64 * _GB, cores=8, gpu_memory=24 * _GB), ())
    assert [pick.name for pick in advice.recommendations] == [DEFAULT_CHAT.name, DEFAULT_EMBEDDING.name]
    assert not any(pick.needs_hub for pick in advice.recommendations)
    assert "No model hub answers" in advice.note


@pytest.mark.parametrize("language", ["auto", "zh", "en"])
def test_every_recommendation_can_be_pulled_by_its_name(language: str) -> None:
    spoken = {"auto": "auto", "zh": "zh", "en": "en"}
    advice = advise(Machine(memory=64 * _GB, cores=8, gpu_memory=0), _HUBS, language=spoken[language])  # type: ignore[arg-type]  # a literal by the parameters above
    assert {model_named(pick.name).role for pick in advice.recommendations} == {"chat", "embedding", "reranker"}


def test_people_who_write_chinese_get_no_english_only_model() -> None:
    advice = advise(Machine(memory=64 * _GB, cores=8, gpu_memory=0), _HUBS, language="zh")
    assert not any("-en" in pick.name for pick in advice.recommendations)


@pytest.mark.parametrize(("cores", "recommended"), [(2, False), (8, True)])
def test_a_re_ranker_is_recommended_where_it_has_time_to_read(cores: int, recommended: bool) -> None:
    advice = advise(Machine(memory=64 * _GB, cores=cores, gpu_memory=0), _HUBS)
    settings = [pick.setting for pick in advice.recommendations]
    assert (f'reranker.model = "{RERANKER.name}"' in settings) is recommended
    assert (f"({RERANKER.name}) is worth its time from 8 cores on" in advice.note) is not recommended


async def test_the_card_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nprintf '8192\\n24576\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    machine = await inspect_machine()
    assert machine.gpu_memory == 24576 * 1024 * 1024
    assert machine.memory > _GB
    assert machine.cores >= 1


async def test_hubs_that_do_not_answer_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", "http://127.0.0.1:9")
    assert await answering_hubs() == ()
