"""Lexical sparse vectors: words of Chinese and English text as hashed terms with BM25 weights.

The engine multiplies IDF (``Modifier.IDF``); here only the term-frequency part of BM25 is computed:
``tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average_length))``, with k1 = 1.2 and b = 0.75
(Robertson and Zaragoza, 2009). Queries weigh every term 1.
"""

import logging
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import jieba
import mmh3
from opencc import OpenCC
from py_rust_stemmers import SnowballStemmer

from knowledge.passage import SparseTerms

TOKENIZER_VERSION = "2"
"""Goes into the identity of the archive: a change of tokens needs a reindex."""

_K1, _B = 1.2, 0.75
OWN_AVERAGE_LENGTH = 20.0
"""Average terms of a message, names included; fixed, so that weights never need to be rewritten."""
CONTEXT_AVERAGE_LENGTH = 90.0
"""Average terms of a message with its surroundings."""

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}](?:[^\W{_CJK}]|[.\-@/#+:])*")
"""Chinese, or an identifier; Chinese that follows an identifier without a space begins a run of its own."""
_PARTS = re.compile(rf"[^\W_{_CJK}]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
_ENGLISH_STOP_WORDS = (
    "a an the is are was were be been of to in on at for and or not do does did has have had it its this "
    "that with as by from what when where who whom which how why i you he she they we my your his her "
    "their our me him them about would could should will can there"
)
_CHINESE_STOP_WORDS = (
    "的 了 是 在 吗 呢 吧 啊 哪 什么 谁 怎么 怎样 哪里 哪个 哪些 多少 几 和 与 有 为 "
    "被 你 我 他 她 它 知道 请问 这 那 个"
)
_STOP_WORDS = frozenset(f"{_ENGLISH_STOP_WORDS} {_CHINESE_STOP_WORDS}".split())
_THOUSANDS = re.compile(r"(?<![\d.])(?<!\d,)\d{1,3}(?:,\d{3})+(?!,?\d)")
_CHINESE_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")
_DIGIT_GROUPS = re.compile(r"\d+(?:-\d+)+")
_MAX_TERM_CHARS = 64

_to_simplified = OpenCC("t2s")
_stemmer = SnowballStemmer("english")
jieba.setLogLevel(logging.WARNING)  # it would tell how it loads its dictionary
_jieba_lock = threading.Lock()


def normalize(text: str) -> str:
    """Fold what people type differently and mean alike: full width, case, traditional characters."""
    # Half a surrogate pair, which a browser can send, is not text to the converter.
    whole = text.encode(errors="replace").decode()
    return str(_to_simplified.convert(unicodedata.normalize("NFKC", whole))).lower()


def is_stop_word(word: str) -> bool:
    """Whether a normalised word is too common to search for."""
    return word in _STOP_WORDS


def terms(text: str) -> list[str]:
    """The terms of a text, with repetitions.

    Chinese: jieba's search-mode words, and every pair of characters, so that names jieba does not know are found.
    Everything else: whole identifiers (versions, file names, numbers, codes) and their parts, English words stemmed.
    Amounts and telephone numbers are the same with and without separators.
    """
    plain = _THOUSANDS.sub(lambda amount: amount[0].replace(",", ""), normalize(text))
    found = ["".join(digits) for digits in _CHINESE_MOBILE.findall(plain)]
    for run in _RUNS.findall(plain):
        if _IS_CJK.match(run):
            found.extend(word for word in _cut(run) if word not in _STOP_WORDS)
            found.extend(f"2:{run[at : at + 2]}" for at in range(len(run) - 1))
        else:
            found.extend(_identifier_terms(run))
    return found


def sparse_document(tokens: Sequence[str], *, average_length: float) -> SparseTerms:
    """BM25 term weights of a document, without IDF."""
    scale = _K1 * (1 - _B + _B * len(tokens) / average_length)
    weights: dict[int, float] = {}
    for token, count in Counter(tokens).items():
        index = term_index(token)
        weights[index] = weights.get(index, 0.0) + count * (_K1 + 1) / (count + scale)
    return SparseTerms(indices=tuple(weights), values=tuple(weights.values()))


def sparse_query(tokens: Iterable[str]) -> SparseTerms:
    """A query: each distinct term once."""
    indices = tuple(dict.fromkeys(term_index(token) for token in tokens))
    return SparseTerms(indices=indices, values=(1.0,) * len(indices))


@lru_cache(maxsize=65536)
def term_index(token: str) -> int:
    """The u32 id of a term: ``abs(murmur3)``, the same as Qdrant's own BM25."""
    return abs(mmh3.hash(token))


def load_dictionary() -> None:
    """Load jieba's dictionary, which takes half a second of processor time; else the first text that is cut waits."""
    with _jieba_lock:
        jieba.initialize()


def _cut(run: str) -> list[str]:
    # jieba loads its dictionary on first use and is not safe to call from two threads while it does.
    with _jieba_lock:
        return list(jieba.cut_for_search(run))


def _identifier_terms(run: str) -> list[str]:
    whole = run.rstrip("._-@/:")[:_MAX_TERM_CHARS]
    parts = [part for part in _PARTS.findall(whole) if part not in _STOP_WORDS]
    found = [_stemmer.stem_word(part) if part.isascii() and part.isalpha() else part for part in parts]
    if len(parts) > 1 or (parts and parts[0] != whole):
        found.append(whole)
    if _DIGIT_GROUPS.fullmatch(whole):
        found.append(whole.replace("-", ""))
    return found
