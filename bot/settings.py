"""Settings: read once from ``shiguang.toml`` and ``SHIGUANG_*`` variables into one frozen object.

A nested key is written with two underscores in the environment: ``SHIGUANG_LLM__BACKEND=openai``. Unknown keys and
contradictions stop the start with a sentence that names the key. Secrets are ``SecretStr`` and never printed.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableVariable

from bot.errors import SettingsError
from bot.slack_settings import SlackSettings
from bot.wecom_settings import WeComSettings

_PREFIX = "SHIGUANG_"
_CONFIG = "SHIGUANG_CONFIG"
_TRUTH_SCHEMES = ("sqlite+aiosqlite://", "postgresql+asyncpg://")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _default_home() -> Path:
    return Path(os.environ.get("SHIGUANG_HOME") or Path.home() / ".shiguang").expanduser().resolve()


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WebSettings(_Section):
    """Where the pages listen. Anything but loopback needs ``token``."""

    host: str = "127.0.0.1"
    port: int = Field(default=8710, ge=0, le=65535)
    token: SecretStr | None = None
    """Asked once per browser when set."""
    public_url: str = ""
    """The address before links to messages of the console, such as ``https://chat.example.com``. Empty: made of host
    and port."""

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            msg = "an address that begins with http:// or https:// was expected"
            raise ValueError(msg)
        return value.rstrip("/")

    @model_validator(mode="after")
    def _token_outside_loopback(self) -> Self:
        if self.token is not None and not self.token.get_secret_value().strip():
            msg = "web.token is empty"
            raise ValueError(msg)
        if self.host not in _LOOPBACK and self.token is None:
            msg = f"web.host is {self.host!r}: any address but 127.0.0.1 needs web.token"
            raise ValueError(msg)
        return self


class TruthSettings(_Section):
    """The SQL database. Default: SQLite in WAL mode under the home folder."""

    url: SecretStr | None = None
    """``postgresql+asyncpg://user:password@host/name`` for PostgreSQL."""

    @field_validator("url")
    @classmethod
    def _has_an_async_driver(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(_TRUTH_SCHEMES):
            msg = f"an address that begins with {' or '.join(_TRUTH_SCHEMES)} was expected"
            raise ValueError(msg)
        return value


class VectorSettings(_Section):
    """The Qdrant engine: embedded in a child process, or a server or cluster."""

    backend: Literal["edge", "server"] = "edge"
    flush_seconds: float = Field(default=3.0, gt=0, le=60)
    """Embedded: power loss takes at most this many seconds of index, which the truth then replays."""
    urls: Annotated[tuple[str, ...], NoDecode] = ()
    """Server: addresses tried in order, the next one when one fails."""
    api_key: SecretStr | None = None
    timeout_seconds: float = Field(default=10.0, gt=0)
    shard_number: int = Field(default=1, ge=1)
    replication_factor: int = Field(default=1, ge=1)
    write_consistency_factor: int = Field(default=1, ge=1)
    quantization: Literal["none", "int8"] = "none"
    on_disk: bool = False

    @model_validator(mode="before")
    @classmethod
    def _split_urls(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("urls"), str):
            return {**data, "urls": tuple(url.strip() for url in data["urls"].split(",") if url.strip())}
        return data

    @model_validator(mode="after")
    def _server_needs_urls(self) -> Self:
        if self.backend == "server" and not self.urls:
            msg = "vector.backend is 'server': vector.urls must name at least one address"
            raise ValueError(msg)
        return self


class EmbeddingSettings(_Section):
    """Any fastembed model, or one from our catalogue. Changing it needs ``shiguang reindex``."""

    model: str = "multilingual-e5-small-int8"
    threads: int | None = Field(default=None, ge=1)
    batch_size: int = Field(default=32, ge=1, le=512)


class RerankerSettings(_Section):
    """Optional: a cross-encoder reads the question with each of the first candidates. Needs no ``reindex``."""

    model: str | None = None
    """Any re-ranker of fastembed, or one from our catalogue; None: search does without."""
    candidates: int = Field(default=20, ge=2, le=60)
    budget_ms: int = Field(default=500, ge=20, le=60_000)
    """Longest time that it may add to a search; what it has not read by then keeps its order."""


class LlmSettings(_Section):
    """The chat model: in process, any OpenAI-compatible server, or none (search only)."""

    backend: Literal["llamacpp", "openai", "none"] = "llamacpp"
    model: str = "qwen2.5-coder-1.5b-instruct-q4_k_m"
    """llamacpp: a name of the catalogue or a path of a GGUF file; openai: the server's name of the model."""
    context_tokens: int = Field(default=4096, ge=1024)
    threads: int | None = Field(default=None, ge=1)
    gpu_layers: int = Field(default=0, ge=-1)
    """-1 puts every layer on the GPU."""
    queue_size: int = Field(default=16, ge=1)
    timeout_seconds: float = Field(default=120.0, gt=0)
    base_url: str | None = None
    """openai: for example ``http://127.0.0.1:8080/v1``."""
    api_key: SecretStr | None = None
    adapter: str | None = None
    """llamacpp: a LoRA adapter for the model, the path of a GGUF file or its name among the models; openai: the name
    under which the server serves it. None: the model as it is."""
    adapter_scale: float = Field(default=1.0, gt=0, le=10)
    """llamacpp: how strongly it counts."""
    adapter_share: float = Field(default=1.0, ge=0, le=1)
    """Of the conversations that it answers in; the others compare it with the model as it is. 0: switched off."""

    @model_validator(mode="after")
    def _openai_needs_base_url(self) -> Self:
        if self.backend == "openai" and not self.base_url:
            msg = "llm.backend is 'openai': llm.base_url must be set"
            raise ValueError(msg)
        return self


class AnswersSettings(_Section):
    """How answers are made."""

    evidence_tokens: int = Field(default=600, ge=200, le=100_000)
    """Of records in a prompt. 600 is what a small model on a CPU reads in five seconds; with a GPU, 3000 is good.
    Never more than ``llm.context_tokens`` leaves beside the rules, the question and the answer."""


class SummarySettings(_Section):
    """Summaries of conversations, which digests and ``/summary`` are made of."""

    idle_per_hour: int | None = Field(default=None, ge=0, le=3600)
    """How many conversations that have ended are summarised in an hour while nobody asks; 0: none. None: a dozen with a
    model in process, which keeps its processor busy for some minutes an hour, and none with a server, where tokens may
    cost money."""


class FilesSettings(_Section):
    """Reading shared files: parsing runs in child processes within these limits."""

    max_bytes: int = Field(default=100_000_000, ge=1)
    read_seconds: float = Field(default=60.0, gt=0)
    read_memory_bytes: int = Field(default=2_000_000_000, ge=100_000_000)
    max_text_chars: int = Field(default=2_000_000, ge=1000)
    ocr: bool = True
    workers: int = Field(default=1, ge=1, le=16)


class RetentionSettings(_Section):
    """How long channels keep what was said; ``shiguang retention set`` gives a channel a limit of its own."""

    keep_days: int | None = Field(default=None, ge=1, le=36_500)
    """None keeps forever."""


class FeedbackSettings(_Section):
    """What is made of what people think of answers."""

    learning: bool = True
    """Whether votes move the order of search."""
    half_life_days: float = Field(default=75.0, ge=1, le=3650)
    """After so long a vote counts half for the order of search."""
    pick_one_every: int = Field(default=25, ge=0)
    """One in so many answers is put beside a second one, for who asked to pick from: at most one a week to a person
    and one a day in a channel, and not in channels that let them pass. 0: never."""


class DigestsSettings(_Section):
    """Digests that come by themselves; people set them up in chat with ``/digest``."""

    enabled: bool = True
    max_lines: int = Field(default=12, ge=3, le=40)
    """Most lines of one digest."""
    seconds: float = Field(default=600.0, gt=0)
    """Longest time that the chat model may take for those due at one time, but at least 30 seconds for each; what it
    has not read by then is quoted."""
    daily_at_once_hours: int = Field(default=12, ge=1, le=23)
    """A daily one that was missed by less is posted at once, otherwise the next one tells of its time, too."""
    weekly_at_once_hours: int = Field(default=72, ge=1, le=160)
    daily_reaches_days: int = Field(default=3, ge=1, le=31)
    """A daily one covers at most this much, however long ago the last one was."""
    weekly_reaches_days: int = Field(default=14, ge=7, le=62)


class Settings(BaseSettings):
    """Everything that can be set; frozen after the start."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_ignore_empty=True,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
    )

    home: Path = Field(default_factory=_default_home)
    timezone: str = "Asia/Shanghai"
    """Time zone of people whose own is unknown; days of the timeline begin here at midnight."""
    language: Literal["auto", "zh", "en"] = "auto"
    connectors: Annotated[tuple[str, ...], NoDecode] = ("console",)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    web: WebSettings = WebSettings()
    truth: TruthSettings = TruthSettings()
    vector: VectorSettings = VectorSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    reranker: RerankerSettings = RerankerSettings()
    llm: LlmSettings = LlmSettings()
    answers: AnswersSettings = AnswersSettings()
    summaries: SummarySettings = SummarySettings()
    files: FilesSettings = FilesSettings()
    retention: RetentionSettings = RetentionSettings()
    digests: DigestsSettings = DigestsSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    slack: SlackSettings = SlackSettings()
    wecom: WeComSettings = WeComSettings()

    @field_validator("home")
    @classmethod
    def _is_absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @model_validator(mode="before")
    @classmethod
    def _split_connectors(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("connectors"), str):
            names = tuple(name.strip() for name in data["connectors"].split(",") if name.strip())
            return {**data, "connectors": names}
        return data

    @model_validator(mode="after")
    def _connectors_have_what_they_need(self) -> Self:
        if "slack" in self.connectors:
            self.slack.require_complete()
        if "wecom" in self.connectors:
            self.wecom.require_complete()
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file; the file is ``$SHIGUANG_CONFIG``, ``./shiguang.toml`` or the one in the home."""
        named = os.environ.get(_CONFIG)
        candidates = [Path(named)] if named else [Path("shiguang.toml"), _default_home() / "shiguang.toml"]
        found = next((path for path in candidates if path.is_file()), None)
        toml = (TomlConfigSettingsSource(settings_cls, found),) if found else ()
        return (init_settings, env_settings, *toml)

    @property
    def idle_summaries_per_hour(self) -> int:
        """``summaries.idle_per_hour``, or what the kind of model makes of it."""
        if self.summaries.idle_per_hour is not None:
            return self.summaries.idle_per_hour
        return 12 if self.llm.backend == "llamacpp" else 0

    @property
    def models_dir(self) -> Path:
        """Where model files lie."""
        return self.home / "models"

    @property
    def files_dir(self) -> Path:
        """The content-addressed store of shared files."""
        return self.home / "files"

    @property
    def qdrant_dir(self) -> Path:
        """The embedded vector engine's folder."""
        return self.home / "qdrant"

    @property
    def truth_url(self) -> str:
        """SQLAlchemy URL of the truth; may hold a password, so never log it."""
        if self.truth.url is not None:
            return self.truth.url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.home / 'truth.db'}"


def load_settings(**overrides: object) -> Settings:
    """Read the settings; raises ``SettingsError`` that names the first wrong key, never its value."""
    _check_environment()
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # keyword overrides are validated by pydantic
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        told = str(first["msg"]).replace("Value error, ", "")
        raise SettingsError(told if not key or told.startswith(f"{key}.") else f"{key}: {told}") from None
    except UnreadableVariable as error:
        # Its text names the field and the source, not the value.
        raise SettingsError(str(error)) from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"shiguang.toml cannot be read ({type(error).__name__})") from None


def _check_environment() -> None:
    """What pydantic would pass over in silence: a misspelt variable, a settings file that is not there."""
    for name in sorted(os.environ):
        field = name.upper().removeprefix(_PREFIX).partition("__")[0].lower()
        if name.upper().startswith(_PREFIX) and name.upper() != _CONFIG and field not in Settings.model_fields:
            raise SettingsError(f"{name} is no setting")
    named = os.environ.get(_CONFIG)
    if named and not Path(named).is_file():
        raise SettingsError(f"{_CONFIG} names {named!r}, which is not there")
