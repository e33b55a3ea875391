"""Draws tokens from llama.cpp's logits, within a grammar where one is asked for."""

import ctypes
from typing import Any, Final

import llama_cpp
import numpy as np

from bot.llm.interface import Sampling

_CANDIDATE: Final = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
_LIKELY: Final = 256


class GrammarError(Exception):
    """llama.cpp cannot parse the grammar."""


class Sampler:
    """One answer's state of drawing; ``close`` frees it.

    Testing the whole vocabulary against a grammar takes 200 ms a token. So a token is drawn freely first and tested
    alone; only if it does not fit, the likeliest ones are tested, and the whole vocabulary only if none of those fits.
    """

    def __init__(self, vocab: Any, sampling: Sampling, *, grammar: str | None) -> None:
        self._vocab_size = int(llama_cpp.llama_vocab_n_tokens(vocab))
        self._grammar: Any = None
        if grammar is not None:
            self._grammar = llama_cpp.llama_sampler_init_grammar(vocab, grammar.encode(), b"root")
            if not self._grammar:
                raise GrammarError
        self._chain: Any = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
        for part in _parts(sampling):
            llama_cpp.llama_sampler_chain_add(self._chain, part)

    def close(self) -> None:
        """Free the memory."""
        llama_cpp.llama_sampler_free(self._chain)
        if self._grammar:
            llama_cpp.llama_sampler_free(self._grammar)

    def draw(self, context: Any) -> int:
        """The next token, by the logits of the last evaluated one."""
        token = int(llama_cpp.llama_sampler_sample(self._chain, context, -1))
        if self._grammar:
            if not self._fits(token):
                token = self._draw_fitting(context)
            llama_cpp.llama_sampler_accept(self._grammar, token)
        return token

    def _fits(self, token: int) -> bool:
        alone = np.array([(token, 1.0, 0.0)], dtype=_CANDIDATE)
        self._apply(self._grammar, alone)
        return bool(np.isfinite(alone["logit"][0]))

    def _draw_fitting(self, context: Any) -> int:
        logits = np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(context, -1), shape=(self._vocab_size,))
        likely = np.argpartition(logits, -min(_LIKELY, self._vocab_size))[-_LIKELY:]
        for ids in (likely, np.arange(self._vocab_size)):
            candidates = np.zeros(len(ids), dtype=_CANDIDATE)
            candidates["id"] = ids
            candidates["logit"] = logits[ids]
            self._apply(self._grammar, candidates)
            fitting = candidates[np.isfinite(candidates["logit"])]
            if len(fitting):
                break
        return self._apply(self._chain, fitting)

    @staticmethod
    def _apply(sampler: Any, candidates: Any) -> int:
        """Let a sampler change the candidates in place; returns the token it selected, or -1 if it selects none."""
        array = llama_cpp.llama_token_data_array(
            data=ctypes.cast(candidates.ctypes.data, llama_cpp.llama_token_data_p),
            size=len(candidates),
            selected=-1,
            sorted=False,
        )
        llama_cpp.llama_sampler_apply(sampler, ctypes.byref(array))
        return int(array.data[array.selected].id) if array.selected >= 0 else -1


def _parts(sampling: Sampling) -> list[Any]:
    if sampling.temperature <= 0:
        return [llama_cpp.llama_sampler_init_greedy()]
    return [
        llama_cpp.llama_sampler_init_top_p(sampling.top_p, 1),
        llama_cpp.llama_sampler_init_temp(sampling.temperature),
        llama_cpp.llama_sampler_init_dist(sampling.seed),
    ]
