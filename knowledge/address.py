"""Web addresses in chat text: found, told apart, and without their secrets. Nothing is fetched."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from knowledge.lexical import normalize

_MOST = 50
"""Addresses taken from one message: a pasted page of links is found by its text."""
_TEXT_CHARS = 100_000
_URL_CHARS = 2048
_LABEL_CHARS = 120

_ASCII = r"[!#-;=?-Z\[\]_a-z~%]"
_CJK = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
_URL = re.compile(rf"https?://{_ASCII}+(?:(?<=[\w.~%][/=_\-#]){_CJK}+{_ASCII}*)*", re.IGNORECASE)
"""Chinese belongs to an address only where it begins a part of it: behind a word it is the sentence that goes on."""
_HOST = re.compile(r"[^\W_][\w.\-]*|[0-9a-f:.]*:[0-9a-f:.]*")
_MARKDOWN_LABEL = re.compile(r"\[([^\[\]\n]{1,300})\]\($")
_LABEL_BEFORE = re.compile(r"([^\s(（\n][^\n]*?) ?[(（]$")
_SENTENCE_END = re.compile(r"[.!?;:,](?=\s)|[。！？；：，、(（)）]|https?://\S+", re.IGNORECASE)

_TRACKING = re.compile(
    r"utm_\w+|gclid|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|igshid|mc_[ce]id|mkt_tok|_hs(?:enc|mi)"
    r"|spm|scm|vd_source|share_source|share_medium|isappinstalled|nsukey|chksm|from=(?:singlemessage|groupmessage|timeline)",
    re.IGNORECASE,
)
_SECRET_WORDS = re.compile(
    r"tokens?|secrets?|pass|passw(?:or)?d|passcode|pwd|sig|sign|signature|hmac|key|apikey|accesskey"
    r"|auth|authkey|authorization|ticket|credentials?|session|sessionid|sid|jwt|bearer",
    re.IGNORECASE,
)
_SECRET_ENDS = ("token", "secret", "password", "passwd", "apikey", "signature", "sessionid")
_NAME_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_PARAMETER = re.compile(r"(?<=[?&;#])([^?&;#=\s]+)=([^&;#\s]*)")
_USER = re.compile(r"(?<=://)[^\s/?#@]+(?::[^\s/?#@]*)?@")
_HOOK = re.compile(r"(?<=hooks\.slack\.com/)[\w/-]+", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]{1,20}://[^\s<>\"'`]+", re.IGNORECASE)
_WORD_BREAKS = re.compile(r"[/._\-+=&?#:~,%]+")


@dataclass(frozen=True, slots=True)
class Address:
    """A web address as a message names it, without secrets."""

    url: str
    host: str
    label: str
    """What stands for the address in the text: ``label (url)`` or ``[label](url)``; else empty."""
    digest: str
    """The same for addresses that differ only in tracking parameters, order of parameters, scheme or ``www.``"""


def addresses_in(text: str) -> list[Address]:
    """The http(s) addresses of a text in order, each once."""
    found: dict[str, Address] = {}
    if "://" not in text:
        return []
    for match in _URL.finditer(text[:_TEXT_CHARS]):
        url = without_url_secrets(_trimmed(match.group())[:_URL_CHARS])
        split = _split(url)
        if split is None:
            continue
        label = _label(text[: match.start()])
        digest = sha256(_identity(split).encode(errors="replace")).hexdigest()[:32]
        known = found.get(digest)
        if known is None:
            found[digest] = Address(url, _host(split), label, digest)
        elif label and not known.label:
            found[digest] = Address(known.url, known.host, label, digest)
        if len(found) == _MOST:
            break
    return list(found.values())


def without_url_secrets(text: str) -> str:
    """The text with user names, passwords and tokens taken out of every address; anything else stays as it is."""
    return _ADDRESS.sub(lambda found: _without_secrets(found.group()), text) if "://" in text else text


def address_words(url: str) -> str:
    """What an address says in words: host, path and parameters, decoded and taken apart."""
    _, _, rest = url.partition("://")
    return " ".join(part for part in _WORD_BREAKS.split(unquote(rest, errors="replace")) if part)


def _without_secrets(url: str) -> str:
    url = _USER.sub("", url)
    url = _JWT.sub("", _HOOK.sub("…", url))
    return _PARAMETER.sub(lambda found: f"{found[1]}=" if _names_secret(found[1]) else found[0], url)


def _names_secret(name: str) -> bool:
    plain = unquote(name)
    return plain.lower().endswith(_SECRET_ENDS) or any(map(_SECRET_WORDS.fullmatch, _NAME_WORDS.findall(plain)))


def _trimmed(url: str) -> str:
    """Without what belongs to the sentence: a full stop, or a bracket that was opened before the address."""
    while url:
        last = url[-1]
        if last in ".,;:!?'*_~|" or (last in ")]" and url.count(last) > url.count("(["[")]".index(last)])):
            url = url[:-1]
        else:
            break
    return url


def _split(url: str) -> SplitResult | None:
    try:
        split = urlsplit(url)
        port_is_valid = split.port is None or split.port > 0
    except ValueError:
        return None
    return split if port_is_valid and _HOST.fullmatch(split.hostname or "") else None


def _host(split: SplitResult) -> str:
    return (split.hostname or "").rstrip(".").removeprefix("www.")[:500]


def _identity(split: SplitResult) -> str:
    port = f":{split.port}" if split.port not in (None, 80, 443) else ""
    parameters = sorted(one for one in split.query.split("&") if one and not _is_tracking(one))
    fragment = split.fragment.partition(":~:")[0]
    path = unquote(split.path, errors="replace").rstrip("/")
    return urlunsplit(("", f"{_host(split)}{port}", path, "&".join(parameters), fragment))


def _is_tracking(parameter: str) -> bool:
    return bool(_TRACKING.fullmatch(parameter) or _TRACKING.fullmatch(parameter.partition("=")[0]))


def _label(before: str) -> str:
    line = before[-400:].rpartition("\n")[2]
    markdown = _MARKDOWN_LABEL.search(line)
    if markdown:
        return markdown[1].strip()[:_LABEL_CHARS]
    named = _LABEL_BEFORE.search(line)
    if named is None:
        return ""
    words = _last_part(_SENTENCE_END.split(named[1]))
    return words[-_LABEL_CHARS:]


def _last_part(parts: Iterable[str]) -> str:
    return next((part.strip() for part in reversed([*parts]) if part.strip()), "")


def link_words(label: str, url: str) -> str:
    """A link as it is shown and quoted."""
    return f"{label} ({url})" if label and normalize(label) != normalize(url) else url
