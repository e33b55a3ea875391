"""Writes GGUF files: a chat model of a few kilobytes that says nonsense, and LoRA adapters for it."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UINT32, _INT32, _FLOAT32, _STRING, _ARRAY = 4, 5, 6, 8, 9
_F32 = 0
_ALIGNMENT = 32
_WIDTH = 32
_HIDDEN = 64
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6

Tensors = Mapping[str, NDArray[np.float32]]


def write_gguf(path: Path, metadata: Mapping[str, Any], tensors: Tensors) -> Path:
    """A file of version 3; integers are written as uint32 (in lists int32), floats as float32."""
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))
    head += b"".join(_string(key) + _value(value) for key, value in metadata.items())
    data = b""
    for name, tensor in tensors.items():
        shape = tensor.shape[::-1]
        head += _string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, _F32, len(data))
        data = _padded(data + tensor.astype("<f4").tobytes())
    path.write_bytes(_padded(head) + data)
    return path


def write_tiny_model(path: Path, *, seed: int = 1) -> Path:
    """A Llama of one layer with random weights and a token for each byte."""
    chance = np.random.default_rng(seed)
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *map(chr, range(33, 127))]
    kinds = [_UNKNOWN, _CONTROL, _CONTROL, *[_BYTE] * 256, *[_NORMAL] * (len(tokens) - 259)]
    metadata: dict[str, Any] = {
        "general.architecture": "llama",
        "general.name": "tiny",
        "llama.context_length": 2048,
        "llama.embedding_length": _WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": _HIDDEN,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 4,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": _WIDTH // 4,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [0.0] * len(tokens),
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
    }

    def drawn(*shape: int) -> NDArray[np.float32]:
        return chance.normal(0, 1, shape).astype(np.float32)

    square = {f"blk.0.attn_{name}.weight": drawn(_WIDTH, _WIDTH) for name in ("q", "k", "v", "output")}
    tensors = {
        "token_embd.weight": drawn(len(tokens), _WIDTH),
        "output_norm.weight": np.ones(_WIDTH, np.float32),
        "output.weight": drawn(len(tokens), _WIDTH),
        "blk.0.attn_norm.weight": np.ones(_WIDTH, np.float32),
        **square,
        "blk.0.ffn_norm.weight": np.ones(_WIDTH, np.float32),
        "blk.0.ffn_gate.weight": drawn(_HIDDEN, _WIDTH),
        "blk.0.ffn_up.weight": drawn(_HIDDEN, _WIDTH),
        "blk.0.ffn_down.weight": drawn(_WIDTH, _HIDDEN),
    }
    return write_gguf(path, metadata, tensors)


def write_tiny_adapter(path: Path, *, seed: int = 2, width: int = _WIDTH) -> Path:
    """A LoRA adapter of rank 2 for the tiny model; another ``width`` fits no model."""
    chance = np.random.default_rng(seed)
    rank = 2
    tensors = {
        f"blk.0.attn_{name}.weight.lora_{side}": chance.normal(0, 1, shape).astype(np.float32)
        for name in ("v", "output")
        for side, shape in (("a", (rank, width)), ("b", (width, rank)))
    }
    metadata = {
        "general.type": "adapter",
        "general.architecture": "llama",
        "adapter.type": "lora",
        "adapter.lora.alpha": 4.0,
    }
    return write_gguf(path, metadata, tensors)


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _string(value)
    if isinstance(value, float):
        return struct.pack("<If", _FLOAT32, value)
    if isinstance(value, int):
        return struct.pack("<II", _UINT32, value)
    return struct.pack("<I", _ARRAY) + _list(value)


def _list(values: Sequence[Any]) -> bytes:
    if isinstance(values[0], str):
        return struct.pack("<IQ", _STRING, len(values)) + b"".join(map(_string, values))
    kind, letter = (_FLOAT32, "f") if isinstance(values[0], float) else (_INT32, "i")
    return struct.pack(f"<IQ{len(values)}{letter}", kind, len(values), *values)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGNMENT)
