import pytest
from fastembed import TextEmbedding

from bot.models.catalogue import HubFiles
from bot.models.fastembed_models import fastembed_embedding, fastembed_reranker


def test_every_model_of_fastembed_can_be_described() -> None:
    for description in TextEmbedding.list_supported_models():
        if not description["sources"]["hf"]:
            continue
        model = fastembed_embedding(description["model"])
        assert model is not None
        assert model.embedding is not None
        assert model.embedding.dimension == description["dim"]


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/multilingual-e5-large", "query: ", "passage: "),
        ("BAAI/bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", "", ""),
    ],
)
def test_prefixes_follow_the_model_cards(name: str, query: str, passage: str) -> None:
    model = fastembed_embedding(name)
    assert model is not None
    assert model.embedding is not None
    assert (model.embedding.query_prefix, model.embedding.passage_prefix) == (query, passage)


def test_weights_in_two_files_are_both_wanted() -> None:
    model = fastembed_embedding("intfloat/multilingual-e5-large")
    assert model is not None
    (source,) = model.sources
    assert isinstance(source, HubFiles)
    wanted = [file.path for file in source.files if not file.optional]
    assert wanted == ["model.onnx", "model.onnx_data", "tokenizer.json"]


def test_unknown_names_are_none() -> None:
    assert fastembed_embedding("no/such") is None
    assert fastembed_reranker("no/such") is None
