"""Logs: one JSON line or one readable line an event, on standard error, never with a secret."""

import asyncio
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

import structlog

_SECRET_KEY = re.compile(
    r"token|secret|passw|api_?key|aes_?key|private_?key|credential|authorization|cookie", re.IGNORECASE
)
_SECRET_VALUE = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|xoxe[\w.-]+"  # Slack
    r"|(?<=hooks\.slack\.com/)[\w/-]+"
    r"|(?<=://)[^\s/]+(?=@)"  # user:password, or a token, in an address
    r"|\b(?:Bearer|Basic)\s+[\w.~+/=-]+"
    r"|\b(?:sk|hf|ghp|pypi)[-_][A-Za-z0-9_-]{16,}"
    r"|(?<=[?&])(?P<key>[\w-]*(?:token|secret|passw|key|signature|sig|ticket|response_code)[\w-]*)=[^&\s\"'<>]+",
    re.IGNORECASE,
)
_HIDDEN = "***"
_DEPTH = 6


def configure_logging(level: Literal["debug", "info", "warning", "error"]) -> None:
    """Set up structlog and the standard library's logging, readable on a terminal and JSON elsewhere."""
    logging.basicConfig(
        handlers=[_StandardErrorHandler()],
        level=level.upper(),
        format="%(levelname)s %(name)s %(message)s",
        force=True,
    )
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Redacting("%(levelname)s %(name)s %(message)s"))
        handler.addFilter(_is_news)
    for noisy in ("httpx", "aiohttp.access", "jieba", "alembic", "apscheduler", "RapidOCR"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: _StandardErrorLogger(),
        cache_logger_on_first_use=False,
    )


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: hides values by the name of their key and by what tokens look like, at any depth."""
    for key, value in event.items():
        event[key] = _redacted(key, value, _DEPTH)
    return event


def without_secrets(text: str) -> str:
    """The text with everything that looks like a token or password hidden."""
    return _SECRET_VALUE.sub(lambda found: f"{found['key']}={_HIDDEN}" if found["key"] else _HIDDEN, text)


def _redacted(key: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if _SECRET_KEY.search(key):
        return _HIDDEN
    if isinstance(value, str):
        return without_secrets(value)
    if not depth:
        return _HIDDEN
    if isinstance(value, Mapping):
        return {str(name): _redacted(str(name), inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted("", inner, depth - 1) for inner in value]
    return without_secrets(str(value))


def _is_news(record: logging.LogRecord) -> bool:
    """False for what SQLAlchemy's pool reports of a task that was cancelled in the middle of a query.

    It closes a cursor twice then, logs the second time as an error with its traceback, and throws the connection away,
    which is all that has to be done. Every stop of a server can cancel such a task.
    """
    if not record.name.startswith("sqlalchemy.pool") or not record.exc_info:
        return True
    error = record.exc_info[1]
    while error is not None and not isinstance(error, asyncio.CancelledError):
        error = error.__cause__ or error.__context__
    return error is None


class _Redacting(logging.Formatter):
    """The whole line is searched, a traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class _StandardErrorLogger:
    """Writes to what standard error is now: it may be replaced while the process runs."""

    def msg(self, message: str) -> None:
        """One line."""
        print(message, file=sys.stderr, flush=True)  # noqa: T201 - this is the log

    log = debug = info = warning = error = critical = exception = fatal = msg


class _StandardErrorHandler(logging.StreamHandler[Any]):
    """The standard library's counterpart."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)
