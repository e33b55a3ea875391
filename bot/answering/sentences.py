"""Sentences of Chinese and English text."""

import re

_END = re.compile(r"(?<=[。！？!?；;])|(?<=[.])(?=\s+[A-Z\u3400-\u9fff\"'(])|\n+")


def split_sentences(text: str) -> list[str]:
    """Sentences in order, without surrounding space; a dot inside a number, version or name does not end one."""
    return [sentence.strip() for sentence in _END.split(text) if sentence and sentence.strip()]
