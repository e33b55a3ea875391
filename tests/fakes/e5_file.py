"""A tiny ``E5S1`` weights file: the same layout as the real one, with random weights."""

import struct

import numpy as np
from numpy.typing import NDArray

HIDDEN, LAYERS, HEADS, FEED_FORWARD, VOCABULARY, POSITIONS, TYPES = 32, 1, 2, 64, 50, 16, 2


def pack_matrix(scale: NDArray[np.float16], nibbles: NDArray[np.uint8]) -> bytes:
    """Blocks of 32 weights: ``scale`` is [rows, blocks], ``nibbles`` (0 to 15) is [rows, blocks, 32]."""
    halves = nibbles[:, :, :16] | (nibbles[:, :, 16:] << 4)
    return np.concatenate([scale[:, :, None].view(np.uint8), halves], axis=-1).tobytes()


def e5_file(*, seed: int = 0) -> bytes:
    """The whole file."""
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> bytes:
        scale = random.uniform(0.01, 0.05, (rows, columns // 32)).astype(np.float16)
        return pack_matrix(scale, random.integers(0, 16, (rows, columns // 32, 32), dtype=np.uint8))

    def floats(*shape: int) -> bytes:
        return random.normal(0, 0.1, shape).astype("<f4").tobytes()

    tensors: dict[str, bytes] = {
        "emb.word": matrix(VOCABULARY, HIDDEN),
        "emb.pos": floats(POSITIONS, HIDDEN),
        "emb.type": floats(TYPES, HIDDEN),
        "emb.ln.w": np.ones(HIDDEN, "<f4").tobytes(),
        "emb.ln.b": floats(HIDDEN),
    }
    shapes = dict.fromkeys(("q", "k", "v", "ao"), (HIDDEN, HIDDEN))
    shapes |= {"fi": (FEED_FORWARD, HIDDEN), "fo": (HIDDEN, FEED_FORWARD)}
    for part, (rows, columns) in shapes.items():
        tensors[f"l0.{part}.w"] = matrix(rows, columns)
        tensors[f"l0.{part}.b"] = floats(rows)
    for part in ("aln", "oln"):
        tensors[f"l0.{part}.w"] = np.ones(HIDDEN, "<f4").tobytes()
        tensors[f"l0.{part}.b"] = floats(HIDDEN)

    sizes = (HIDDEN, LAYERS, HEADS, FEED_FORWARD, VOCABULARY, POSITIONS, TYPES)
    head = b"E5S1" + struct.pack("<i7ifi", 1, *sizes, 1e-12, 32) + struct.pack("<5i", 1, 0, 2, 1, 3)
    head += struct.pack("<Q", 3) + b"\0" * (2 * 4 + 4) + b"abc" + struct.pack("<iI", 0, 2) + b"nn"
    head += struct.pack("<i", len(tensors))
    names = [name.encode() for name in tensors]
    at = len(head) + sum(2 + len(name) + 1 + 20 for name in names)
    directory = b""
    for name, data in zip(names, tensors.values(), strict=True):
        directory += struct.pack("<H", len(name)) + name + b"\0" + struct.pack("<IQQ", 0, at, len(data))
        at += len(data)
    return head + directory + b"".join(tensors.values())
