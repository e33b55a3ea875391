"""Whether a newer message says something else than a standard answer: another value or person, or that it is over.

Conservative, as ``bot.answering.replacing`` is: what is contested is given no more until an operator has looked.
On cases written after it was tuned 19 of 25 contradictions are noticed and 1 of 53 harmless messages is taken for one,
see ``tests/benchmarks/contradicted_answers.jsonl``.
"""

import re
from collections.abc import Collection, Set
from functools import cache, lru_cache
from typing import Final

from bot.answering.replacing import ASKS, may_replace, sentences_of, subject_words, values_in
from knowledge.lexical import normalize

LONGEST: Final = 2000
"""Characters of a message: longer ones are pasted."""
_ENDS = re.compile(
    r"取消|作废|停用|下线|停止使用|不再|废止|废除|弃用|失效|迁移到|搬到|搬去"
    r"|关闭|关停|撤销|\b(?:no longer|cancell?ed|called off|discontinued|deprecated|retired|abolished|shut down|scrapped"
    r"|(?:is|are) closed|closed for good|permanently"
    r"|not .{1,20} any ?more|replaced (?:by|with)|moved to|superseded)\b",
    re.IGNORECASE,
)
"""What was so is so no more."""
_CHANGES = re.compile(
    r"(?:更新|变更|更换|更名|改名|调整|修改|换|变|改)(?:了|为|成|到|至)|(?:变更|更新|调整)[:：，,]|改[用由走]|即日起|下个?月起"
    r"|从.{1,10}起|自.{1,10}起|涨价|降价|现在(?:只|改|需|要|是|为|由|用)|新的?[^，。]{1,8}[:：是为]"
    r"|以后(?:用|找|由|请|都|统一)|(?:延长|缩短|提高|降低|上调|下调|增加|减少|涨|降)(?:到|至|为)"
    r"|\b(?:has|have|was|were|been|is|are) (?:changed|updated|renamed|replaced|raised|lowered|upgraded|extended)\b"
    r"|\b(?:from (?:now|monday|tomorrow|next \w+|january|february|march|april|may|june|july|august|september|october"
    r"|november|december) on\b|is now|are now|instead of|switched to|upgraded to|raised|lowered|new policy"
    r"|(?:earlier|later) than (?:planned|announced)|effective|changed|now (?:only )?(?:be )?[a-z]+(?:s|ed)?"
    r"|handled by|starting)\b|^\W*new \w+ (?:for|of|is)\b",
    re.IGNORECASE,
)
_HANDS_OVER = re.compile(
    r"离职|转岗|交接给|移交给|接手|接替|改由|以后(?:由|找)|换成|换人"
    r"|\b(?:took over|takes? over|taking over|is now (?:responsible|in charge|the owner)|has left|is leaving"
    r"|instead of|handed over|new (?:owner|contact))\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"以前|之前|去年|上[周月]|昨[天晚]|原来|\b(?:last (?:week|month|year)|yesterday|used to|previously)\b",
    re.IGNORECASE,
)
"""It tells of what was."""
_OWN = re.compile(r"我(?!们)|\b(?:i|my|i'm|i've)\b", re.IGNORECASE)
"""It tells of somebody's own affairs."""
_APART = tuple(
    tuple(group.split())
    for group in (
        "测试 生产 预发 开发 线上 沙箱", "国内 国际 海外 境外", "正式 试用 实习 外包", "上海 北京 深圳 广州 杭州 成都",
        "staging production development sandbox test", "domestic international overseas", "intern contractor employee",
        "berlin london paris tokyo york",
    )
)  # fmt: skip
"""Of each group one excludes the others: what changes for the one says nothing of the other."""
_OTHER_TEAM = re.compile(
    r"^\W*([\u3400-\u9fff]{2})(?:部|组|团队|分公司)|^\W*(?:the )?(\w+) (?:team|department|office)(?:'s)?\b"
)
_TODAY = re.compile(r"今[天晚日早]|\b(?:today|tonight|this (?:morning|afternoon|evening))\b", re.IGNORECASE)
"""It tells of an exception or an event, not of a rule."""
_HAPPENED = re.compile(r"了|\b(?:took|was|were|had|got|went|did|closed|spent|used|met|left)\b", re.IGNORECASE)
"""It tells of what happened once; of a rule only when it says that the rule changed."""
_NAMED = re.compile(r"(?<=[a-z,] )[A-Z][a-z][\w-]*")
_NUMBERED = re.compile(r"([a-z]+) ?(\d+)(?![\d:.%])")
"""Names and numbered things of a question: what is said of others says nothing of them."""
_SHARED: Final = 2
_SHARE: Final = 0.5
"""Of the question's words, how many the message must hold; else of the message's own, those that the answer holds."""
_WITH_UNITS = ("count", "amount")
"""Kinds of values in which the unit is part of what is told."""
_DIGITS = re.compile(r"[\d.,:]+")


def may_contradict(newer: str) -> bool:
    """The cheap first look: whether a message speaks of a change, or states a value."""
    return len(newer) <= LONGEST and (_speaks_of_change(newer) or any(values_in(newer).values()))


@cache
def _asking_words() -> frozenset[str]:
    """Ask and are no subject."""
    return subject_words(
        "时候 什么时候 多久 几天 多少 负责人 周期 频率 哪里 怎么 谁 是什么 find many much version long often who which"
        " january february march april may june july august september october november december"
    )


@lru_cache(maxsize=4096)
def topic_of(question: str) -> frozenset[str]:
    """The words of a question, folded, of which a message that contradicts its answer holds at least one."""
    words = subject_words(question) - _asking_words()
    return frozenset(word for word in words if not any(word != other and word in other for other in words))


def contradicts(newer: str, *, question: str, text: str) -> bool:
    """Whether ``newer`` seems to say something else than that ``text`` answers ``question``."""
    topic = topic_of(question)
    known = normalize(f"{question} {text}")
    about = topic | subject_words(text)
    for sentence in sentences_of(newer):
        if any(pattern.search(sentence) for pattern in (ASKS, _OVER, _TODAY)) or _is_of_others(
            sentence, question, known
        ):
            continue
        plain = normalize(sentence)
        held = {word for word in about if word in plain} | (about & subject_words(sentence))
        asked = held & topic
        if _says_otherwise(sentence, text, asked_all=asked == topic, is_about=_is_about(sentence, asked, held, topic)):
            return True
    return False


def _speaks_of_change(text: str) -> bool:
    return may_replace(text) or any(pattern.search(text) for pattern in (_CHANGES, _ENDS, _HANDS_OVER))


def _is_of_others(sentence: str, question: str, known: str) -> bool:
    """It names another thing, place, environment or team than the question and its answer."""
    plain = normalize(sentence)
    for group in _APART:
        here, there = [one for one in group if one in known], [one for one in group if one in plain]
        if here and there and not set(here) & set(there):
            return True
    if any(normalize(name) not in plain for name in _NAMED.findall(question)):
        return True
    said = dict(_NUMBERED.findall(plain))
    if any(said.get(word, number) != number for word, number in _NUMBERED.findall(normalize(question))):
        return True
    return any((team[1] or team[2]) not in known for team in _OTHER_TEAM.finditer(plain))


def _is_about(sentence: str, asked: Set[str], held: Set[str], topic: Set[str]) -> bool:
    if not asked:
        return False
    if len(asked) >= _SHARE * len(topic) and len(held) >= min(_SHARED, len(topic)):
        return True
    return len(held) > _SHARED and len(held) >= _SHARE * len(subject_words(sentence))


def _says_otherwise(sentence: str, text: str, *, asked_all: bool, is_about: bool) -> bool:
    told, said = values_in(text), values_in(sentence)
    others = any(_others(kind, told[kind], said[kind]) for kind in told)
    if not _speaks_of_change(sentence):
        return asked_all and others and not _OWN.search(sentence) and not _HAPPENED.search(sentence)
    if not is_about:
        return False
    if _ENDS.search(sentence) or _HANDS_OVER.search(sentence):
        return True
    comparable = any(told[kind] and said[kind] for kind in told)
    return others if comparable else not any(said.values()) or not any(told.values())


def _others(kind: str, told: Collection[str], said: Collection[str]) -> bool:
    """Whether something else is said where the same is measured; "2 hours" says nothing of "30 days"."""
    units = {_DIGITS.sub("", one) for one in told}
    new = [one for one in said if one not in told]
    return bool(told) and any(kind not in _WITH_UNITS or _DIGITS.sub("", one) in units for one in new)
