"""Questions: what people ask for, and messages that ask instead of telling."""

import re

_ENDING = re.compile(r"[?？][\s”\"'’)）~～!！]*$|[吗呢嘛][\s。.!！~～]*$")
_ASKING_WORDS = re.compile(
    r"什么|怎么|怎样|哪|谁|多少|几[个年岁点月天]|为何|为啥|是否|是不是|有没有"
    r"|^\s*(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|can|could|has|have|any(?:one|body)?)\b",
    re.IGNORECASE,
)


def is_question(message: str) -> bool:
    """Whether a message ends by asking; whoever looks for an answer rarely wants it."""
    return _ENDING.search(message.rstrip()) is not None


def asks(query: str) -> bool:
    """Whether a query is a question rather than a few words to look up."""
    return is_question(query) or _ASKING_WORDS.search(query) is not None
