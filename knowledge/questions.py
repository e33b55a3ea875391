"""Questions: what people ask for, and messages that ask instead of telling."""

import re

_ENDING = re.compile(r"[?？][\s”\"'’)）~～!！]*$|[吗呢嘛][\s。.!！~～]*$")
_ASKING_WORDS = re.compile(
    r"什么|怎么|怎样|哪|谁|多少|几[个年岁点月天]|为何|为啥|是否|是不是|有没有"
    r"|^\s*(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|can|could|has|have|any(?:one|body)?)\b",
    re.IGNORECASE,
)
_NUMBER_WANTED = re.compile(
    r"多少|几[个年岁点月天号]|何时|什么时候|哪一?[年天]|哪个?月|日期|时间|年份"
    r"|\bhow (?:many|much|long|old|far|often)\b|\bwhen\b|\bwhat (?:time|date|year|day)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十百千万两]+[个年月日人次元岁天米名座]"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|\b(?:yesterday|today|tomorrow|last|next|weeks?|months?|years?|days?|hours?)\b",
    re.IGNORECASE,
)


def is_question(message: str) -> bool:
    """Whether a message ends by asking; whoever looks for an answer rarely wants it."""
    return _ENDING.search(message.rstrip()) is not None


def asks(query: str) -> bool:
    """Whether a query is a question rather than a few words to look up."""
    return is_question(query) or _ASKING_WORDS.search(query) is not None


def wants_number(query: str) -> bool:
    """Whether the answer should hold a number, a date or a time."""
    return _NUMBER_WANTED.search(query) is not None


def has_number(text: str) -> bool:
    """Whether a text holds a number, a date or a word of time."""
    return _NUMBER.search(text) is not None
