"""A tiny real cross-encoder: an ONNX file and a tokenizer whose score is the number of words that a pair shares.

fastembed loads it as it loads any other, so everything but the quality of its judgement is real.
"""

import json
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from bot.models.store import Manifest, ModelStore, describe_files

MODEL_FILE = "onnx/model.onnx"
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def cross_encoder_files(words: str, *, max_tokens: int = 512, broken: bool = False) -> dict[str, bytes]:
    """The model's files by path. Only ``words`` are known, letter case apart.

    A ``broken`` one reads pairs of five tokens (one word each) and fails at any other.
    """
    config = {"model_max_length": max_tokens, "pad_token": "[PAD]"}
    return {
        MODEL_FILE: _graph(broken=broken).SerializeToString(),
        "tokenizer.json": _tokenizer(words).to_str().encode(),
        "tokenizer_config.json": json.dumps(config).encode(),
        "config.json": json.dumps({"pad_token_id": 0}).encode(),
    }


def write_cross_encoder(folder: Path, words: str, **options: Any) -> Path:
    """The files in ``folder``, which is returned."""
    for name, content in cross_encoder_files(words, **options).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def store_cross_encoder(models_dir: Path, name: str, words: str, **options: Any) -> Path:
    """The model as if it had been pulled under that name; returns its folder."""
    store = ModelStore(models_dir)
    ready = write_cross_encoder(store.staging(name) / "ready", words, **options)
    manifest = Manifest(
        name=name, role="reranker", source="test", checked="none", main_file=MODEL_FILE, files=describe_files(ready)
    )
    store.publish(name, ready, manifest)
    return store.folder(name)


def _tokenizer(words: str) -> Tokenizer:
    known = [*_SPECIAL, *dict.fromkeys(words.lower().split())]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(known)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    ids = [(token, known.index(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ids
    )
    return tokenizer


def _graph(*, broken: bool) -> Any:  # an onnx.ModelProto; onnx ships no usable types
    """score = sum over all pairs (i of the question, j of the text) of [word i = word j]."""
    tensors = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
               for name in ("input_ids", "token_type_ids", "attention_mask")]  # fmt: skip
    width = 5 if broken else 1
    constants = [
        helper.make_tensor("specials", TensorProto.INT64, [width], [len(_SPECIAL) - 1] * width),
        helper.make_tensor("rows", TensorProto.INT64, [1], [2]),
        helper.make_tensor("columns", TensorProto.INT64, [1], [1]),
        helper.make_tensor("last_two", TensorProto.INT64, [2], [1, 2]),
        helper.make_tensor("column", TensorProto.INT64, [2], [-1, 1]),
    ]
    node = helper.make_node
    nodes = [
        node("Greater", ["input_ids", "specials"], ["is_word"]),
        node("Cast", ["token_type_ids"], ["of_text"], to=TensorProto.BOOL),
        node("Not", ["of_text"], ["of_question"]),
        node("And", ["is_word", "of_question"], ["asked"]),
        node("And", ["is_word", "of_text"], ["said"]),
        node("Unsqueeze", ["input_ids", "rows"], ["ids_down"]),
        node("Unsqueeze", ["input_ids", "columns"], ["ids_across"]),
        node("Equal", ["ids_down", "ids_across"], ["same"]),
        node("Unsqueeze", ["asked", "rows"], ["asked_down"]),
        node("Unsqueeze", ["said", "columns"], ["said_across"]),
        node("And", ["asked_down", "said_across"], ["pair"]),
        node("And", ["same", "pair"], ["shared"]),
        node("Cast", ["shared"], ["shared_numbers"], to=TensorProto.FLOAT),
        node("ReduceSum", ["shared_numbers", "last_two"], ["total"], keepdims=0),
        node("Reshape", ["total", "column"], ["logits"]),
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])
    graph = helper.make_graph(nodes, "shared words", tensors, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model
