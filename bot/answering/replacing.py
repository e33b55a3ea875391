"""Whether a newer message replaces an older one: the same subject, a word of change, and another value.

Conservative: a wrong mark makes people distrust a right fact, a missing one leaves two dated facts side by side.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.answering.plain_words import plain_words

_CHANGED = re.compile(
    r"改到|改成|改为|改期|改在|换成|换到|调整[为到至成]|变更[为成]|更改[为成]|推迟[到至]?|延期[到至]?|延后[到至]?|提前到|顺延|挪到|更新[为成到]|更正|订正|勘误"
    r"|作废|不再是|不是[^。，]{1,12}[,，]?(?:而?是)"
    r"|\b(?:(?:re)?scheduled (?:to|for)|moved (?:(?:back|up|out|forward) )?(?:from .{1,30} "
    r")?to|changed (?:from .{1,30} )?to|switched (?:from .{1,30} )?to"
    r"|pushed (?:back )?(?:from .{1,30} )?to|bumped (?:from .{1,30} )?to|postponed|delayed "
    r"(?:to|until|till)|brought forward|instead of"
    r"|no longer|correction|supersed(?:es|ed)|updated to|is now|are now|not .{1,20} any ?more|make that)\b",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"从\s*(?P<old>[^，,。]{1,16}?)\s*(?:改|调整?|提高|提升|增加?|降低?|下调|上调|推迟|提前|延期|延|换|升级?|涨|减少?)(?:到|为|成|至)\s*(?P<new>[^，,。]{1,16})"
    r"|\b(?:moved|changed|raised|lowered|increased|reduced|cut|bumped|pushed|switched"
    r"|upgraded|went)\b.{0,30}?\bfrom (?P<old_>.{1,24}?) to (?P<new_>.{1,24})",
    re.IGNORECASE,
)
"""A change that names what was before."""
_CANCELLED = re.compile(
    r"取消了?|不(?:办|开|搞|去|做)了|作废|\b(?:cancell?ed|called off|scrapped|won't happen)\b", re.IGNORECASE
)
ASKS = re.compile(
    r"[?？]|吗\s*$|要不要|能不能|是不是|如果|万一|建议|\b(?:can|could|should|would|if|maybe"
    r"|might|whether|what about)\b",
    re.IGNORECASE,
)
"""A sentence that asks, proposes or supposes says nothing yet."""
_QUESTION = re.compile(r"[?？]|吗\s*$")
_NOT_THE_OLD = re.compile(r"不是|不再|而非|从|\b(?:not|no longer|from|instead of)\b", re.IGNORECASE)
"""A change that repeats the old value says that it is the old one; otherwise that value still holds."""
_VALUES: dict[str, re.Pattern[str]] = {
    "day": re.compile(
        r"(?:周|星期|礼拜)[一二三四五六日天]|\d{1,2}\s?月\s?\d{1,2}\s?[日号]?|(?<!\d)\d{1,2}\s?[日号]|(?:20\d\d[-/.])?\d{1,2}[-/]\d{1,2}(?!\d)"
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
    "place": re.compile(
        r"[一二三四五六七八九十\d]+号?\s?(?:会议室|楼|层)|(?-i:\b[A-Z]\d{3,4}\b)|\broom [\w-]+", re.IGNORECASE
    ),
}
_MENTION = re.compile(r"@[\w.-]+")
_LONGEST = 400
"""Characters: a long text is about too much to be replaced as a whole."""
_SHARED_TERMS = 2
_SHARE = 0.5
"""Of the shorter message's subject words, how many the other must have."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """What held before and what holds now, as written; ``new`` is None for something called off."""

    old: str
    new: str | None


def replaces(newer: str, older: str) -> bool:
    """Whether what is said in ``newer`` takes the place of what ``older`` said."""
    return value_change(newer, older) is not None


def value_change(newer: str, older: str) -> ValueChange | None:
    """What ``newer`` changes of what ``older`` said; None when it says nothing else."""
    told = _told(older)
    if not told:
        return None
    changes = [sentence for sentence in sentences_of(newer) if may_replace(sentence) and not ASKS.search(sentence)]
    found = (_change(change, sentence) for change in changes for sentence in told)
    return next((change for change in found if change is not None), None)


def may_be_replaced(text: str) -> bool:
    """Whether a message tells a value that another could replace."""
    return bool(_told(text))


def may_replace(text: str) -> bool:
    """Whether a message speaks of a change at all: the cheap first look."""
    return bool(_CHANGED.search(text) or _CANCELLED.search(text) or _FROM_TO.search(text))


@lru_cache(maxsize=4096)
def _told(text: str) -> tuple[str, ...]:
    """The sentences that state a value; a message that ends by asking states none."""
    if text.rstrip().endswith(("?", "？")):
        return ()
    return tuple(part for part in sentences_of(text) if any(values_in(part).values()) and not _QUESTION.search(part))


def _change(change: str, told: str) -> ValueChange | None:
    before, after = values_in(told), values_in(change)
    for named in _FROM_TO.finditer(change):
        # It says itself what it replaces: from 18 to 24.
        kind, old, new = _from_to(named)
        if kind and old in before[kind] and new not in before[kind]:
            same = bool(subject_words(change[: named.end()]) & subject_words(told))
            return ValueChange(before[kind][old], after[kind][new]) if same else None
    if not _same_subject(change, told):
        return None
    if _CANCELLED.search(change) and not _CANCELLED.search(told):
        return ValueChange(next(written for values in before.values() for written in values.values()), None)
    if not _CHANGED.search(change):
        return None
    repeats = bool(_NOT_THE_OLD.search(change))
    for kind in _VALUES:
        gone = [value for value in before[kind] if value not in after[kind]] or (list(before[kind]) if repeats else [])
        come = [value for value in after[kind] if value not in before[kind]]
        if gone and come:
            return ValueChange(before[kind][gone[0]], after[kind][come[0]])
    return None


def _from_to(named: re.Match[str]) -> tuple[str, str, str]:
    """Kind of value, the old one and the new one; an empty kind when they are not of one kind."""
    chinese = named["old"] is not None
    old, new = values_in(named["old" if chinese else "old_"]), values_in(named["new" if chinese else "new_"])
    for kind in _VALUES:
        if len(old[kind]) == 1 and len(new[kind]) >= 1:
            return kind, next(iter(old[kind])), next(iter(new[kind]))
    return "", "", ""


@lru_cache(maxsize=4096)
def sentences_of(text: str) -> tuple[str, ...]:
    """Its sentences that are not too long to be about one thing."""
    return tuple(part for part in re.split(r"[\n。；;！!]|(?<=[a-z])\.\s", text) if len(part) <= _LONGEST)


def _same_subject(newer: str, older: str) -> bool:
    left, right = subject_words(newer), subject_words(older)
    shared = left & right
    return len(shared) >= _SHARED_TERMS and len(shared) >= _SHARE * min(len(left), len(right))


@cache
def _generic_words() -> frozenset[str]:
    """Words of change, of times and of manners, which are no subject."""
    return plain_words(
        "改 改到 改成 改为 推迟 延期 取消 提前 更新 更正 通知 大家 各位 今天 明天 后天 已经 现在 "
        "时间 下午 上午 晚上 早上 需要 可以 一下 注意 请 月 日 号 点 周 星期 一 二 三 四 五 六"
        " 上 下 到 就 都 也 还 我们 定 定在 是 不 要 去 来 说 好 会 能 没 从 把 给 让 对 moved "
        "changed postponed cancelled updated correction now no longer"
        " new time please all everyone monday tuesday wednesday thursday friday saturday sunday "
        "today tomorrow next week day am pm just so but its we're"
        " know think like get got need one use using want see way thing make still some more if "
        "when then than out up us don't i'm it's that's"
    )


@lru_cache(maxsize=4096)
def subject_words(text: str) -> frozenset[str]:
    """Its words without values, people and words of change."""
    text = _MENTION.sub(" ", text)
    for pattern in _VALUES.values():
        text = pattern.sub(" ", text)
    words = plain_words(text) - _generic_words()
    return frozenset(word for word in words if len(word) > 1 and not word.isdecimal())


@lru_cache(maxsize=4096)
def values_in(text: str) -> dict[str, dict[str, str]]:
    """By kind, each value in one form with how it is written, in order."""
    return {
        kind: {_plain(found[0]): " ".join(found[0].split()) for found in pattern.finditer(text)}
        for kind, pattern in _VALUES.items()
    }


def _plain(value: str) -> str:
    plain = "".join(value.lower().split()).replace("星期", "周").replace("礼拜", "周").replace("：", ":").rstrip("号日")
    month_day = re.fullmatch(r"(?:20\d\d[-/.])?0?(\d{1,2})[-/月]0?(\d{1,2})", plain)
    return f"{month_day[1]}-{month_day[2]}" if month_day else plain
