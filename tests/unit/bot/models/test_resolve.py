import os
from pathlib import Path

import numpy as np
import pytest
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

from bot.errors import ModelMissing, SettingsError
from bot.models.catalogue import DEFAULT_CHAT, DEFAULT_EMBEDDING, RERANKER, SMALL_CHAT
from bot.models.resolve import needed_models, resolve_chat_model, resolve_embedding_model, resolve_reranker
from bot.models.store import Manifest, ModelStore, describe_files
from bot.settings import EmbeddingSettings, LlmSettings, RerankerSettings, Settings


def _settings(home: Path, *, llm: LlmSettings | None = None, embedding: str = DEFAULT_EMBEDDING.name) -> Settings:
    return Settings(home=home, llm=llm or LlmSettings(), embedding=EmbeddingSettings(model=embedding))


def _store_model(home: Path, name: str, role: str, files: dict[str, str], main_file: str) -> Path:
    store = ModelStore(home / "models")
    ready = store.staging(name) / "ready"
    for path, text in files.items():
        (ready / path).parent.mkdir(parents=True, exist_ok=True)
        (ready / path).write_text(text)
    manifest = Manifest.model_validate(
        {
            "name": name,
            "role": role,
            "source": "test",
            "checked": "none",
            "main_file": main_file,
            "files": describe_files(ready),
        }
    )
    store.publish(name, ready, manifest)
    return store.folder(name)


def test_a_pulled_model_is_found(tmp_path: Path) -> None:
    folder = _store_model(tmp_path, DEFAULT_CHAT.name, "chat", {DEFAULT_CHAT.main_file: "x"}, DEFAULT_CHAT.main_file)
    assert resolve_chat_model(_settings(tmp_path)) == folder / DEFAULT_CHAT.main_file


def test_a_missing_or_cut_off_model_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=DEFAULT_CHAT.name) as raised:
        resolve_chat_model(_settings(tmp_path))
    assert "models pull" in raised.value.hint()
    folder = _store_model(tmp_path, DEFAULT_CHAT.name, "chat", {DEFAULT_CHAT.main_file: "xy"}, DEFAULT_CHAT.main_file)
    (folder / DEFAULT_CHAT.main_file).write_text("x")
    with pytest.raises(ModelMissing):
        resolve_chat_model(_settings(tmp_path))


def test_any_gguf_is_one_setting_away(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_text("x")
    settings = _settings(tmp_path, llm=LlmSettings(model=str(own)))
    assert resolve_chat_model(settings) == own
    assert [model.name for model in needed_models(settings)] == [DEFAULT_EMBEDDING.name]


def test_a_file_put_into_the_store_by_hand_is_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.gguf").write_text("x")
    settings = _settings(tmp_path, llm=LlmSettings(model="mine"))
    assert resolve_chat_model(settings) == tmp_path / "models" / "mine.gguf"


def test_what_was_pulled_from_an_address_is_found_by_its_short_name(tmp_path: Path) -> None:
    folder = _store_model(tmp_path, "pulled", "chat", {"pulled.gguf": "x"}, "pulled.gguf")
    assert resolve_chat_model(_settings(tmp_path, llm=LlmSettings(model="pulled"))) == folder / "pulled.gguf"


def test_a_name_that_means_nothing_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"llm\.model"):
        resolve_chat_model(_settings(tmp_path, llm=LlmSettings(model="nothing")))
    with pytest.raises(SettingsError, match=r"embedding\.model"):
        resolve_embedding_model(_settings(tmp_path, embedding="nothing"))
    with pytest.raises(SettingsError, match="not an embedding model"):
        resolve_embedding_model(_settings(tmp_path, embedding=SMALL_CHAT.name))


def test_what_the_settings_need(tmp_path: Path) -> None:
    assert needed_models(_settings(tmp_path)) == (DEFAULT_CHAT, DEFAULT_EMBEDDING)
    server = LlmSettings(backend="openai", base_url="http://127.0.0.1:1/v1", model="anything")
    assert needed_models(_settings(tmp_path, llm=server)) == (DEFAULT_EMBEDDING,)


def test_a_re_ranker_is_needed_only_where_it_is_set(tmp_path: Path) -> None:
    assert resolve_reranker(_settings(tmp_path)) is None
    settings = Settings(home=tmp_path, reranker=RerankerSettings(model=RERANKER.name))
    assert needed_models(settings) == (DEFAULT_CHAT, DEFAULT_EMBEDDING, RERANKER)
    with pytest.raises(ModelMissing, match=RERANKER.name) as raised:
        resolve_reranker(settings)
    assert "models pull" in raised.value.hint()
    folder = _store_model(tmp_path, RERANKER.name, "reranker", {RERANKER.main_file: "x"}, RERANKER.main_file)
    model = resolve_reranker(settings)
    assert model is not None
    assert (model.name, model.path, model.model_file) == (RERANKER.name, folder, "onnx/model_int8.onnx")


@pytest.mark.parametrize("name", ["nothing", SMALL_CHAT.name, DEFAULT_EMBEDDING.name])
def test_only_a_re_ranker_re_ranks(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"reranker\.model"):
        resolve_reranker(Settings(home=tmp_path, reranker=RerankerSettings(model=name)))


def test_the_identity_of_the_built_embedding_survives_a_new_onnx_version(tmp_path: Path) -> None:
    files = {"model.onnx": "built by one version", "tokenizer_config.json": '{"model_max_length": 512}'}
    _store_model(tmp_path, DEFAULT_EMBEDDING.name, "embedding", files, "model.onnx")
    first = resolve_embedding_model(_settings(tmp_path))
    assert (first.dimension, first.pooling, first.query_prefix) == (384, "MEAN", "query: ")
    files["model.onnx"] = "built by another"
    _store_model(tmp_path, DEFAULT_EMBEDDING.name, "embedding", files, "model.onnx")
    assert resolve_embedding_model(_settings(tmp_path)).identity == first.identity


def test_the_identity_of_other_embeddings_is_that_of_their_weights(tmp_path: Path) -> None:
    name = "BAAI/bge-small-zh-v1.5"
    seen = []
    for weights in ("one", "two"):
        files = {"model_optimized.onnx": weights, "tokenizer_config.json": '{"model_max_length": 1e30}'}
        folder = _store_model(tmp_path, name, "embedding", files, "model_optimized.onnx")
        model = resolve_embedding_model(_settings(tmp_path, embedding=name))
        assert model.path == folder
        assert model.max_tokens == 8192
        seen.append(model.identity)
    assert seen[0] != seen[1]


@pytest.mark.model
def test_the_real_embedding_brings_a_question_to_its_answer_across_languages() -> None:
    home = Path(os.environ.get("SHIGUANG_HOME") or Path.home() / ".shiguang")
    try:
        model = resolve_embedding_model(_settings(home))
    except ModelMissing:
        pytest.skip("the embedding model is not in SHIGUANG_HOME/models: run make test once")
    TextEmbedding.add_custom_model(
        model=f"test/{model.name}",
        pooling=PoolingType(model.pooling),
        normalization=True,
        sources=ModelSource(url="file://local"),
        dim=model.dimension,
        model_file=model.model_file,
    )
    embedder = TextEmbedding(f"test/{model.name}", specific_model_path=str(model.path), threads=1)
    passages = ["We moved the release to 12 March.", "The cafeteria serves noodles on Friday."]
    texts = [f"{model.query_prefix}发布日期改到哪天了？", *(f"{model.passage_prefix}{text}" for text in passages)]
    vectors = np.stack(list(embedder.embed(texts)))
    assert vectors.shape == (3, model.dimension)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.02
