"""The best raw rate: fastembed alone, sorted by length, in batches of 32. Prints seconds, without loading.

python -m tests.benchmarks.raw_embedding PART OF      every OFth text, from the PARTth on
"""

import sys
import time
from functools import cache

from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

from bot.application import embedding_spec
from bot.settings import Settings
from tests.benchmarks.texts import slack_lines


@cache
def raw_model() -> TextEmbedding:
    """The same ONNX file in fastembed as it comes."""
    spec = embedding_spec(Settings())
    TextEmbedding.add_custom_model(
        model="raw",
        pooling=PoolingType(spec.pooling),
        normalization=True,
        sources=ModelSource(url="file://local"),
        dim=spec.dimension,
        model_file=spec.model_file,
    )
    return TextEmbedding("raw", specific_model_path=str(spec.path))


def main(part: int, of: int) -> None:
    """Embed and print."""
    spec = embedding_spec(Settings())
    texts = [f"{spec.passage_prefix}{author}: {text}"[:2000] for author, text in slack_lines() if text.strip()]
    texts = sorted(texts[part::of], key=len)
    model = raw_model()
    began = time.perf_counter()
    for _ in model.embed(texts, batch_size=32):
        pass
    print(len(texts), time.perf_counter() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
