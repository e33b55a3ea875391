"""E-mail: who, when and what about, the body, and the attachments one after the other."""

from collections.abc import Callable, Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial
from typing import Final

from knowledge.filetext.encoding import decode_text
from knowledge.filetext.extraction import extract
from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile
from knowledge.filetext.webpage import webpage_text

_HEADERS: Final = ("Subject", "From", "To", "Cc", "Date")
_MAX_PARTS: Final = 500

ReadMember = Callable[[bytes, str], None]
"""Reads an attachment's bytes under its name into the same reading."""


def read_mail(data: bytes, reading: Reading, read_member: ReadMember) -> None:
    """Read an RFC 822 message; attachments are listed on the first page and read under their names."""
    if reading.depth > reading.limits.max_depth:
        raise UnreadableFile("unsupported", "mail inside mail")
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
    except (MessageError, ValueError, IndexError, RecursionError) as error:
        raise UnreadableFile("corrupt", str(error)) from None
    bodies: dict[str, list[str]] = {"plain": [], "html": []}
    attachments: list[tuple[str, bytes]] = []
    for part in _leaves(message):
        name = _text(part.get_filename)
        content = _payload(part)
        subtype = part.get_content_subtype()
        is_body = part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment" and not name
        if is_body and subtype in bodies:
            bodies[subtype].append(decode_text(content, declared=part.get_content_charset()))
        elif content:
            attachments.append((name or _name_of(part), content))
    raw = {key.title(): value for key, value in message.raw_items() if not str(value).isascii()}
    headers = {key: text for key in _HEADERS if (text := _header(message, key, raw.get(key)))}
    reading.title = headers.get("Subject", "")[:300]
    names = ", ".join(name for name, _ in attachments)
    if names:
        headers["Attachments"] = reading.metadata["attachments"] = names[:2000]
    body = "\n".join(bodies["plain"]).strip() or "\n".join(map(webpage_text, bodies["html"])).strip()
    reading.add("", "\n".join(f"{key}: {value}" for key, value in headers.items()) + "\n\n" + body)
    for name, content in attachments:
        read_member(content, name)


def read_outlook_mail(data: bytes, media_type: str, reading: Reading) -> None:
    """Read a message saved by Outlook (.msg)."""
    result = extract(data, media_type)
    reading.title = str(result.metadata.get("subject") or "")[:300]
    names = ", ".join(map(str, result.metadata.get("attachments") or []))
    if names:
        reading.metadata["attachments"] = names[:2000]
    reading.add("", str(result.content))


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Bodies and attachments; a forwarded message is an attachment, whatever it is made of."""
    waiting: list[object] = [message]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        if not isinstance(part, EmailMessage):
            continue
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting[:0] = part.iter_parts()
        else:
            yield part


def _name_of(part: EmailMessage) -> str:
    """What to call an attachment without a name: a forwarded message by its subject."""
    inner = part.get_payload(0) if part.is_multipart() else None
    subject = _header(inner, "Subject", None) if isinstance(inner, EmailMessage) else ""
    return f"{subject[:100]}.eml" if subject else part.get_content_type()


def _payload(part: EmailMessage) -> bytes:
    try:
        if part.is_multipart():
            inner = part.get_payload(0)
            return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, AttributeError, TypeError):
        return b""
    return content if isinstance(content, bytes) else b""


def _header(message: EmailMessage, key: str, raw: object) -> str:
    """A header in plain characters: old Chinese programs put raw GBK bytes there, which arrive as surrogates."""
    if raw:
        return " ".join(decode_text(str(raw).encode("utf-8", "surrogateescape")).split())
    return _text(partial(message.get, key))


def _text(read: Callable[[], object]) -> str:
    """What ``read`` gives, on one line; the parser fails on some malformed headers only when they are asked for."""
    try:
        text = str(read() or "")
    except (ValueError, IndexError, LookupError, AttributeError, TypeError):
        return ""
    return " ".join(text.split())
