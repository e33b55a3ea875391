from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.models.catalogue import DEFAULT_CHAT, HubFiles, LocalFile, UrlFile
from bot.models.reference import model_named


def test_a_name_of_the_catalogue() -> None:
    assert model_named(DEFAULT_CHAT.name) is DEFAULT_CHAT


@pytest.mark.parametrize(("prefix", "hub"), [("hf", "huggingface"), ("ms", "modelscope")])
def test_a_hub_reference(prefix: str, hub: str) -> None:
    model = model_named(f"{prefix}:Qwen/Q-GGUF/sub/Q-Q4_K_M.gguf@v2")
    (source,) = model.sources
    assert isinstance(source, HubFiles)
    assert (source.hub, source.repository, source.revision) == (hub, "Qwen/Q-GGUF", "v2")
    assert source.files[0].path == "sub/Q-Q4_K_M.gguf"
    assert model.name == "q-q4_k_m"


def test_an_address_keeps_its_query_and_loses_it_in_the_name() -> None:
    model = model_named("https://files.example.org/a/My%20Model.gguf?sig=1", sha256="A" * 64)
    assert model.sources == (UrlFile(url="https://files.example.org/a/My%20Model.gguf?sig=1"),)
    assert model.name == "my model"
    assert model.sha256 == "a" * 64


def test_the_same_file_from_elsewhere_keeps_its_checksum() -> None:
    model = model_named(f"https://files.example.org/{DEFAULT_CHAT.main_file}")
    assert model.sha256 == DEFAULT_CHAT.sha256


def test_a_path(tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF")
    model = model_named(str(path))
    assert model.sources == (LocalFile(path=str(path)),)
    assert model.size == 4


def test_names_that_fastembed_knows() -> None:
    embedding = model_named("baai/BGE-small-zh-v1.5")
    assert embedding.name == "BAAI/bge-small-zh-v1.5"
    assert embedding.embedding is not None
    assert embedding.embedding.dimension == 512
    assert embedding.embedding.pooling == "CLS"
    assert model_named("BAAI/bge-reranker-v2-m3-int8").role == "reranker"


@pytest.mark.parametrize("text", ["", "nothing", "no/such-model", "/no/such.gguf", "hf:only/repository"])
def test_what_means_nothing_is_said(text: str) -> None:
    with pytest.raises(BadInput, match="no model is called"):
        model_named(text)


@pytest.mark.parametrize("text", ["https://example.org/page.html", "https://example.org/", "hf:o/r/weights.bin"])
def test_only_gguf_files(text: str) -> None:
    with pytest.raises(BadInput, match="not a GGUF file"):
        model_named(text)


def test_a_checksum_must_look_like_one() -> None:
    with pytest.raises(BadInput, match="64 hexadecimal digits"):
        model_named("https://example.org/m.gguf", sha256="abc")
