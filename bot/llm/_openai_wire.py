"""What OpenAI-compatible servers send: stream frames, errors and model lists, read without trust."""

import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import BadInput, ModelBusy, ModelError
from bot.llm.server_errors import ModelNotServed, ModelServerRefuses, ModelServerRefusesKey, ModelServerUnreachable

_log = structlog.get_logger(__name__)
_LONGEST_WAIT = 30.0
_TOO_LONG = re.compile(r"context.{0,20}(length|size|window|exceed)|exceed.{0,20}context|too many tokens", re.IGNORECASE)


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Delta(_Wire):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Choice(_Wire):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class _Frame(_Wire):
    choices: list[_Choice] | None = None
    error: Any = None


class ServedModel(_Wire):
    """One entry of ``GET /models``."""

    id: str
    owned_by: str | None = None
    max_model_len: int | None = None


class _ServedModels(_Wire):
    data: list[ServedModel] = []


@dataclass(frozen=True, slots=True)
class Piece:
    """What one frame adds: text, whether the server itself set thoughts apart, and the reason of the end."""

    text: str = ""
    has_reasoning: bool = False
    finish_reason: str | None = None


class TransientError(Exception):
    """Worth another try: ``error`` is raised when there is none left, ``wait_seconds`` is what the server asks for."""

    def __init__(self, error: ModelError, *, wait_seconds: float = 0.0) -> None:
        super().__init__(type(error).__name__)
        self.error = error
        self.wait_seconds = wait_seconds


class FormatRefusedError(Exception):
    """The server does not know this ``response_format``."""


def read_frame(data: str, *, secret: str) -> Piece:
    """Read the data of one event; raises ``TransientError`` for what is not a frame, ``failure`` for an error."""
    try:
        frame = _Frame.model_validate_json(data)
    except ValidationError:
        raise TransientError(ModelServerUnreachable("JSON")) from None
    if frame.error is not None:
        status = frame.error.get("code") if isinstance(frame.error, dict) else None
        raise failure(status if isinstance(status, int) else 500, json.dumps(frame.error), wait="", secret=secret)
    if not frame.choices:
        return Piece()  # usage, sent once at the end
    choice = frame.choices[0]
    return Piece(
        text=choice.delta.content or "",
        has_reasoning=bool(choice.delta.reasoning_content or choice.delta.reasoning),
        finish_reason=choice.finish_reason,
    )


def read_models(body: str) -> list[ServedModel] | None:
    """The models of a list, or none when the server has no such list."""
    try:
        return _ServedModels.model_validate_json(body).data
    except ValidationError:
        return None


def failure(status: int, body: str, *, wait: str, secret: str, asked_for_format: bool = False) -> Exception:
    """What a status other than 200 means. What the server said goes to the log at most, and without the key."""
    said = body.replace(secret, "***") if secret else body
    _log.warning("model server refused", status=status, said=said[:300])
    kind = _kind(status, body)
    match kind:
        case "key":
            return ModelServerRefusesKey(f"HTTP {status}")
        case "too long":
            return BadInput(f"llm.context_tokens, HTTP {status}")
        case "model":
            return ModelNotServed(f"HTTP {status}")
        case "busy":
            return TransientError(ModelBusy(f"HTTP {status}"), wait_seconds=_seconds(wait))
        case "down":
            return TransientError(ModelServerUnreachable(f"HTTP {status}"), wait_seconds=_seconds(wait))
        case "request":
            return FormatRefusedError() if asked_for_format else ModelServerRefuses(f"HTTP {status}")


def _kind(status: int, body: str) -> Literal["key", "too long", "model", "busy", "down", "request"]:
    if status in {401, 403}:
        return "key"
    if status == 429:  # Too Many Requests
        return "busy"
    if _TOO_LONG.search(body):
        return "too long"
    if status == 404:  # Not Found
        return "model"
    if status >= 500 and status != 501:  # server errors, except Not Implemented
        return "down"
    return "request"


def _seconds(wait: str) -> float:
    """Seconds of a ``Retry-After`` header, at most half a minute; dates are rounded to one second."""
    if not wait:
        return 0.0
    try:
        return min(max(float(wait), 0.0), _LONGEST_WAIT)
    except ValueError:
        pass
    try:
        parsedate_to_datetime(wait)
    except ValueError:
        return 0.0
    return 1.0
