"""A LoRA adapter on the real llama.cpp: it changes what is said, only where it is asked to, and can be rolled back."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.llm._engine import AdapterFile, Engine, EngineError
from bot.llm.adapted import AdaptedLlamaCpp
from bot.llm.arms import ArmedModel, arm_named, arm_of
from bot.llm.factory import create_model
from bot.llm.interface import ChatMessage, LanguageModel, Sampling, SpeakingModel
from bot.llm.llamacpp import LlamaCppModel
from bot.llm.scripted import ScriptedModel
from bot.settings import LlmSettings, Settings
from tests.fakes.gguf_file import write_tiny_adapter, write_tiny_model
from tests.fakes.openai_server import OpenAiServerFake, streamed

SHORT = Sampling(max_tokens=24)
ASKED = [ChatMessage("user", "When is the launch?")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models")
    write_tiny_model(made / "tiny.gguf")
    write_tiny_adapter(made / "ours.gguf")
    write_tiny_adapter(made / "misfit.gguf", width=48)
    (made / "broken.gguf").write_bytes(b"GGUF" + b"\0" * 100)
    return made


def opened(folder: Path) -> Engine:
    return Engine(folder / "tiny.gguf", context_tokens=1024, threads=1, batch_threads=1, gpu_layers=0)


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Engine]:
    engine = opened(folder)
    engine.load_adapter(AdapterFile(folder / "ours.gguf"))
    yield engine
    engine.close()


def spoken(engine: Engine, prompt: str = "When is the launch?", *, adapted: bool = False) -> str:
    return "".join(engine.generate(prompt, sampling=SHORT, adapted=adapted))


def test_it_changes_what_is_said_and_without_it_everything_is_as_before(folder: Path, engine: Engine) -> None:
    never = opened(folder)
    before = spoken(never)
    never.close()
    without, with_it = spoken(engine), spoken(engine, adapted=True)
    assert without == before
    assert with_it != without
    assert spoken(engine) == without, "switched off again"
    assert spoken(engine, adapted=True) == with_it, "and on"


def test_what_was_read_in_one_arm_is_not_reused_in_the_other(folder: Path, engine: Engine) -> None:
    """A prompt that shares its beginning with the former one gives what it gives on a fresh engine."""
    fresh = opened(folder)
    fresh.load_adapter(AdapterFile(folder / "ours.gguf"))
    prompt = "The same beginning of a prompt, and then who?"
    expected = spoken(fresh, prompt, adapted=True)
    fresh.close()
    spoken(engine, "The same beginning of a prompt, and then what?")
    assert spoken(engine, prompt, adapted=True) == expected


def test_within_one_arm_a_shared_beginning_is_read_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    evaluate = engine._evaluate

    def counted(tokens: list[int]) -> bool:
        sizes.append(len(tokens))
        return evaluate(tokens)

    prompt = "A long beginning that both of them share, word for word, and then "
    spoken(engine, f"{prompt}Ann", adapted=True)
    monkeypatch.setattr(engine, "_evaluate", counted)
    spoken(engine, f"{prompt}Bo", adapted=True)
    assert sizes[0] < 8


def test_its_strength_is_a_setting(folder: Path, engine: Engine) -> None:
    weak = opened(folder)
    weak.load_adapter(AdapterFile(folder / "ours.gguf", 1e-6))
    assert spoken(weak, adapted=True) == spoken(engine)
    weak.close()


@pytest.mark.parametrize("name", ["broken.gguf", "misfit.gguf", "tiny.gguf", "absent.gguf"])
def test_what_is_no_adapter_of_this_model_is_refused_and_does_no_harm(folder: Path, engine: Engine, name: str) -> None:
    other = opened(folder)
    with pytest.raises(EngineError, match=name):
        other.load_adapter(AdapterFile(folder / name))
    assert not other.has_adapter
    assert spoken(other, adapted=True) == spoken(engine)
    other.close()


def settings(folder: Path, adapter: str | None = "ours", *, share: float = 0.5) -> Settings:
    return Settings(
        home=folder / "home",
        llm=LlmSettings(
            model=str(folder / "tiny.gguf"),
            context_tokens=1024,
            threads=1,
            adapter=None if adapter is None else str(folder / f"{adapter}.gguf"),
            adapter_share=share,
        ),
    )


@pytest_asyncio.fixture
async def model(folder: Path) -> AsyncIterator[LanguageModel]:
    made = create_model(settings(folder))
    await made.start()
    yield made
    await made.close()


async def said(model: SpeakingModel) -> str:
    return "".join([piece async for piece in model.stream(ASKED, sampling=SHORT)])


async def test_a_share_of_the_conversations_is_answered_with_it_and_each_stays_with_its_arm(
    model: LanguageModel, folder: Path
) -> None:
    conversations = [f"console:m{number}" for number in range(400)]
    names = [arm_of(model, one).info.name for one in conversations]
    adapted, plain = f"{folder / 'tiny.gguf'}+ours", str(folder / "tiny.gguf")
    assert set(names) == {adapted, plain}
    assert 160 < names.count(adapted) < 240
    assert names == [arm_of(model, one).info.name for one in conversations]
    assert arm_of(model, "").info.name == plain, "what is no conversation"
    assert model.info.name == plain
    with_it, without = (arm_of(model, conversations[names.index(name)]) for name in (adapted, plain))
    assert await said(with_it) != await said(without) == await said(model)
    assert arm_named(model, adapted) is with_it
    assert arm_named(model, "another").info.name == plain


def test_with_a_larger_share_nobody_changes_back() -> None:
    class Ready(AdaptedLlamaCpp):
        is_ready = True

    base = ScriptedModel([])
    adapted = Ready(LlamaCppModel(lambda: Path("none"), name="m"), adapter="a")
    small, large = (ArmedModel(base, adapted, adapter="a", share=share) for share in (0.2, 0.6))
    conversations = [str(number) for number in range(300)]
    few, many = ({one for one in conversations if arms.of(one) is adapted} for arms in (small, large))
    assert few < many


@pytest.mark.parametrize("adapter", ["broken", "misfit", "absent"])
async def test_a_broken_adapter_does_not_stop_the_bot(folder: Path, adapter: str) -> None:
    model = create_model(settings(folder, adapter, share=1.0))
    await model.start()
    assert arm_of(model, "console:m1").info.name == str(folder / "tiny.gguf")
    assert await said(arm_of(model, "console:m1"))
    await model.close()


@pytest.mark.parametrize(("adapter", "share"), [(None, 1.0), ("ours", 0.0)])
def test_it_is_rolled_back_by_a_setting(folder: Path, adapter: str | None, share: float) -> None:
    assert isinstance(create_model(settings(folder, adapter, share=share)), LlamaCppModel)


@pytest.mark.parametrize("served", [True, False])
async def test_at_a_server_it_is_a_name_and_done_without_when_it_is_not_served(tmp_path: Path, served: bool) -> None:
    models = [{"id": "tiny", "object": "model"}, *([{"id": "ours", "object": "model"}] if served else [])]
    async with OpenAiServerFake(streamed("Hello."), models={"data": models}).running() as server:
        llm = LlmSettings(backend="openai", base_url=server.base_url, model="tiny", adapter="ours")
        model = create_model(Settings(home=tmp_path, llm=llm))
        await model.start()
        arm = arm_of(model, "console:m1")
        assert arm.info.name == ("tiny+ours" if served else "tiny")
        assert await said(arm) == "Hello."
        assert await said(model) == "Hello."
        await model.close()
    assert [body["model"] for body in server.bodies] == ["ours" if served else "tiny", "tiny"]
