"""Any model that fastembed supports, described as an entry of the catalogue.

Its files come from Hugging Face or its mirror (``HF_ENDPOINT``) with our own checked and resumable download, so
fastembed itself never goes to the network. Importing fastembed takes about a second, so it happens in the functions.
"""

from typing import Any, Final

from bot.models.catalogue import EmbeddingTraits, HubFile, HubFiles, Model, Pooling, Role

_GB = 1_000_000_000
_POOLING: Final[dict[str, Pooling]] = {
    "OnnxTextEmbedding": "CLS",
    "PooledNormalizedEmbedding": "MEAN",
    "PooledEmbedding": "MEAN",
    "JinaEmbeddingV3": "MEAN",
    "LastTokenNormalizedEmbedding": "LAST_TOKEN",
}
_TOKENIZER_FILES = (
    HubFile(path="tokenizer.json"),
    HubFile(path="tokenizer_config.json", optional=True),
    HubFile(path="config.json", optional=True),
    HubFile(path="special_tokens_map.json", optional=True),
    HubFile(path="preprocessor_config.json", optional=True),
)

_BGE_QUERY = "Represent this sentence for searching relevant passages: "
_QWEN_QUERY = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
# By the model cards of the publishers; the first match of a part of the name decides.
_PREFIXES: Final[tuple[tuple[str, str, str], ...]] = (
    ("e5-", "query: ", "passage: "),
    ("bge-small-zh", "为这个句子生成表示以用于检索相关文章：", ""),
    ("/bge-", _BGE_QUERY, ""),
    ("mxbai-embed", _BGE_QUERY, ""),
    ("snowflake-arctic-embed", _BGE_QUERY, ""),
    ("nomic-embed", "search_query: ", "search_document: "),
    ("qwen3-embedding", _QWEN_QUERY, ""),
    ("embeddinggemma", "task: search result | query: ", "title: none | text: "),
)


def fastembed_embedding(name: str) -> Model | None:
    """The text embedding of that name in fastembed's list, or None."""
    from fastembed import TextEmbedding  # slow import

    for family in TextEmbedding.EMBEDDINGS_REGISTRY:
        for description in family._list_supported_models():  # the public list hides the family, hence the pooling
            if description.model.lower() == name.lower() and description.sources.hf:
                query_prefix, passage_prefix = _prefixes(description.model)
                traits = EmbeddingTraits(
                    dimension=description.dim or 0,
                    pooling=_POOLING.get(family.__name__, "DISABLED"),
                    max_tokens=512,
                    query_prefix=query_prefix,
                    passage_prefix=passage_prefix,
                )
                return _as_model(description, role="embedding", traits=traits)
    return None


def fastembed_reranker(name: str) -> Model | None:
    """The cross encoder of that name in fastembed's list, or None."""
    from fastembed.rerank.cross_encoder import TextCrossEncoder  # slow import

    for family in TextCrossEncoder.CROSS_ENCODER_REGISTRY:
        for description in family._list_supported_models():  # as above
            if description.model.lower() == name.lower() and description.sources.hf:
                return _as_model(description, role="reranker", traits=None)
    return None


def _prefixes(name: str) -> tuple[str, str]:
    lowered = f"/{name.lower()}"
    return next(((query, passage) for part, query, passage in _PREFIXES if part in lowered), ("", ""))


def _as_model(description: Any, *, role: Role, traits: EmbeddingTraits | None) -> Model:
    weights = (description.model_file, *description.additional_files)
    size = int(description.size_in_GB * _GB)
    return Model(
        name=description.model,
        role=role,
        size=size,
        licence=description.license,
        languages=(),
        sources=(
            HubFiles(
                hub="huggingface",
                repository=description.sources.hf,
                files=(*(HubFile(path=path) for path in weights), *_TOKENIZER_FILES),
            ),
        ),
        main_file=description.model_file,
        embedding=traits,
        memory=2 * size,
    )
