"""What a person may write where a model is named.

qwen3-8b-q4_k_m                         a name of the catalogue
BAAI/bge-small-zh-v1.5                  a name that fastembed knows (embedding or re-ranker)
hf:Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf     a GGUF on Hugging Face or its mirror; ms: for ModelScope
https://files.example.org/model.gguf    an address
/data/model.gguf                        a file on this machine
"""

import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from bot.errors import BadInput
from bot.models.catalogue import HubFile, HubFiles, HubName, LocalFile, Model, Source, UrlFile, find
from bot.models.fastembed_models import fastembed_embedding, fastembed_reranker

_HUB_REFERENCE = re.compile(r"(?P<hub>hf|ms):(?P<repository>[^/\s]+/[^/\s]+)/(?P<path>[^@\s]+)(?:@(?P<revision>\S+))?")
_FASTEMBED_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_HUBS: dict[str, HubName] = {"hf": "huggingface", "ms": "modelscope"}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def model_named(text: str, *, sha256: str | None = None) -> Model:
    """The model that ``text`` means; ``sha256`` is what the person expects of a file outside the catalogue.

    Raises ``BadInput`` when it means nothing.
    """
    if sha256 is not None and not _SHA256.fullmatch(sha256.lower()):
        raise BadInput("a sha256 has 64 hexadecimal digits")
    listed = find(text)
    if listed is not None:
        return listed
    if match := _HUB_REFERENCE.fullmatch(text):
        file = PurePosixPath(match["path"]).name
        hub_file = HubFile(path=match["path"], save_as=file)
        hub = _HUBS[match["hub"]]
        source: Source = HubFiles(
            hub=hub, repository=match["repository"], files=(hub_file,), revision=match["revision"] or ""
        )
        return _gguf(file, source, sha256=sha256)
    if text.startswith(("https://", "http://")):
        return _gguf(PurePosixPath(unquote(urlsplit(text).path)).name, UrlFile(url=text), sha256=sha256)
    path = Path(text).expanduser()
    if path.is_file():
        source = LocalFile(path=str(path.resolve()))
        return _gguf(path.name, source, sha256=sha256, size=path.stat().st_size)
    if _FASTEMBED_NAME.fullmatch(text):
        found = fastembed_embedding(text) or fastembed_reranker(text)
        if found is not None:
            return found
    hint = "Run shiguang models list, or give a path, an address, hf:owner/repository/file.gguf or a fastembed name."
    raise BadInput(f"no model is called {text!r}", hint=hint)


def _gguf(file: str, source: Source, *, sha256: str | None, size: int = 0) -> Model:
    name = file.lower().removesuffix(".gguf")
    if not file.lower().endswith(".gguf") or not name.strip("."):
        raise BadInput(f"{file or 'this'!r} is not a GGUF file", hint="A chat model is one .gguf file.")
    listed = find(name)  # the same file from elsewhere must still be the same file
    return Model(
        name=name,
        role="chat",
        size=size or (listed.size if listed else 0),
        licence=listed.licence if listed else "unknown",
        languages=(),
        sources=(source,),
        main_file=f"{name}.gguf",
        sha256=sha256.lower() if sha256 else (listed.sha256 if listed else None),
    )
