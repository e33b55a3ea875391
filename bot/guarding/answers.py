"""What the bot never says, whoever told it to: its prompt, markup, deeds not done, refusals, another language."""

import re
from typing import Final

from bot.errors import Language
from bot.guarding.disguises import plain_spelling
from bot.guarding.leaking import reveals_prompt

_MARKUP: Final = re.compile(
    r"!\[[^\]\n]*\]|<\s?/?(?:img|a|script|iframe|svg|style|link|form|meta|object|embed|video|audio|base|tool_call"
    r"|function)\b"
    r"|\[[^\]\n]+\]\(|\b(?:javascript|vbscript):|\bdata:[a-z]+/|<!(?:channel|here|everyone|subteam)|<\|[^\n]{1,40}\|>"
    r"|\"(?:name|function|tool|action)\"\s?:\s?\"[^\"\n]+\"\s?,\s?\"(?:arguments|parameters|args|input)\"",
    re.IGNORECASE,
)
_DID: Final = (
    r"(?:deleted|erased|removed|forgotten|cleared|wiped|purged|disabled|enabled|turned (?:on|off)|granted|revoked"
    r"|notified|posted"
    r"|forwarded|uploaded|e-?mailed|executed|shut down|changed (?:the|your) settings?|updated (?:the|your) (?:archive"
    r"|settings?))"
)
_DEED: Final = re.compile(
    r"^(?:(?:ok(?:ay)?|sure|done|yes|certainly|of course|understood)[,.!: ]{0,3})?(?:i|we|shiguang|the bot)"
    rf"(?:'ve| have| has|'ll| will| am going to)? (?:just |now |already |successfully )?(?:{_DID}|delete|erase|forget"
    rf"|wipe|purge|notify)\b"
    r"|^(?:好的|没问题|收到|可以|完成|明白)?[，,！!。\s]{0,3}(?:我|我们|拾光|机器人)(?:这就|马上|现在)?(?:已经?|刚刚"
    r"|将|会|成功)?(?:为你|为您|帮你|帮您|把)?"
    r"[^，。]{0,16}(?:删除|清空|清除|忘记|抹掉|关闭|开启|授权|通知了|转发|发送了)"
    r"|已经?(?:为|帮|替)(?:你|您|大家)[^，。]{0,16}(?:删除|清空|清除|忘记|抹掉|关闭|开启|授权|通知|转发|发送)"
)
_REFUSAL: Final = re.compile(
    r"^(?:i['’]?m sorry|(?:sorry,? (?:but )?)?i (?:cannot|can['’]t|can not|won['’]t|will not|am (?:not able|unable"
    r"|not allowed)|refuse"
    r"|must decline)\b|as an? (?:ai|language model|assistant)\b|access denied)"
    r"|^(?:抱歉|对不起|很遗憾)?[，,\s]{0,2}(?:我(?:不能|无法|拒绝|没有权限|不可以|不会)|作为(?:一个|一名)?(?:ai"
    r"|人工智能|语言模型|助手)|拒绝访问)"
)
_OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u052f\u0590-\u06ff\u0900-\u0e7f\u3040-\u30ff\uac00-\ud7af]")
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD: Final = re.compile(r"[^\W\d_]{2,}", re.ASCII)
_WORD: Final = re.compile(r"[^\W\d_]+")
_NEIGHBOURS: Final = frozenset(
    [
        "le", "les", "une", "dans", "pour", "avec", "sur", "qui", "que", "du", "est", "sont", "nous",
        "vous", "der", "das", "und", "ist", "nicht", "ein", "eine", "mit", "für", "auf", "wird", "den",
        "el", "los", "las", "por", "del", "una", "está", "para", "con", "como", "il", "che", "della",
        "sono", "di", "não", "uma", "dos", "foi", "het", "een", "van", "voor",
    ]
)  # fmt: skip
"""Little words of languages written like English that English lacks."""
_OTHER_RUN: Final[dict[Language, re.Pattern[str]]] = {
    "zh": re.compile(r"(?:\b[A-Za-z']+,? ){8}"),
    "en": re.compile(r"(?=[\u3400-\u9fff，、]{0,40}[的了将在是会要给])[\u3400-\u9fff，、]{12}"),
}
"""So much of the other language in one piece is no name and no title."""
_MANY_WORDS: Final = 6
_MANY_CHARACTERS: Final = 8


def objection(sentence: str, language: Language | None) -> str | None:
    """Why a sentence must not be said to somebody who reads ``language`` (None: any language), or None."""
    plain = plain_spelling(sentence)
    if reveals_prompt(sentence):
        return "repeats the prompt"
    if _MARKUP.search(plain):
        return "holds markup"
    if _DEED.search(plain):
        return "claims to have done something"
    if _REFUSAL.match(plain):
        return "refuses"
    return "is in another language" if language is not None and _is_foreign(sentence, language) else None


def _is_foreign(sentence: str, language: Language) -> bool:
    if _OTHER_RUN[language].search(sentence):
        return True
    others, chinese = len(_OTHER_SCRIPT.findall(sentence)), len(_CHINESE.findall(sentence))
    words = _LATIN_WORD.findall(sentence)
    if others > 3 and others > (chinese + sum(map(len, words))) / 2:
        return True
    if language == "zh":
        return not chinese and len(words) >= _MANY_WORDS
    if chinese >= _MANY_CHARACTERS and chinese > 4 * len(words):
        return True
    return len(_NEIGHBOURS.intersection(_WORD.findall(sentence.lower()))) >= 3
