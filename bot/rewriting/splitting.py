"""A question of several parts is several searches."""

import re

from bot.rewriting.topics import topic_words

_MOST_PARTS = 3
_READ_CHARS = 300
"""What is longer is a story with a question, and searched as a whole."""
_SENTENCES = re.compile(r"(?<=[?？])\s*")
_ASKS_ZH = r"(?=[^，；,;]*(?:谁|什么|哪|多少|几|怎么|为何|为什么|吗))"
_CLAUSES = re.compile(
    r"[,，;；]?\s+and\s+(?=(?:who|whom|when|where|what|why|how|which|whose)\b)"
    rf"|[，；,;]\s*(?:还有|以及|另外)?{_ASKS_ZH}|\s?(?:以及|还有){_ASKS_ZH}",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:who|whom|when|where|what|why|how|which|whose|did|does|is|are)\b|谁|什么|哪|多少|几|怎么|为何|吗|[?？]",
    re.IGNORECASE,
)
_EACH_OF = re.compile(r"^(?P<all>[^,，。?？]{2,40}?)(?:分别|各自|各(?=是|有|要|花|负|用|占))(?P<rest>[^?？]+)[?？]?$")
_RESPECTIVELY = re.compile(
    r"^(?P<before>.*\b(?:for|of|by|to|from|in|at|with|about)\s+)(?P<all>[^?？]+?\s+and\s+[^?？]+?),?\s+respectively\b[?？.]?$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:、|和|与|跟|及|以及|,|，|\band\b)\s*")


def parts_of(question: str) -> tuple[str, ...]:
    """The parts that are searched for separately, at most three; the question alone when it has only one."""
    if len(question) > _READ_CHARS:
        return (question,)
    text = " ".join(question.split())
    each = _each(text)
    if each:
        return each
    parts = [part for part in _SENTENCES.split(text) if part.strip()]
    if len(parts) == 1:
        parts = [part for part in _CLAUSES.split(text) if part and part.strip()]
    enough = [part.strip(" ,，;；") for part in parts]
    if 2 <= len(enough) <= _MOST_PARTS and all(_ASKS.search(part) and topic_words(part) for part in enough):
        return tuple(enough)
    return (text,)


def _each(text: str) -> tuple[str, ...]:
    """``A 和 B 分别…`` and ``… A and B respectively`` ask for A and for B."""
    chinese = _EACH_OF.match(text)
    if chinese:
        names = [name for name in _AND.split(chinese["all"]) if name]
        found = tuple(f"{name}{chinese['rest']}" for name in names)
    else:
        english = _RESPECTIVELY.match(text)
        names = [name for name in _AND.split(english["all"]) if name] if english else []
        found = tuple(f"{english['before']}{name}" for name in names) if english else ()
    return found if 2 <= len(found) <= _MOST_PARTS else ()
