"""Questions: what people ask for, and messages that ask instead of telling."""

import re

_ENDING = re.compile(r"[?？][\s”\"'’)）~～!！]*$|[吗呢嘛][\s。.!！~～]*$")
_ASKING_WORDS = re.compile(
    r"什么|怎么|怎样|哪|谁|多少|几[个年岁点月天]|为何|为啥|是否|是不是|有没有"
    r"|^\s*(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|can|could|has|have|any(?:one|body)?)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^\s*(?:(?:please|pls)\s+)?(?:tell|show|give|send|find|search|look|list|sum|summari[sz]e|explain|describe|help)\b"
    r"|^\s*(?:请|麻烦|劳驾)?(?:你|再|帮|给我|告诉|找|搜|查|列|总结|概括|汇总|说说|讲讲|介绍|解释|看看|看一下|提醒)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
_TELLING_WORDS = 4


def is_question(message: str) -> bool:
    """Whether a message ends by asking; whoever looks for an answer rarely wants it."""
    return _ENDING.search(message.rstrip()) is not None


def asks(query: str) -> bool:
    """Whether a query is a question rather than a few words to look up."""
    return is_question(query) or _ASKING_WORDS.search(query) is not None


def tells(message: str) -> bool:
    """Whether a message that somebody addressed to the bot states something, instead of wanting something from it.

    Where people can only write to the bot, what they tell it is all that there is to be found.
    """
    if asks(message) or _REQUEST.search(message) is not None or message.lstrip().startswith(("/", "／")):
        return False
    return len(_WORD.findall(message)) >= _TELLING_WORDS
