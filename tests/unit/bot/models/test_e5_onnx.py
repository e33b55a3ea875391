"""The builder, on a tiny model of random weights; the real one is checked in ``test_resolve``."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from tests.fakes.e5_file import HIDDEN, POSITIONS, e5_file


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("e5")
    (folder / "weights.bin").write_bytes(e5_file())
    (folder / "tokenizer.json").write_text("{}")
    command = [sys.executable, "-m", "bot.models.e5_onnx", "weights.bin", "tokenizer.json", "out"]
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [*command[:3], *(str(folder / name) for name in command[3:])],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder / "out"


def _run(folder: Path, ids: list[list[int]], mask: list[list[int]]) -> NDArray[np.float32]:
    session = InferenceSession(str(folder / "model.onnx"))
    inputs = {"input_ids": np.array(ids, np.int64), "attention_mask": np.array(mask, np.int64)}
    output: NDArray[np.float32] = session.run(["last_hidden_state"], inputs)[0]
    return output


def test_it_gives_one_vector_a_token(built: Path) -> None:
    output = _run(built, [[0, 5, 2], [0, 7, 2]], [[1, 1, 1], [1, 1, 1]])
    assert output.shape == (2, 3, HIDDEN)
    assert np.isfinite(output).all()
    assert not np.allclose(output[0], output[1])


def test_padding_changes_nothing(built: Path) -> None:
    alone = _run(built, [[0, 5, 2]], [[1, 1, 1]])
    padded = _run(built, [[0, 5, 2, 1, 1]], [[1, 1, 1, 0, 0]])
    # int8 activations are scaled over the whole batch, so not to the last digit
    assert np.abs(alone[0] - padded[0, :3]).max() < 0.1


def test_fastembed_finds_its_tokenizer_files(built: Path) -> None:
    assert json.loads((built / "tokenizer_config.json").read_text())["model_max_length"] == POSITIONS
    assert json.loads((built / "config.json").read_text())["pad_token_id"] == 1
    assert json.loads((built / "special_tokens_map.json").read_text())["pad_token"] == "<pad>"
    assert sorted(path.name for path in built.parent.iterdir()) == ["out", "tokenizer.json", "weights.bin"]
