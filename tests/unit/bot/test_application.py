"""The optional re-ranker through the whole house: pulled from a hub, named in the settings, heard in every search."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.application import open_application
from bot.errors import ModelError, ModelMissing, SettingsError
from bot.llm.scripted import ScriptedModel
from bot.models.pull import Puller
from bot.models.reference import model_named
from bot.models.store import ModelStore
from bot.settings import RerankerSettings, Settings
from knowledge.passage import Audience
from tests.builders import posted
from tests.fakes.cross_encoder import cross_encoder_files
from tests.fakes.embedder import TinyEmbedder
from tests.fakes.model_hub import FakeModelHub
from tests.quick_application import archive

# A name that fastembed knows: what lies there is our tiny model, which shares its names of files.
NAME = "Xenova/ms-marco-MiniLM-L-6-v2"
REPOSITORY = "Xenova/ms-marco-MiniLM-L-6-v2"


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeModelHub]:
    files = cross_encoder_files("boiler")
    large = {name: files.pop(name) for name in ("onnx/model.onnx", "tokenizer.json")}
    async with FakeModelHub(repository=REPOSITORY, files=large, small_files=files) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        yield running


def _with_reranker(settings: Settings, name: str = NAME) -> Settings:
    return settings.model_copy(update={"reranker": RerankerSettings(model=name, budget_ms=10_000)})


async def _pull(settings: Settings) -> Path:
    store = ModelStore(settings.models_dir)
    async with Puller(store, wait_seconds=0.01) as puller:
        manifest = await puller.pull(model_named(NAME))
    assert (manifest.role, manifest.checked) == ("reranker", "hub")
    return store.folder(NAME)


async def _found(settings: Settings) -> list[str]:
    async with open_application(settings, embedder=TinyEmbedder(), model=ScriptedModel([])) as application:
        await archive(
            application,
            posted(1, text="the pump and the valve are late"),
            posted(2, text="the boiler of the pump"),
            posted(3, text="nothing else"),
        )
        found = await application.finder.search("late pump valve boiler boiler", audience=Audience.operator(), limit=3)
        return [item.text for item in found]


async def test_a_pulled_re_ranker_orders_what_search_finds(hub: FakeModelHub, settings: Settings) -> None:
    assert (await _found(settings))[0] == "the pump and the valve are late"
    await _pull(settings)
    assert (await _found(_with_reranker(settings)))[0] == "the boiler of the pump"


async def test_a_re_ranker_that_was_not_pulled_stops_the_start_and_says_what_to_run(settings: Settings) -> None:
    with pytest.raises(ModelMissing, match=NAME) as raised:
        await _found(_with_reranker(settings))
    assert raised.value.hint() == "Run: shiguang models pull"


async def test_files_that_are_no_model_stop_the_start(hub: FakeModelHub, settings: Settings) -> None:
    path = await _pull(settings) / "onnx" / "model.onnx"
    path.write_bytes(b"?" * path.stat().st_size)
    with pytest.raises(ModelError, match="cannot be loaded") as raised:
        await _found(_with_reranker(settings))
    assert f"models verify {NAME}" in raised.value.hint()


@pytest.mark.parametrize("name", ["nothing", "multilingual-e5-small-int8"])
async def test_a_name_that_is_no_re_ranker_names_the_setting(settings: Settings, name: str) -> None:
    with pytest.raises(SettingsError, match=r"reranker\.model"):
        await _found(_with_reranker(settings, name))
