"""How a question leans on what was said before: by a pronoun, an opening, or by being only half said."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.rewriting.topics import topic_words
from knowledge.questions import asks

Lean = Literal["person", "thing", "instead", "half"]
"""On a person (``who is he``), on a thing (``that file``), on another question (``what about Berlin?``), or all of it
(``and when?``)."""

_READ_CHARS = 300
"""A longer question says itself what it is about."""
_OPENING = re.compile(
    r"^\s*(?:(?:and|but|so|then|ok(?:ay)?|or|also|plus)\b[\s,]*"
    r"|(?:那么|那(?![个些位份里边天时年种样本张条次家])|还有|另外|然后|所以|可是|但是|而且)[\s,，]*)+",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"^(?:what|how) about\s+(?P<en>.+?)\s*[?？.!]*$|^(?P<zh>[^,，。?？]{1,20}?)呢\s*[?？。!！]*$", re.IGNORECASE
)
_PERSON = re.compile(
    r"\b(?:he|she|him|her|his|hers|they|them|their|theirs)\b|(?<!其)[他她]们?(?!国|乡)|(?:这|那|该)(?:个人|位)",
    re.IGNORECASE,
)
_NOUN = (
    r"(?:file|document|doc|sheet|pdf|slides?|deck|link|page|quote|contract|report|message|one|thing|version|price|date"
    r"|meeting|plan|issue|bug|problem|decision|project|number|amount|email)s?"
)
_THING = re.compile(
    rf"\b(?:this|that|these|those|the same)\s+(?:\w+\s+)?{_NOUN}\b"
    r"|\b(?:it|its|itself)\b(?!\s+(?:true|possible|okay|ok|safe|necessary|rain|snow)\b)"
    r"|^\s*(?:this|that|these|those)\b|\b(?:this|that|these|those)(?:\s+\w+)?\s*[?？.!]*$"
    r"|\bthe (?:former|latter|first one|second one|other one)\b"
    r"|它们?|[这那](?:个|些|份|件|条|张|次|家|本|种|边|里|样|事|项)|其中|上面|上述|刚才|刚刚说|前者|后者|前面(?:说|提)"
    r"|该(?=文件|合同|项目|方案|公司|会议)|此事",
    re.IGNORECASE,
)
_POINTS_ELSEWHERE = re.compile(
    r"\bit\b(?=\s+(?:is|was|take|takes|took|cost|costs)\b[^?？]*\bto\b)"
    r"|那个时候|这个(?:月|周|星期|季度|礼拜|群|频道)|这些天|这里|那天",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"^(?:who(?: else)?|when(?: exactly)?|where(?: exactly)?|why(?: not| so| is that)?|which(?: one)?|really"
    r"|are you sure|how(?: so| come| much| many| long| often)?|what(?: else| for| time| day)?|(?:since|until) when"
    r"|(?:by|with|for) whom|anything else|any more|more details?|tell me more|go on|details)\s*[?？.!]*$"
    r"|^(?:为什么不?|为何|为啥|怎么(?:会|说|办|做)?"
    r"|(?:具体)?(?:是|在)?(?:什么时候|几时|几号|几点|哪天|哪里|哪儿|哪个|多少|多久|多少钱)|[跟和]?谁|真的吗?|确定吗?"
    r"|然后呢?|后来呢?|还有[呢吗]?|呢|结果呢?|具体(?:呢|是什么|点)?|详细(?:说说|一点|点)|继续|展开说说)"
    r"[啊呀呢了的吗]?\s*[?？。!！]*$",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_MEASURES = re.compile(r"[一两每半][个]?[年月天周次人台份]")
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """How a question leans; ``core`` is the question without its opening, ``start`` to ``end`` the word in it."""

    lean: Lean
    core: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The word by which it leans, or what it asks of instead."""
        return self.core[self.start : self.end]

    def with_word(self, meant: str) -> str:
        """The question with what is meant in the place of the word."""
        return " ".join(f"{self.core[: self.start]} {meant} {self.core[self.end :]}".split())


def reference_in(question: str, *, names_somebody: bool = False) -> Reference | None:
    """How a question leans on what was said before; None when it can be understood alone.

    A pronoun after a name means that name: ``names_somebody`` says that a known person is named.
    """
    if len(question) > _READ_CHARS:
        return None
    text = " ".join(question.split())
    opening = _OPENING.match(text)
    core = text[opening.end() :] if opening else text
    if _HALF.match(core) or (opening and _HALF.match(text)):
        return Reference("half", core, 0, len(core))
    instead = _INSTEAD.match(core)
    if instead:
        start, end = instead.span("en" if instead["en"] else "zh")
        if len(topic_words(core[start:end])) <= 3:
            return Reference("instead", core, start, end)
    named = names_somebody or _NAME.search(core) is not None
    person = _PERSON.search(core)
    if person and not (named or _has_subject(core[: person.start()])):
        return Reference("person", core, *person.span())
    thing = _THING.search(core)
    if thing and not named and not _has_subject(core[: thing.start()]) and not _POINTS_ELSEWHERE.search(core):
        return Reference("thing", core, *thing.span())
    if not named and (_says_little(core) or (opening and len(topic_words(core)) <= 2)):
        return Reference("half", core, 0, len(core))
    return None


def _has_subject(before: str) -> bool:
    """Whether enough is said before a pronoun for it to mean that: one longer word, or two Chinese characters."""
    return sum(min(len(word), 6) * (3 if _HAN.match(word) else 1) for word in topic_words(before)) >= 6


def _says_little(core: str) -> bool:
    """Whether it asks of an action and names nothing: ``who signed?``, ``为什么推迟了``."""
    words = topic_words(_MEASURES.sub(" ", core))
    if _HAN.search(core):
        return len(core) <= 8 and asks(core) and sum(map(len, words)) <= 2
    return len(core.split()) <= 2 and asks(core) and len(words) <= 1
