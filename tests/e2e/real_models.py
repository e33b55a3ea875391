"""The models that end-to-end tests use: the small chat model and the embedding model, where they were pulled."""

import os
import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

CHAT_MODEL = "qwen2.5-coder-0.5b-instruct-q4_k_m"
EMBEDDING_MODEL = "multilingual-e5-small-int8"
MODELS = Path(os.environ.get("SHIGUANG_HOME") or Path.home() / ".shiguang").expanduser() / "models"
SETTINGS = {"SHIGUANG_LLM__BACKEND": "llamacpp", "SHIGUANG_LLM__MODEL": CHAT_MODEL}

_WAITING = re.compile(r'^shiguang_(?:inbox_events\{state="pending"\}|index_queue_records) (\S+)', re.MULTILINE)
_MISSING = [name for name in (CHAT_MODEL, EMBEDDING_MODEL) if not (MODELS / name).is_dir()]
needs_models = pytest.mark.skipif(
    bool(_MISSING), reason=f"NOT TESTED: {' and '.join(_MISSING)} not in {MODELS}; run: shiguang models pull --small"
)


def home_with_models(folder: Path) -> Path:
    """A home of its own that borrows the models."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "models").symlink_to(MODELS)
    return folder


def is_settled(base: str) -> bool:
    """Everything is archived, and the model is there. Blocking."""
    try:
        with urlopen(f"{base}/readyz", timeout=10):  # noqa: S310 - our own address
            pass
        with urlopen(f"{base}/metrics", timeout=10) as response:  # noqa: S310 - our own address
            waiting = _WAITING.findall(response.read().decode())
    except HTTPError as error:
        error.close()
        return False
    except OSError:  # so busy that it does not answer in time
        return False
    return len(waiting) == 2 and all(float(value) == 0 for value in waiting)
