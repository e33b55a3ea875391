"""llama.cpp itself: one model, one context, one sequence, used by one thread at a time.

Written on the C interface that llama-cpp-python mirrors from ``llama.h``, because its ``Llama`` class sends the whole
process's standard output to /dev/null while it loads, cannot be interrupted inside a prompt, and cuts long tokens.
"""

import codecs
import ctypes
import re
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import llama_cpp
import structlog
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from bot.llm._sampler import GrammarError, Sampler
from bot.llm.interface import ChatMessage, Sampling
from bot.llm.special_tokens import SpecialTokens

_PIECE_TOKENS: Final = 512
_LEAST_ANSWER_TOKENS: Final = 32
_THINK_TAGS: Final = frozenset({b"<think>", b"</think>"})
_ABORTED: Final = 2
_LOG_WARNING: Final = 3
_LOG_ERROR: Final = 4
_GCC: Final = re.compile(rb"GCC: \([^)]*\) (\d+)\.(\d+)")
_FIRST_SOUND_GCC: Final = 14
_SOUND_MINOR: Final = {13: 3, 12: 4}
_ENDS_OF_ABORTS: Final = ("failed with error 1", "compute status: 1", "ret = 2")
_CHATML: Final = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n"
)
_log = structlog.get_logger(__name__)


class EngineError(Exception):
    """llama.cpp refused: the model cannot be loaded, a grammar not parsed or a batch not evaluated."""


class PromptTooLongError(EngineError):
    """The prompt leaves no room for an answer; holds how many tokens it has and how many fit."""

    def __init__(self, *, tokens: int, limit: int) -> None:
        super().__init__(f"{tokens} > {limit} tokens")


class AbortFlag:
    """Stops an evaluation from another thread, within one operation of the compute graph.

    llama.cpp asks its callback some thousand times a token. A Python callback would want the interpreter lock each
    time, so the callback is C's ``strlen`` on a buffer of ours: an empty string means go on, any other means stop.
    """

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.callback: Any = ctypes.cast(library.strlen, llama_cpp.ggml_abort_callback)
        self.callback_data = ctypes.cast(self._buffer, ctypes.c_void_p)

    @property
    def is_set(self) -> bool:
        """Whether the evaluation shall stop."""
        return self._buffer.value != b""

    def set(self) -> None:
        """Stop what is being evaluated now."""
        self._buffer.value = b"!"

    def clear(self) -> None:
        """Allow the next evaluation."""
        self._buffer.value = b""


@dataclass(frozen=True, slots=True)
class AdapterFile:
    """A LoRA adapter as a GGUF file, and how strongly it counts."""

    path: Path
    scale: float = 1.0


class Engine:
    """Loads in the constructor (seconds); raises ``EngineError``. Every method but ``tokenize`` is for one thread."""

    def __init__(self, path: Path, *, context_tokens: int, threads: int, batch_threads: int, gpu_layers: int) -> None:
        _route_log()
        llama_cpp.llama_backend_init()
        model_params = llama_cpp.llama_model_default_params()
        model_params.use_extra_bufts = not has_broken_amx()
        model_params.n_gpu_layers = gpu_layers
        self._model: Any = llama_cpp.llama_model_load_from_file(str(path).encode(), model_params)
        if not self._model:
            raise EngineError(path.name)
        context_params = llama_cpp.llama_context_default_params()
        context_params.n_ctx = context_tokens
        context_params.n_batch = context_params.n_ubatch = min(_PIECE_TOKENS, context_tokens)
        context_params.n_outputs_max = 1  # only the last token is sampled; the default reserves 300 MB
        context_params.n_threads = threads
        context_params.n_threads_batch = batch_threads
        if gpu_layers == 0:
            # on a CPU flash attention nearly doubles the time to the first token after a warm beginning
            context_params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        self._context: Any = llama_cpp.llama_init_from_model(self._model, context_params)
        if not self._context:
            llama_cpp.llama_model_free(self._model)
            msg = f"{path.name}, {context_tokens} tokens"
            raise EngineError(msg)
        self.abort = AbortFlag()
        llama_cpp.llama_set_abort_callback(self._context, self.abort.callback, self.abort.callback_data)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._vocab: Any = llama_cpp.llama_model_get_vocab(self._model)
        self._evaluated: list[int] = []
        self._adapter: Any = None
        self._adapter_scale = 0.0
        self._is_adapted = False
        self.context_tokens = int(llama_cpp.llama_n_ctx(self._context))
        self._special_tokens = SpecialTokens(self._control_spellings())
        self._template = self._chat_template()
        self._warm_up()

    def close(self) -> None:
        """Free the memory; the engine cannot be used afterwards."""
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)

    def load_adapter(self, adapter: AdapterFile) -> None:
        """Load what ``generate`` uses when it is asked to; raises ``EngineError``, and goes on without it."""
        loaded = llama_cpp.llama_adapter_lora_init(self._model, str(adapter.path).encode())
        if not loaded:
            raise EngineError(adapter.path.name)
        self._adapter, self._adapter_scale = loaded, adapter.scale

    @property
    def has_adapter(self) -> bool:
        """Whether one is loaded."""
        return self._adapter is not None

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt by the model's own chat template; control tokens inside messages are made harmless."""
        turns: list[Any] = [
            {"role": message.role, "content": self._special_tokens.disarm(message.content)} for message in messages
        ]
        # Models that can think or not are asked not to: their thoughts would use up the tokens of the answer.
        return str(self._template(messages=turns, enable_thinking=False).prompt)

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Token ids; ``special`` lets control tokens count as such. Safe in any thread, also during a generation."""
        data = text.encode()
        size = len(data) + 8
        tokens = (llama_cpp.llama_token * size)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), tokens, size, False, special)
        return list(tokens[:count])

    def prompt_tokens(self, prompt: str) -> list[int]:
        """Token ids of a rendered prompt, begun as the model wants it."""
        tokens = self.tokenize(prompt, special=True)
        begin = int(llama_cpp.llama_vocab_bos(self._vocab))
        if llama_cpp.llama_vocab_get_add_bos(self._vocab) and tokens[:1] != [begin]:
            tokens.insert(0, begin)
        return tokens

    def generate(
        self, prompt: str, *, sampling: Sampling, grammar: str | None = None, adapted: bool = False
    ) -> Generator[str, None, None]:
        """Yield text as it is made; ends early and silently when ``abort`` is set.

        What the prompt shares with the beginning of the former one is not evaluated again, unless one of the two is
        ``adapted``, spoken with the adapter, and the other is not. Raises ``PromptTooLongError`` before anything is
        evaluated.
        """
        tokens = self.prompt_tokens(prompt)
        limit = self.context_tokens - min(sampling.max_tokens, _LEAST_ANSWER_TOKENS)
        if len(tokens) > limit:
            raise PromptTooLongError(tokens=len(tokens), limit=limit)
        try:
            sampler = Sampler(self._vocab, sampling, grammar=grammar)
        except GrammarError:
            msg = "the grammar cannot be parsed"
            raise EngineError(msg) from None
        try:
            self._adapt(adapted=adapted and self.has_adapter)
            self._keep_prefix(tokens)
            pending = tokens[len(self._evaluated) :]
            decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
            for _ in range(min(sampling.max_tokens, self.context_tokens - len(tokens))):
                if not self._evaluate(pending):
                    return
                token = sampler.draw(self._context)
                if llama_cpp.llama_vocab_is_eog(self._vocab, token):
                    break
                if text := decoder.decode(self._piece(token)):
                    yield text
                pending = [token]
            if text := decoder.decode(b"", final=True):
                yield text
        finally:
            sampler.close()

    def _adapt(self, *, adapted: bool) -> None:
        """Switch the adapter on or off; what was evaluated the other way is of no use."""
        if adapted == self._is_adapted:
            return
        count = int(adapted)
        adapters = (llama_cpp.llama_adapter_lora_p_ctypes * count)(*[self._adapter][:count])
        scales = (ctypes.c_float * count)(*[self._adapter_scale][:count])
        if llama_cpp.llama_set_adapters_lora(self._context, adapters, count, scales):
            msg = "the adapter cannot be switched"
            raise EngineError(msg)
        llama_cpp.llama_memory_clear(self._memory, True)
        self._evaluated.clear()
        self._is_adapted = adapted

    def _keep_prefix(self, tokens: list[int]) -> None:
        """Forget what was evaluated beyond the common beginning, but always leave one token to evaluate."""
        kept = 0
        for old, new in zip(self._evaluated, tokens[:-1], strict=False):
            if old != new:
                break
            kept += 1
        if not llama_cpp.llama_memory_seq_rm(self._memory, 0, kept, -1):
            kept = 0  # recurrent models cannot go back a part of the way
            llama_cpp.llama_memory_clear(self._memory, True)
        del self._evaluated[kept:]

    def _evaluate(self, tokens: list[int]) -> bool:
        """Run the tokens through the model in pieces; false when it was aborted, with a consistent memory."""
        for start in range(0, len(tokens), _PIECE_TOKENS):
            if self.abort.is_set:
                return False
            piece = tokens[start : start + _PIECE_TOKENS]
            array = (llama_cpp.llama_token * len(piece))(*piece)
            status = llama_cpp.llama_decode(self._context, llama_cpp.llama_batch_get_one(array, len(piece)))
            if status:
                self._restore()
                if status == _ABORTED:
                    return False
                msg = f"llama_decode: {status}"
                raise EngineError(msg)
            self._evaluated.extend(piece)
        return True

    def _restore(self) -> None:
        """After a failed piece: take out whatever part of it did reach the memory."""
        if not llama_cpp.llama_memory_seq_rm(self._memory, 0, len(self._evaluated), -1):
            llama_cpp.llama_memory_clear(self._memory, True)
            self._evaluated.clear()

    def _piece(self, token: int) -> bytes:
        """The bytes of a token. Control tokens have none, except the tags by which thoughts are recognised."""
        return self._spelling(token, special=False) or (
            spelling if (spelling := self._spelling(token, special=True)) in _THINK_TAGS else b""
        )

    def _spelling(self, token: int, *, special: bool) -> bytes:
        size = 64
        buffer = ctypes.create_string_buffer(size)
        length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, size, 0, special)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, -length, 0, special)
        return buffer.raw[:length]

    def _control_spellings(self) -> Iterator[str]:
        for token in range(int(llama_cpp.llama_vocab_n_tokens(self._vocab))):
            if llama_cpp.llama_vocab_is_control(self._vocab, token):
                yield self._spelling(token, special=True).decode(errors="ignore")

    def _chat_template(self) -> Jinja2ChatFormatter:
        source = llama_cpp.llama_model_chat_template(self._model, None)
        begin, end = llama_cpp.llama_vocab_bos(self._vocab), llama_cpp.llama_vocab_eos(self._vocab)
        return Jinja2ChatFormatter(
            template=source.decode() if source else _CHATML,
            bos_token=self._spelling(begin, special=True).decode() if begin >= 0 else "",
            eos_token=self._spelling(end, special=True).decode() if end >= 0 else "",
        )

    def _warm_up(self) -> None:
        """Touch every weight once, so that the first question does not pay for reading them from the disk."""
        token = llama_cpp.llama_vocab_bos(self._vocab)
        self._evaluate([max(int(token), 0)])
        self._evaluated.clear()
        llama_cpp.llama_memory_clear(self._memory, True)


def has_broken_amx() -> bool:
    """Whether the library was built with AMX by a GCC that breaks it: it would crash at the first prompt.

    GCC before 12.4 and 13.3 believes that ``_tile_loadconfig`` reads 8 bytes, removes the stores to the rest of the
    tile configuration, and ``ldtilecfg`` faults. AMX is not used when the extra buffers are off. The compiler is told
    by the comment section of the library; without one we assume the worst.
    """
    if b"AMX_INT8 = 1" not in llama_cpp.llama_print_system_info():
        return False
    library = Path(llama_cpp.__file__).parent / "lib" / "libggml-cpu.so"
    found = _GCC.search(library.read_bytes()) if library.is_file() else None
    if found is None:
        return True
    major, minor = int(found[1]), int(found[2])
    return not (major >= _FIRST_SOUND_GCC or minor >= _SOUND_MINOR.get(major, sys.maxsize))


_log_lock = threading.Lock()
_log_callback: Any = None


def _route_log() -> None:
    """Send llama.cpp's warnings and errors to our log instead of standard error."""
    global _log_callback  # C keeps the pointer for the life of the process
    with _log_lock:
        if _log_callback is None:
            _log_callback = llama_cpp.llama_log_callback(_write_log)
            llama_cpp.llama_log_set(_log_callback, ctypes.c_void_p(0))


def _write_log(level: int, text: bytes, _data: object) -> None:
    message = text.decode(errors="replace").strip()
    if message and level == _LOG_ERROR and not message.endswith(_ENDS_OF_ABORTS):
        _log.error("llama.cpp", message=message)
    elif message and level == _LOG_WARNING:
        _log.debug("llama.cpp", message=message)
