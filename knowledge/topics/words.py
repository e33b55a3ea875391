"""Readable words of chat for the names of topics: whole words as people write them, no names, no everyday words."""

import json
import re
from collections.abc import Collection
from functools import cache
from importlib import resources

import jieba.posseg

from knowledge.categories.features import plain_words
from knowledge.lexical import normalize

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z][a-z0-9]*(?:[-.+#][a-z0-9]+)*\+*|[^\s]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_TELLING_TAGS = frozenset({"n", "nz", "nt", "vn", "an", "eng", "j", "l", "nl", "ng", "nrfg", "nrt", "x"})
"""Kinds of Chinese words that name things; names of people and places are not among them."""
_FEWEST_LETTERS = 3
_MARKUP = re.compile(r":[a-z0-9_+\-]+:|@\S+|<[^>]*>|\{\w+\}")


def topic_words(text: str, ignored: Collection[str] = ()) -> list[str]:
    """The words of a message in order, and pairs of neighbouring English words ("data jam").

    ``ignored`` are names of people and channels in small letters. Blocks: cuts Chinese.
    """
    plain = normalize(_MARKUP.sub(" ", plain_words(text)))
    everyday = _everyday()
    found: list[str] = []
    before: str | None = None
    for run in _RUN.findall(plain):
        if _CHINESE.match(run):
            found += [
                pair.word
                for pair in jieba.posseg.lcut(run)
                if len(pair.word) > 1
                and pair.flag in _TELLING_TAGS
                and pair.word not in everyday
                and pair.word not in ignored
            ]
            before = None
        elif len(run) >= _FEWEST_LETTERS and run not in everyday and run not in ignored:
            found.append(run)
            if before is not None:
                found.append(f"{before} {run}")
            before = run
        else:
            before = None
    return found


@cache
def _everyday() -> frozenset[str]:
    stored: dict[str, str] = json.loads(resources.files(__package__).joinpath("everyday.json").read_text("utf-8"))
    return frozenset(word for words in stored.values() for word in words.split())
