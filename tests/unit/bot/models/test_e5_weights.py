import numpy as np
import pytest

from bot.models.e5_weights import PackedWeights
from tests.fakes.e5_file import FEED_FORWARD, HIDDEN, VOCABULARY, e5_file, pack_matrix


def test_sizes_and_tensors_are_read() -> None:
    weights = PackedWeights(e5_file())
    assert (weights.hidden, weights.feed_forward, weights.vocabulary) == (HIDDEN, FEED_FORWARD, VOCABULARY)
    assert weights.floats("emb.ln.w", HIDDEN).tolist() == [1.0] * HIDDEN
    assert weights.matrix("l0.fi.w", FEED_FORWARD, HIDDEN).shape == (FEED_FORWARD, HIDDEN)


def test_a_block_is_its_scale_times_its_nibbles_minus_eight() -> None:
    scale = np.array([[0.5]], np.float16)
    nibbles = np.arange(32, dtype=np.uint8).reshape(1, 1, 32) % 16
    weights = PackedWeights(e5_file())
    weights._data = pack_matrix(scale, nibbles)
    weights._offsets = {"m": 0}
    expected = (np.arange(32) % 16 - 8) * 0.5
    assert weights.matrix("m", 1, 32).tolist() == [expected.tolist()]


@pytest.mark.parametrize("data", [b"", b"GGUF" + b"\0" * 100, b"E5S1" + b"\0" * 10])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="E5S1"):
        PackedWeights(data)
