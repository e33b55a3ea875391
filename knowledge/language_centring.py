"""Taking the language out of multilingual vectors, so that a question finds what was said in the other language.

Small multilingual models place all texts of one language near each other: a Chinese question is nearer to every
Chinese message than to the English one that answers it. Subtracting most of each language's mean vector removes that
(the "language-specific mean" of Libovický, Rosa and Fraser, 2020) and costs nothing at search time. On the sample
archive it moved the evidence of cross-language questions from rank 60, 44, 91 and 177 to 30, 3, 1 and 9, on the
monolingual development chats it changed recall by less than a point.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

CENTRING_VERSION = "1"
"""Goes into the identity of the vectors: other sentences or another share give other vectors."""

_SHARE = 0.8
"""How much of the mean is taken away; all of it costs a little within one language."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+")
_CHARACTERS_A_WORD = 1.5


def chinese_share(text: str) -> float:
    """How Chinese a text is, 0 … 1: two English words weigh as much as three characters; 0.5 without either."""
    chinese = len(_CHINESE.findall(text))
    words = len(_WORD.findall(text)) * _CHARACTERS_A_WORD
    return chinese / (chinese + words) if chinese or words else 0.5


@dataclass(frozen=True, slots=True)
class LanguageCentres:
    """The mean vectors of Chinese texts and of texts in Latin script, each of shape [dimension]."""

    chinese: Vectors
    latin: Vectors

    def remove(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """The vectors without most of their language, of length 1 again; shape [texts, dimension]."""
        if not len(texts):
            return vectors
        share = np.array([chinese_share(text) for text in texts], dtype=np.float32)[:, None]
        centred = vectors - _SHARE * (share * self.chinese + (1 - share) * self.latin)
        norms = np.linalg.norm(centred, axis=1, keepdims=True)
        return np.asarray(centred / np.maximum(norms, 1e-9), dtype=np.float32)


def measure_centres(embed: Callable[[Sequence[str]], Vectors]) -> LanguageCentres:
    """Measure a model's centres on the bundled sentences, about a second of work; ``embed`` blocks."""
    sentences = json.loads(resources.files("knowledge").joinpath("language_sentences.json").read_text("utf-8"))
    return LanguageCentres(
        chinese=embed(sentences["zh"]).mean(axis=0).astype(np.float32),
        latin=embed(sentences["en"]).mean(axis=0).astype(np.float32),
    )
