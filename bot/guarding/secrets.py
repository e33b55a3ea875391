"""Finding secrets: keys by their shape, passwords and tokens by the word before them.

What looks random without a word that says so is left alone: hashes, ids, order numbers and versions are what people
ask for.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.guarding.findings import Finding

_SHAPES: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}(?![0-9A-Za-z])"
    r"|LTAI[0-9A-Za-z]{12,26}|AKID[0-9A-Za-z]{13,40}"  # Alibaba and Tencent clouds
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{22,255}|glpat-[\w-]{20,64}"
    r"|sk-(?=[\w-]{0,99}\d)[\w-]{16,200}|[rsp]k_(?:live|test)_[A-Za-z0-9]{10,99}"
    r"|xox[a-z](?:\.[a-z]+)?-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{10,250}"
    r"|AIza[\w-]{35,40}|ya29\.[\w-]{20,500}|hf_[A-Za-z0-9]{20,99}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{40,250}"
    r"|dop_v1_[0-9a-f]{64}|SG\.[\w-]{16,32}\.[\w-]{32,64}|\d{8,10}:AA[\w-]{32,40}"
    r"|eyJ[\w-]{8,4000}\.eyJ[\w-]{4,8000}(?:\.[\w-]{0,2000})?"
    r")"
    r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:(?!-----END )[\s\S]){0,20000}(?:-----END [A-Z0-9 ]{0,40}-----)?"
)
_PEM_LINES: Final = re.compile(
    r"(?:(?<=\n)|^)(?:(?=[^\n]{0,63}[G-Zg-z+/])[A-Za-z0-9+/]{64}\r?\n){2,400}[A-Za-z0-9+/=]*"
)
"""The inside of a key whose first line is in another passage."""
_IN_ADDRESSES: Final = re.compile(
    r"\b[a-zA-Z][a-zA-Z0-9+.\-]{1,20}://[^\s:/@]{0,100}:(?P<password>[^\s@/]{1,200})@"
    r"|hooks\.slack\.com/(?:services|workflows|triggers)/(?P<hook>[\w/-]{10,200})"
    r"|webhook/send\?key=(?P<wecom>[\w-]{16,64})"
    r"|[?&;](?:access_?token|api_?key|auth|secret|sig|signature|passw(?:or)?d|pwd"
    r"|token)=(?P<query>[^&\s\"'<>;]{6,2000})",
    re.IGNORECASE,
)
_BEARER: Final = re.compile(
    r"\bBearer\s{1,3}(?P<bearer>(?=[\w.~+/=-]{0,200}\d)[\w.~+/=-]{16,4000})"
    r"|\bAuthorization\s{0,3}:\s{0,3}(?:Basic|Token)\s{1,3}(?P<basic>[\w.~+/=-]{8,4000})",
    re.IGNORECASE,
)

_OPEN: Final = r"[\"'`“‘「『*_]{0,3}"
_VALUE: Final = r"(?!<|\*\*\*)(?P<value>[!-~]{4,200})"
_IS: Final = r"(?:\s{0,3}(?:[:：=|]|=>|->|→)\s{0,3}|\s{1,3}(?:is|was|are|to)\s{1,3}(?:now\s|still\s|set to\s|just\s)?)"
_IS_ZH: Final = (
    r"(?:\s{0,3}(?:[:：=|]|=>|->|→|已?(?:是|为|叫|换成|改成|设成|设为|改为|更新为|重置为|重置成)了?[:：]?)\s{0,3}"
    r"|\s{0,2})"
)
_PASSWORD: Final = re.compile(
    rf"(?:\b|_)(?:pass(?:word|wd|code|phrase)s?|pwd|pswd)\b[\"'`]?(?:\s\([^()\n]{{1,40}}\))?{_IS}{_OPEN}{_VALUE}"
    rf"|(?:密码|口令|密碼)(?:[（(][^（）()\n]{{1,20}}[)）])?{_IS_ZH}{_OPEN}{_VALUE.replace('value', 'zh')}",
    re.IGNORECASE,
)
_FURTHER_ON: Final = re.compile(
    r"\b(?:pass(?:word|code|phrase)|pwd)\b[^\n\0.:;!?。]{1,50}?(?::|=|\b(?:is|was|to))\s{1,3}" + _OPEN + _VALUE + r"|"
    r"(?:密码|口令|密碼)[^\n\0。；;！？!?，,]{1,24}?(?:[:：=]|是|为|成)了?[:：]?\s{0,3}"
    + _OPEN
    + _VALUE.replace("value", "zh"),
    re.IGNORECASE,
)
"""Other words stand between, so what follows must look like a password."""
_BEFORE: Final = re.compile(
    r"(?<!\S)(?P<value>[!-~]{6,64})[\"'`”]?\s(?:is|was)\s(?:the|our|my|your|a)\s[^\n\0.]{0,30}?\b(?:password|passcode"
    r"|pwd)\b"
    r"|(?<![!-~])(?P<zh>[!-~]{6,64})[\"'`”」]?\s?(?:就?是|为)[^\n\0。，]{0,12}?(?:密码|口令)",
    re.IGNORECASE,
)
_CHINESE: Final = re.compile(
    r"(?:口令|暗号|密码)\s?(?:就?是|为|[:：])\s?[“「『\"](?P<value>[^”」』\"\n\0]{2,24})[”」』\"]"
)
_KEY: Final = re.compile(
    r"(?:(?:\b|_)(?:api[ _-]?key|access[ _-]?key(?:[ _-]?id)?|secret(?:[ _-]?(?:key|access[ _-]?key))?"
    r"|client[ _-]?secret"
    r"|private[ _-]?key|encryption[ _-]?key|(?:auth|access|api|bot|refresh)?[ _-]?token|encodingaeskey|credentials?)\b"
    r"|(?:密钥|秘钥|私钥|令牌|访问凭证))[\"'`]?[^\n\0。!?！？]{0,24}?(?::(?!//)|[：=|]|=>|\bis\b|\bwas\b|是|为|成)\s{0,3}"
    + _OPEN + r"(?P<value>[\w.~+/=\-]{12,500})",
    re.IGNORECASE,
)  # fmt: skip
_PLAIN_WORD: Final = re.compile(r"[A-Za-z][a-z]*|[A-Z]+")
_NO_PASSWORD: Final = re.compile(
    r"https?://|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}:\d{2}|[\w.+-]+@[\w-]+\.[\w.]+$|[.…*_\-=x•]+$|\$?\{|%[sd(]|\(|\)",
    re.IGNORECASE,
)
_WORDS: Final = frozenset(
    [
        "required", "optional", "none", "null", "true", "false", "string", "empty", "wrong", "correct",
        "incorrect", "invalid", "expired", "missing", "needed", "same", "unknown", "here", "there", "below",
        "above", "reset", "changed", "secret", "hidden", "redacted", "protected", "only", "with", "from",
        "that", "this", "what", "when", "where", "your", "please", "must", "should", "will", "have", "been",
        "being", "case", "based", "less", "free", "again", "manager", "policy", "login", "strong", "weak",
    ]
)  # fmt: skip
_CLOSING: Final = "\"'`”’」』,.;:!?)*_]|>"


def find_secrets(text: str) -> Iterator[Finding]:
    """Secrets in a text of usual characters, where NULs stand for what is masked already; they may overlap."""
    for found in _SHAPES.finditer(text):
        yield Finding(found.start(), found.end(), "key")
    for found in _PEM_LINES.finditer(text):
        yield Finding(found.start(), found.end(), "key")
    for found in _IN_ADDRESSES.finditer(text):
        group = str(found.lastgroup)
        yield Finding(*found.span(group), "password" if group == "password" else "key")
    for found in _BEARER.finditer(text):
        yield Finding(*found.span(str(found.lastgroup)), "key")
    for found in _CHINESE.finditer(text):
        yield Finding(*found.span("value"), "password")
    for pattern, is_near in ((_PASSWORD, True), (_FURTHER_ON, False), (_BEFORE, False)):
        for found in pattern.finditer(text):
            start, value = found.start(str(found.lastgroup)), _trimmed(found[str(found.lastgroup)])
            if _is_password(value, is_near=is_near, is_last=_ends(text, start + len(value))):
                yield Finding(start, start + len(value), "password")
    for found in _KEY.finditer(text):
        value = _trimmed(found["value"])
        if _is_random(value):
            yield Finding(found.start("value"), found.start("value") + len(value), "key")


def _trimmed(value: str) -> str:
    """Without what closes the sentence or quotation; a password may end in an exclamation mark of its own."""
    kept = value.rstrip(_CLOSING)
    return value[: len(kept) + 1] if kept and value[len(kept) :].startswith("!") and _is_mixed(kept) else kept


def _ends(text: str, end: int) -> bool:
    """Whether nothing but punctuation follows on the line or in the sentence."""
    return re.match(r"[\"'`”’」』*_]*\s*(?:[.。,，;；!！?？)|）]|\n|$)", text[end : end + 12]) is not None


def _is_password(value: str, *, is_near: bool, is_last: bool) -> bool:
    if len(value) < 4 or _NO_PASSWORD.match(value):
        return False
    if _is_mixed(value):
        return True
    if not is_near:
        return False
    if value[0].isdigit() and not any(map(str.isalpha, value)):
        return len(value) <= 12
    return is_last and _PLAIN_WORD.fullmatch(value) is not None and value.lower() not in _WORDS


def _is_mixed(value: str) -> bool:
    """Letters with digits or signs in between: no word, no number."""
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    signs = any(character in "!@#$%^&*+?~=" for character in value)
    inner = value[1:]
    return letters and (
        digits or signs or (any(map(str.isupper, inner)) and any(map(str.islower, inner)) and "-" not in value)
    )


def _is_random(value: str) -> bool:
    return sum(map(str.isdigit, value)) >= 2 and sum(map(str.isalpha, value)) >= 4 and not _NO_PASSWORD.match(value)
