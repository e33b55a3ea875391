"""Events that a question counts from: which message of the archive told of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.answering.evidence import Evidence
from bot.answering.marks import unmarked
from bot.answering.plain_words import plain_words

_HAPPENED = re.compile(
    r"已经?(?:正式)?(?:上线|发布|完成|启动|恢复|切换|迁移|升级|部署|签约|搬)|正式(?:上线|发布|启动|开业|生效)|(?:上线|发布|完成|启动|切换|迁移|升级|部署|搬|开完|签约)(?:了|完毕|成功|完成)"
    r"|(?:发布会|启动会|评审会?|会议|年会|培训|团建)(?:顺利|圆满|刚|已)?(?:结束|开完|召开|举行)|顺利(?:结束|完成|上线)|今天(?:正式)?(?:上线|发布|开业)"
    r"|\b(?:is|are|went|now|gone|goes) live\b|\b(?:has|have|we|just|was|were|is|are|been"
    r"|finally|officially|successfully)"
    r"(?:\W+\w+){0,2}?\W+(?:launched|released|shipped|deployed|migrated|completed|done"
    r"|finished|rolled out|kicked off|over|out|moved|merged"
    r"|acquired|announced|resolved|started|opened)\b|\b(?:launched|released|shipped|announcing|announcement)\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"准备|计划|预计|打算|将(?:于|在|会)|之前|以前|什么时候|几号|吗[？?]?|推迟|取消|没有?(?:上线|发布)|还没|尚未|如果|等.{0,6}(?:上线|发布)"
    r"|\?|\b(?:will|would|plan(?:s|ned|ning)?|going to|before|when|if|until|should|not yet"
    r"|hasn't|haven't|isn't|delayed|postponed)\b",
    re.IGNORECASE,
)
_QUOTED = 60


@dataclass(frozen=True, slots=True)
class Event:
    """The message that told of it."""

    record_id: str
    time: datetime
    author: str
    quote: str


def tells_of(words: str, found: Sequence[Evidence]) -> Event | None:
    """The first message that says, in all the words of the event, that it happened; None when nobody told."""
    wanted = plain_words(words)
    if not wanted:
        return None
    for item in found:
        sentence = next((part for part in re.split(r"[\n。！!;；]", item.text) if _announces(part, wanted)), None)
        if item.kind == "message" and sentence is not None:
            quote = unmarked(" ".join(sentence.split()))
            quote = quote if len(quote) <= _QUOTED else quote[: _QUOTED - 1] + "…"
            return Event(item.message_id, item.time, item.author, quote)
    return None


def _announces(sentence: str, wanted: frozenset[str]) -> bool:
    said = plain_words(sentence)
    if _NOT_YET.search(sentence) or not _HAPPENED.search(sentence):
        return False
    return all(word in said or any(_akin(word, other) for other in said) for word in wanted)


def _akin(word: str, other: str) -> bool:
    """``launch`` and ``launched`` after stemming, ``发布会`` and ``发布``."""
    short, long = sorted((word, other), key=len)
    return (
        len(short) >= 2
        and long.startswith(short)
        and (short.isascii() == long.isascii())
        and len(long) - len(short) <= 3
    )
