"""Reader of the ``E5S1`` file: multilingual-e5-small with 4-bit matrices and float32 vectors.

Layout, little-endian: magic, version, seven int32 sizes, epsilon, block size, vocabulary pieces with their four special
ids, piece offsets, scores and text, the normaliser's table, and at last a directory of named tensors.
A matrix is stored in blocks of 32 weights: one fp16 scale, then 16 bytes of nibbles (low halves first).
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 32
_BLOCK_BYTES = 18


class PackedWeights:
    """The sizes of the model and its tensors by name."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"E5S1":
            msg = "not an E5S1 weights file"
            raise ValueError(msg)
        self._data = data
        try:
            self._read_header()
        except struct.error:
            msg = "the E5S1 weights file is cut off"
            raise ValueError(msg) from None

    def _read_header(self) -> None:
        at = 8
        sizes = self._unpack("<7i", at)
        self.hidden, self.layers, self.heads, self.feed_forward, self.vocabulary, self.positions, self.types = sizes
        at += 28
        (epsilon,) = self._unpack("<f", at)
        self.epsilon = float(epsilon)
        at += 8  # epsilon, block size
        (pieces,) = self._unpack("<i", at)
        at += 20  # piece count and the ids of bos, eos, pad, unk
        (text_bytes,) = self._unpack("<Q", at)
        at += 8 + (pieces + 1) * 4 + pieces * 4 + text_bytes
        (_, normaliser_bytes) = self._unpack("<iI", at)
        at += 8 + normaliser_bytes
        (tensors,) = self._unpack("<i", at)
        at += 4
        self._offsets: dict[str, int] = {}
        for _ in range(tensors):
            (length,) = self._unpack("<H", at)
            name = self._data[at + 2 : at + 2 + length].decode()
            at += 2 + length + 1  # the byte after the name is the tensor's kind, known by its use
            (_, offset, _) = self._unpack("<IQQ", at)
            at += 20
            self._offsets[name] = offset

    def _unpack(self, layout: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(layout, self._data, at)

    def floats(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A float32 tensor."""
        flat = np.frombuffer(self._data, "<f4", int(np.prod(shape)), self._offsets[name])
        return flat.reshape(shape).astype(np.float32)

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """A dequantised [rows, columns] matrix."""
        blocks = columns // _BLOCK
        raw = np.frombuffer(self._data, np.uint8, rows * blocks * _BLOCK_BYTES, self._offsets[name])
        raw = raw.reshape(rows, blocks, _BLOCK_BYTES)
        scale = raw[:, :, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([raw[:, :, 2:] & 15, raw[:, :, 2:] >> 4], axis=-1)
        return ((nibbles.astype(np.float32) - 8) * scale).reshape(rows, columns)
