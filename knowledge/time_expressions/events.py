"""Events as anchors of time: since the launch, 上线以来, 发布会之后. Which message tells of them, the caller finds."""

import re
from dataclasses import dataclass
from typing import Literal

_NOUNS_ZH = (
    "上线|发布会|发布|发版|启动会|启动|评审会|评审|迁移|搬家|停机|故障|事故|宕机|签约|融资|改版|升级|收购|合并|年会|团建"
    "|培训|路演|招标|开业|裁员|重组|封版|回滚|提测|验收|交付|立项|周年庆|开工|复工|动员会|例会|黑客松|内测|公测|灰度|切换"
)
_NOUNS_EN = (
    "launch|release|go-live|rollout|roll-out|kick-?off|migration|outage|incident|merger|acquisition|offsite|off-site|retreat"
    "|all-hands|relaunch|rebrand|redesign|upgrade|deploy(?:ment)?|rollback|reorg|layoffs|conference|hackathon|workshop"
    "|summit|town ?hall|cutover|switchover|sprint review|board meeting|opening|beta|audit|move"
)
_WORD_ZH = r"[\u4e00-\u9fffA-Za-z0-9.·\-]"
_ZH = re.compile(
    rf"(?:自从|自|从)?(?P<event>(?:(?:(?<![\u4e00-\u9fffA-Za-z0-9])|(?<=[们家司在从自]))(?:(?![谁哪什怎几吗呢的在是了和])(?!自从|我们|你们|他们|大家|公司){_WORD_ZH}){{1,10}}?\s?)?(?:{_NOUNS_ZH}))"
    r"(?P<border>以来|至今|到现在|之?后(?![台端续期])|以后|之前|以前)"
)
_EN = re.compile(
    rf"(?P<border>ever since|since|after|before|until)\s+(?:the|our|their)\s+"
    rf"(?P<event>(?:(?!and\b|or\b|with\b)[\w'’.-]+\s+){{0,4}}?(?:{_NOUNS_EN}))\b(?P<of>\s+of\s+(?:the\s+|our\s+)?[\w.-]+(?:\s+\d[\w.]*)?)?",
    re.IGNORECASE | re.ASCII,
)
_SINCE_ANY = re.compile(
    r"(?:ever\s+)?(?P<border>since)\s+(?:the|our)\s+(?P<event>(?:[\w'’.-]+\s+){0,3}?[\w'’-]+)(?=\s*(?:[?,.;!]|$))",
    re.IGNORECASE,
)
_SINCE = frozenset({"以来", "至今", "到现在", "之后", "后", "以后", "since", "ever since", "after"})
_NO_EVENT = frozenset(
    {"beginning", "start", "end", "first", "last time", "same", "day", "weekend", "week", "month", "year"}
)


@dataclass(frozen=True, slots=True)
class EventAnchor:
    """Words of an event, where they end, and which side of the range its time bounds."""

    end: int
    event: str
    side: Literal["since", "until"]


def event_at(text: str, position: int) -> EventAnchor | None:
    """The anchor that begins at this position, if one does."""
    for pattern in (_ZH, _EN, _SINCE_ANY):
        match = pattern.match(text, position)
        if match is None:
            continue
        event = (match["event"] + (match.groupdict().get("of") or "")).strip()
        if event.lower() in _NO_EVENT:
            continue
        return EventAnchor(match.end(), event, "since" if match["border"].lower() in _SINCE else "until")
    return None
