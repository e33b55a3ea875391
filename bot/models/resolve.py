"""From the settings to the files: what the language model and the embedder open.

They do short blocking disk work and never download; ``shiguang models pull`` does that.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadInput, ModelMissing, SettingsError
from bot.models.catalogue import E5Wheels, EmbeddingTraits, Model, Pooling, find
from bot.models.reference import model_named
from bot.models.store import Manifest, ModelStore
from bot.settings import Settings

_LONGEST_CONTEXT = 8192
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class EmbeddingModel:
    """An embedding model on disk. ``identity`` changes whenever the same text would get another vector."""

    name: str
    identity: str
    path: Path
    """Folder with the ONNX file and the tokenizer."""
    model_file: str
    """Path of the ONNX file below ``path``."""
    dimension: int
    pooling: Pooling
    max_tokens: int
    query_prefix: str
    passage_prefix: str


@dataclass(frozen=True, kw_only=True)
class RerankerModel:
    """A cross-encoder on disk."""

    name: str
    path: Path
    """Folder with the ONNX file and the tokenizer."""
    model_file: str
    """Path of the ONNX file below ``path``."""


def needed_models(settings: Settings) -> tuple[Model, ...]:
    """What the settings need on disk; raises ``SettingsError`` for a name that means nothing."""
    reranker = _reranker_entry(settings)
    for_search = (_embedding_entry(settings), *(() if reranker is None else (reranker,)))
    if settings.llm.backend != "llamacpp" or _chat_file(settings) is not None:
        listed = find(settings.llm.model) if settings.llm.backend == "llamacpp" else None
        return for_search if listed is None else (listed, *for_search)
    return (_chat_entry(settings), *for_search)


def resolve_chat_model(settings: Settings) -> Path:
    """The GGUF file of ``llm.model``: a model of the store, or any path.

    Raises ``ModelMissing`` when it was not pulled, ``SettingsError`` when the name means nothing.
    """
    found = _chat_file(settings)
    if found is not None:
        return found
    store = ModelStore(settings.models_dir)
    manifest = _stored(store, _chat_entry(settings).name)
    return store.folder(manifest.name) / manifest.main_file


def resolve_adapter(settings: Settings) -> Path:
    """The GGUF file of ``llm.adapter``: a path, a file put among the models by hand, or a model of the store.

    Raises ``ModelMissing`` when there is none.
    """
    name = settings.llm.adapter or ""
    found = _gguf_file(settings, name)
    if found is not None:
        return found
    store = ModelStore(settings.models_dir)
    manifest = _stored(store, name)
    return store.folder(name) / manifest.main_file


def is_adapter(path: Path) -> bool:
    """Whether a file begins as a LoRA adapter in GGUF does; whether it fits the model is seen when it is loaded."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return head.startswith(b"GGUF") and b"adapter.type" in head


def resolve_embedding_model(settings: Settings) -> EmbeddingModel:
    """The model of ``embedding.model``: of the catalogue, or any that fastembed supports.

    Raises ``ModelMissing`` when it was not pulled, ``SettingsError`` when the name means nothing.
    """
    model = _embedding_entry(settings)
    store = ModelStore(settings.models_dir)
    manifest = _stored(store, model.name)
    folder = store.folder(model.name)
    traits = _traits(model)
    return EmbeddingModel(
        name=model.name,
        identity=_identity(model, manifest),
        path=folder,
        model_file=model.main_file,
        dimension=traits.dimension,
        pooling=traits.pooling,
        max_tokens=_max_tokens(folder, default=traits.max_tokens),
        query_prefix=traits.query_prefix,
        passage_prefix=traits.passage_prefix,
    )


def resolve_reranker(settings: Settings) -> RerankerModel | None:
    """The model of ``reranker.model``, or None without one.

    Raises ``ModelMissing`` when it was not pulled, ``SettingsError`` when the name means nothing.
    """
    model = _reranker_entry(settings)
    if model is None:
        return None
    store = ModelStore(settings.models_dir)
    manifest = _stored(store, model.name)
    return RerankerModel(name=model.name, path=store.folder(model.name), model_file=manifest.main_file)


def _chat_file(settings: Settings) -> Path | None:
    """The file that ``llm.model`` names directly: a path, a file put into the store by hand, or a stored model."""
    name = settings.llm.model
    found = _gguf_file(settings, name)
    if found is not None:
        return found
    store = ModelStore(settings.models_dir)
    manifest = store.manifest(name)
    if manifest is not None and manifest.role == "chat" and store.is_complete(name):
        return store.folder(name) / manifest.main_file
    return None


def _gguf_file(settings: Settings, name: str) -> Path | None:
    for path in (Path(name).expanduser(), settings.models_dir / f"{name}.gguf"):
        if path.suffix.lower() == ".gguf" and path.is_file():
            return path.resolve()
    return None


def _chat_entry(settings: Settings) -> Model:
    try:
        model = model_named(settings.llm.model)
    except BadInput as error:
        raise SettingsError(f"llm.model: {error.detail}", hint=error.hint()) from None
    if model.role != "chat":
        raise SettingsError(f"llm.model: {model.name!r} is not a chat model")
    return model


def _embedding_entry(settings: Settings) -> Model:
    try:
        model = model_named(settings.embedding.model)
    except BadInput as error:
        raise SettingsError(f"embedding.model: {error.detail}", hint=error.hint()) from None
    if model.embedding is None:
        raise SettingsError(f"embedding.model: {model.name!r} is not an embedding model")
    return model


def _reranker_entry(settings: Settings) -> Model | None:
    if settings.reranker.model is None:
        return None
    try:
        model = model_named(settings.reranker.model)
    except BadInput as error:
        raise SettingsError(f"reranker.model: {error.detail}", hint=error.hint()) from None
    if model.role != "reranker":
        raise SettingsError(f"reranker.model: {model.name!r} is not a re-ranker")
    return model


def _stored(store: ModelStore, name: str) -> Manifest:
    manifest = store.manifest(name)
    if manifest is None or not store.is_complete(name):
        raise ModelMissing(name)
    return manifest


def _traits(model: Model) -> EmbeddingTraits:
    if model.embedding is None:
        raise SettingsError(f"embedding.model: {model.name!r} is not an embedding model")
    return model.embedding


def _identity(model: Model, manifest: Manifest) -> str:
    """Name and a short hash of everything that decides a vector.

    For the model built here that is the weights' checksum and the builder's version: the bytes of the built file depend
    on the version of onnx, the vectors do not.
    """
    source = model.sources[0]
    if isinstance(source, E5Wheels):
        weights = [source.weights.sha256, source.tokenizer.sha256]
    else:
        weights = [file.sha256 for file in manifest.files if not file.path.endswith("config.json")]
    traits = _traits(model)
    facts = [weights, traits.pooling, traits.dimension, traits.query_prefix, traits.passage_prefix, traits.version]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return f"{model.name}@{digest[:12]}"


def _max_tokens(folder: Path, *, default: int) -> int:
    try:
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        limit = int(config["model_max_length"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return default
    return min(limit, _LONGEST_CONTEXT) if limit > 0 else default
