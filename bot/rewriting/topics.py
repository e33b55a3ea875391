"""The words of a question that say what it is about."""

import re

from knowledge.lexical import is_stop_word, normalize

_ASKING_ZH = re.compile(
    r"什么时候|什么时间|为什么|为什麼|怎么样|怎么|怎样|什么|哪[一个里儿位些天种年]?|谁|多少|几[点号个天年月]?|多久|多长"
    r"|是否|是不是|有没有|请问|有人知道|你知道|知道"
    r"|到底|最后|最终|一下|能不能|可以|告诉我?|帮我|查|了吗|[的了呢吗吧啊呀么是在有和与被把由]"
)
_WORD = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff](?:[\w.\-@/#+:'’]*\w)?")
_EMPTY = frozenset(
    [
        "also", "any", "anyone", "anything", "actually", "get", "got", "again", "ago", "already", "and", "but", "did",
        "do", "does", "else", "even", "ever", "exactly", "happen", "happened", "happens", "hey", "how", "just", "kind",
        "know", "let", "long", "many", "may", "maybe", "me", "might", "much", "must", "now", "often", "ok", "or",
        "please", "really", "remember", "right", "said", "same", "say", "says", "shall", "so", "some", "someone",
        "something", "sort", "still", "sure", "talk", "talked", "tell", "than", "then", "there", "these", "they",
        "thing", "those", "time", "too", "us", "use", "want", "what's", "when's", "where's", "whether", "which",
        "while", "who's", "whose", "why", "wonder", "yes", "yet",
    ]
)  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")
_LONGEST = 12
_READ_CHARS = 1000


def topic_words(text: str) -> list[str]:
    """The content words of a text in its own spelling and order, without those that only ask."""
    words: list[str] = []
    for run in _WORD.findall(text[:_READ_CHARS]):
        if _HAN.match(run):
            words += [part for part in _ASKING_ZH.sub(" ", run).split() if len(part) > 1]
        elif not (is_stop_word(normalize(run)) or normalize(run) in _EMPTY):
            words.append(run)
    return list(dict.fromkeys(words))[:_LONGEST]
