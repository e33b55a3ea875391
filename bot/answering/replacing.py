"""Whether a newer message replaces an older one: the same subject, a word of change, and another value.

Conservative: a wrong mark makes people distrust a right fact, a missing one leaves two dated facts side by side.
"""

import re
from functools import lru_cache

from knowledge.lexical import terms

_CHANGED = re.compile(
    r"改到|改成|改为|改期|改在|换成|换到|调整[为到至成]|变更[为成]|更改[为成]|推迟[到至]?|延期[到至]?|延后[到至]?|提前到|顺延|挪到|更新[为成到]|更正|订正|勘误"
    r"|以[^。，]{1,12}为准|作废|不再是|不是[^。，]{1,12}[,，]?(?:而?是)"
    r"|\b(?:(?:re)?scheduled (?:to|for)|moved (?:(?:back|up|out|forward) )?(?:from .{1,30} )?to|changed (?:from .{1,30} )?to|switched (?:from .{1,30} )?to"
    r"|pushed (?:back )?(?:from .{1,30} )?to|bumped (?:from .{1,30} )?to|postponed|delayed (?:to|until|till)|brought forward|instead of"
    r"|no longer|correction|supersed(?:es|ed)|rather than|updated to|is now|are now|not .{1,20} any ?more|make that)\b",
    re.IGNORECASE,
)
_CANCELLED = re.compile(
    r"取消了?|不(?:办|开|搞|去|做)了|作废|\b(?:cancell?ed|called off|scrapped|won't happen)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"[?？]|吗\s*$|要不要|能不能|是不是|如果|万一|建议|\b(?:can|could|should|would|if|maybe|might|whether|what about)\b",
    re.IGNORECASE,
)
_VALUES: dict[str, re.Pattern[str]] = {
    "day": re.compile(
        r"(?:周|星期|礼拜)[一二三四五六日天]|\d{1,2}月\d{1,2}[日号]?|(?<!\d)\d{1,2}[日号]|(?:20\d\d[-/.])?\d{1,2}[-/]\d{1,2}(?!\d)"
        r"|明天|后天|今天|月底|月初|\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)day\b|\b(?:tomorrow|today)\b"
        r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th)\b",
        re.IGNORECASE,
    ),
    "clock": re.compile(
        r"\d{1,2}[:：]\d{2}|[\d一二两三四五六七八九十]{1,3}点半?|\b\d{1,2}(?::\d\d)?\s?[ap]\.?m\b", re.IGNORECASE
    ),
    "amount": re.compile(
        r"[¥$€￥]\s?\d[\d,.]*[kKmM万]?|\d[\d,.]*\s?(?:万|亿|元|块|美元|%|percent\b|dollars\b|usd\b)", re.IGNORECASE
    ),
    "version": re.compile(r"\bv?\d+\.\d+(?:\.\d+)*\b", re.IGNORECASE),
    "count": re.compile(
        r"(?<![\d.:/-])\d+\s?(?:个|人|台|次|天|周|小时|days?\b|weeks?\b|hours?\b|people\b|users\b|gb\b|mb\b)",
        re.IGNORECASE,
    ),
    "place": re.compile(r"[一二三四五六七八九十\d]+号?\s?(?:会议室|楼|层)|[A-Z]\d{3,4}\b|\broom [\w-]+", re.IGNORECASE),
}
_LONGEST = 400
"""Characters: a long text is about too much to be replaced as a whole."""
_SHARED_TERMS = 2
_SHARE = 0.5
"""Of the shorter message's subject words, how many the other must have."""
_GENERIC = frozenset(
    terms(
        "改 改到 改成 改为 推迟 延期 取消 提前 更新 更正 通知 大家 各位 今天 明天 后天 已经 现在 时间 下午 上午 晚上 早上 需要 可以 一下 注意 请 月 日 号 点 周 星期 一 二 三 四 五 六"
        " 上 下 到 就 都 也 还 我们 定 定在 是 不 要 去 来 说 好 会 能 没 从 把 给 让 对 moved changed postponed cancelled updated correction now no longer"
        " new time please all everyone monday tuesday wednesday thursday friday saturday sunday today tomorrow next week day am pm just so but its we're"
        " know think like get got need one use using want see way thing make still some more if when then than out up us don't i'm it's that's"
    )
)


def replaces(newer: str, older: str) -> bool:
    """Whether what is said in ``newer`` takes the place of what ``older`` said."""
    if len(newer) > _LONGEST or len(older) > _LONGEST or _ASKS.search(newer) or older.rstrip().endswith(("?", "？")):
        return False
    cancelled = bool(_CANCELLED.search(newer))
    if not cancelled and not _CHANGED.search(newer):
        return False
    if not _same_subject(newer, older):
        return False
    before, after = _values(older), _values(newer)
    if cancelled and not _CANCELLED.search(older):
        return any(before.values())
    return any(before[kind] and after[kind] - before[kind] for kind in before)


def may_replace(text: str) -> bool:
    """Whether a message speaks of a change at all: the cheap first look."""
    return bool(_CHANGED.search(text) or _CANCELLED.search(text))


def _same_subject(newer: str, older: str) -> bool:
    left, right = _subject(newer), _subject(older)
    shared = left & right
    return len(shared) >= _SHARED_TERMS and len(shared) >= _SHARE * min(len(left), len(right))


@lru_cache(maxsize=4096)
def _subject(text: str) -> frozenset[str]:
    """Its words without values and without words of change."""
    for pattern in _VALUES.values():
        text = pattern.sub(" ", text)
    return frozenset(term for term in terms(text) if term not in _GENERIC and (len(term) > 1) and not term.isdecimal())


def _values(text: str) -> dict[str, frozenset[str]]:
    return {kind: frozenset(_plain(found) for found in pattern.findall(text)) for kind, pattern in _VALUES.items()}


def _plain(value: str) -> str:
    return "".join(value.lower().split()).replace("星期", "周").replace("礼拜", "周").replace("：", ":").rstrip("号日")
