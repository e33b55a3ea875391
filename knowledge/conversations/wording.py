"""What the words of one message tell about its place in the talk: questions, greetings, answers, in both languages."""

import re
import unicodedata
from dataclasses import dataclass

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}](?:[^\W{_CJK}]|[.\-/#](?=\w))*")
_IS_CJK = re.compile(rf"[{_CJK}]")
_SHORTEST_WORD = 3
_MOST_CHARS = 4000
"""Words further on in a pasted page tell nothing about whom it answers."""

_QUESTION = re.compile(
    r"[?？]|^(?:who|what|when|where|why|how|which|is|are|do|does|did|can|could|would|will|should|has|have|any(?:one|body))\b"
    r"|(?:吗|么|呢|吧|没有|谁|哪[里儿个些位]?|什么|怎么|为什么|为何|多少|几[个点号天]|是不是|有没有|能不能|可不可以|要不要)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|evening|afternoon)|morning|evening"
    r"|大家好|各位|你们好|您好|你好|早上?好?|早安|上午好|下午好|晚上好|请问|请教|有人|有谁|问一下|问下|想问|同步一下|通知)"
    r"(?!\w*ing)"
    r"|\b(?:any(?:one|body)|some(?:one|body)|everyone|folks|guys|quick question)\b|(?:有没有人|谁知道|谁能|谁有)",
    re.IGNORECASE,
)
_REACTION = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|ya|no|nope|nah|ok|okay|k|sure|right|true|exactly|agreed|thanks?|thx|ty|thank you|cool"
    r"|great|nice|good|got it|i see|ah+|oh+|hm+|heh|haha\w*|lol|rofl|well|so|but|and|or|because|then|also|that|it"
    r"|works|done"
    r"|好的?|行|可以|对[的啊]?|是[的啊]?|嗯+|恩+|哦+|噢+|啊+|哈+|收到"
    r"|谢谢|多谢|感谢|辛苦|没事|没问题|不客气|不是|不行|不用|没有"
    r"|明白|了解|知道了|同意|赞|那|但是?|不过|所以|因为|然后|而且|其实|应该|可能)(?![a-z])",
    re.IGNORECASE,
)
_THANKS = re.compile(r"\b(?:thanks?|thx|ty|cheers)\b|谢|辛苦", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """Signs in one message, and its words: Latin words and pairs of Chinese characters."""

    folded: str
    words: frozenset[str]
    asks: bool
    greets: bool
    reacts: bool
    """Begins the way one goes on with what was said: an answer, an agreement, a connective."""
    thanks: bool
    length: int
    """Words and Chinese characters."""


def wording(text: str) -> Wording:
    """Read one message."""
    folded = unicodedata.normalize("NFKC", text[:_MOST_CHARS]).casefold().strip()
    words: set[str] = set()
    length = 0
    for run in _RUNS.findall(folded):
        if _IS_CJK.match(run):
            length += len(run)
            words.update(run[at : at + 2] for at in range(len(run) - 1))
        else:
            length += 1
            if len(run) >= _SHORTEST_WORD:
                words.add(run)
    return Wording(
        folded=folded,
        words=frozenset(words),
        asks=_QUESTION.search(folded) is not None,
        greets=_GREETING.search(folded) is not None,
        reacts=_REACTION.match(folded) is not None,
        thanks=_THANKS.search(folded) is not None,
        length=length,
    )
