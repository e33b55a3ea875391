"""Which of the two languages a text is in."""

import os
import re

from bot.errors import Language

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_CHINESE_GLUE = re.compile(r"[的了吗呢吧是在和有谁哪几么请把被给]|怎|为什|多少|如何")
_ENGLISH_GLUE = frozenset(
    [
        "about", "and", "are", "can", "did", "do", "does", "for", "has", "have", "how", "in", "is", "my", "of", "on",
        "please", "the", "this", "to", "was", "we", "were", "what", "when", "where", "which", "who", "whose", "why",
        "will", "with", "you",
    ]
)  # fmt: skip


def language_of(text: str, *, otherwise: Language = "en") -> Language:
    """The language of the words that hold a text together; ``otherwise`` for a text without words.

    Names and terms do not decide: "What does 发布日期 mean?" is English, "auth token 的 refresh logic 在哪" is Chinese.
    """
    chinese, words = _CJK.findall(text), _LATIN_WORD.findall(text)
    if not chinese and not words:
        return otherwise
    in_chinese, in_english = bool(_CHINESE_GLUE.search(text)), any(word.lower() in _ENGLISH_GLUE for word in words)
    if chinese and in_chinese != in_english:
        return "zh" if in_chinese else "en"
    return "zh" if chinese and len(chinese) * 2 >= len(words) else "en"


def system_language() -> Language:
    """The language of the terminal: Chinese where the locale is Chinese."""
    locale = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    return "zh" if locale.lower().startswith("zh") else "en"
