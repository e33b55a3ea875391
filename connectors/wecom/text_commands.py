"""Commands typed as text: WeCom has no slash commands, so that people write them as they like.

``／找：预算`` after a mention, ``“/find budget”``, ``、时间线`` (the key of ``/`` under a Chinese keyboard) and a
command under a quoted message all become the plain ``/找 预算`` that the application understands.
"""

import re
import unicodedata
from collections.abc import Iterable

NAMES = (
    "/问", "/找", "/脉络", "/时间线", "/文件", "/总结", "/错过了什么", "/补课", "/日报", "/周报", "/摘要", "/提醒",
    "/提醒我", "/标准答案", "/标准", "/忘记", "/旁听", "/训练", "/状态", "/帮助", "/ask", "/find", "/story",
    "/timeline", "/files", "/summary", "/catchup", "/catch-up", "/digest", "/remind", "/remind-me-of", "/remindme",
    "/standard", "/forget", "/listen", "/training", "/status", "/help", "/换个答法", "/again", "/设置", "/settings",
)  # fmt: skip
"""The commands of the application in both languages, and those that only a card of ours can answer."""
_ALSO = {
    "/問": "/问", "/脈絡": "/脉络", "/時間線": "/时间线", "/時間軸": "/时间线", "/檔案": "/文件", "/總結": "/总结",
    "/錯過了什麼": "/错过了什么", "/補課": "/补课", "/日報": "/日报", "/週報": "/周报", "/忘記": "/忘记",
    "/標準答案": "/标准答案", "/標準": "/标准答案", "/旁聽": "/旁听", "/訓練": "/训练", "/狀態": "/状态",
    "/幫助": "/帮助", "/換個答法": "/换个答法", "/换个说法": "/换个答法", "/再答一次": "/换个答法", "/設置": "/设置",
    "/設定": "/设置", "/设定": "/设置", "/setting": "/settings", "/file": "/files",
}  # fmt: skip
_BY_LENGTH = sorted({**dict.fromkeys(NAMES, ""), **_ALSO}, key=len, reverse=True)
_SLASHES = "/／⁄∕"
_IDEOGRAPHIC_COMMA = "、"
# WeCom puts U+2005 behind a mention; clients add characters without width.
_BLANKS = (
    "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)
_BLANK = r"[\s\u200b-\u200f\u2060\ufeff]"
_QUOTED_MESSAGE = re.compile(r"\A\s*「.*?」[ \t]*\n[ \t]*(?:-[ \t]*){5,}\n", re.DOTALL)
_MOST_MENTIONS = 5
_PAIRS = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "＂": "＂", "`": "`"}
_FULL_STOPS = ".。!！?？~～"
_ODD_QUOTES = {"”": "”", "’": "’"}


def without_mention(text: str, *, names: Iterable[str]) -> str:
    """What somebody said, without the ``@`` and name of the bot at its ends and without an old client's quotation."""
    said = _QUOTED_MESSAGE.sub("", text).strip(_BLANKS)
    mentions = sorted((f"@{name}" for name in names if name), key=len, reverse=True)
    for _ in range(_MOST_MENTIONS):
        for mention in mentions:
            said = _without_leading(said, mention)
            said = _without_trailing(said, mention)
    return said


def command_text(text: str, *, names: Iterable[str] = ()) -> str | None:
    """The command as ``/name rest``, or None when it is none; ``names`` are what the bot is called.

    A word after a slash that is no known command is returned as it is, so that the person hears of it; a path such as
    ``/etc/hosts`` is none.
    """
    said = _unquoted(without_mention(text, names=names))
    if not said:
        return None
    if said[0] == _IDEOGRAPHIC_COMMA:
        # As punctuation it may stand before anything: only the name of a command by itself counts.
        return _known(said[1:]) if "/" + _folded(re.split(_BLANK, said[1:], maxsplit=1)[0]) in _BY_LENGTH else None
    if said[0] not in _SLASHES:
        return None
    typed = said[1:].lstrip(_BLANKS)
    known = _known(typed)
    if known is not None:
        return known
    word, *rest = re.split(_BLANK, typed, maxsplit=1)
    if not word or any(slash in word for slash in _SLASHES) or not _folded(word)[:1].isalpha():
        return None
    return f"/{word} {rest[0].strip(_BLANKS)}" if rest else f"/{word}"


def _known(typed: str) -> str | None:
    """``找：预算`` as ``/找 预算``; Chinese is often typed without a space, English never."""
    for name in _BY_LENGTH:
        rest = typed[len(name) - 1 :]
        if "/" + _folded(typed[: len(name) - 1]) != name:
            continue
        if name.isascii() and re.match(r"[0-9A-Za-z_/.-]", _folded(rest[:1])):
            continue
        if rest.startswith(tuple(_SLASHES)):
            continue
        argument = _argument(rest.lstrip(_BLANKS + ":：,，"))
        plain = _ALSO.get(name, name)
        return f"{plain} {argument}" if argument else plain
    return None


def _argument(rest: str) -> str:
    rest = rest.strip(_BLANKS)
    if len(rest) > 1 and _PAIRS.get(rest[0]) == rest[-1] and rest[-1] not in rest[1:-1]:
        return rest[1:-1].strip(_BLANKS)
    return "" if not rest.strip(_FULL_STOPS) else rest


def _unquoted(said: str) -> str:
    """Without quotation marks around the whole, also when the closing one was forgotten."""
    if said and said[0] in _PAIRS | _ODD_QUOTES and said[1:].lstrip()[:1] in (*_SLASHES, _IDEOGRAPHIC_COMMA):
        closing = (_PAIRS | _ODD_QUOTES)[said[0]]
        said = said[1:].removesuffix(closing)
    return said.strip(_BLANKS)


def _without_leading(said: str, mention: str) -> str:
    if not _at_sign(said).casefold().startswith(mention.casefold()):
        return said
    rest = said[len(mention) :]
    # ``@拾光机`` is somebody else; ``@拾光/找`` is not.
    if rest and not re.match(rf"{_BLANK}|\W", rest):
        return said
    return rest.lstrip(_BLANKS + ",，:：")


def _without_trailing(said: str, mention: str) -> str:
    tail = said[-len(mention) :]
    if len(said) <= len(mention) or _at_sign(tail).casefold() != mention.casefold():
        return said
    rest = said[: -len(mention)]
    return rest.rstrip(_BLANKS) if re.search(rf"(?:{_BLANK}|\W)\Z", rest) else said


def _at_sign(text: str) -> str:
    return text.replace("＠", "@")


def _folded(text: str) -> str:
    """Full width to half width, capitals to small letters."""
    return unicodedata.normalize("NFKC", text).casefold()
