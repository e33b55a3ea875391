"""Frames of the long connection: JSON text, answered by frames with the same ``req_id`` and no ``cmd``."""

import json
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from connectors.wecom.site import Json

# Texts of people come with raw control characters in them; line breaks and tabs are allowed inside.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame as it came in: a callback has a ``cmd``, an answer has none."""

    cmd: str
    req_id: str
    body: Json = field(default_factory=dict)
    code: int = 0
    """``errcode`` of an answer."""
    message: str = ""
    """``errmsg`` of an answer: for operators."""


def read_frame(text: str) -> Frame | None:
    """The frame in a text, or None when it is none."""
    try:
        value = json.loads(_CONTROL.sub("", text), strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    headers, body, code = value.get("headers"), value.get("body"), value.get("errcode", 0)
    req_id = headers.get("req_id") if isinstance(headers, dict) else None
    if not isinstance(req_id, str) or not isinstance(code, int):
        return None
    return Frame(
        cmd=_text(value.get("cmd")),
        req_id=req_id,
        body=body if isinstance(body, dict) else {},
        code=code,
        message=_text(value.get("errmsg")),
    )


def write_frame(cmd: str, *, req_id: str, body: Json | None) -> str:
    """The text of a frame to be sent."""
    frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False)


def new_req_id(cmd: str) -> str:
    """As the official SDK makes them."""
    return f"{cmd}_{int(time.time() * 1000)}_{secrets.token_hex(4)}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
