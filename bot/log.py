"""Logs: one JSON line or one readable line an event, on standard error, never with a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_SECRET_KEY = re.compile(r"token|secret|password|api_key|authorization|cookie", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|xoxe[\w.-]+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|Bearer\s+[\w.-]+")


def configure_logging(level: Literal["debug", "info", "warning", "error"]) -> None:
    """Set up structlog and the standard library's logging, readable on a terminal and JSON elsewhere."""
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(levelname)s %(name)s %(message)s", force=True)
    logging.getLogger().addFilter(_RedactStandard())
    for handler in logging.getLogger().handlers:
        handler.addFilter(_RedactStandard())
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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: hides values by the name of their key and by what tokens look like."""
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = _SECRET_VALUE.sub("***", value)
    return event


class _RedactStandard(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = _SECRET_VALUE.sub("***", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True
