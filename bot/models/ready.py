"""Whether every model that the settings need is there, as an exit status: ``python -m bot.models.ready``.

A tenth of the time that the whole command line takes to start; ``make run`` asks it before it pulls anything.
"""

import sys

from bot.errors import ShiguangError
from bot.models.resolve import resolve_chat_model, resolve_embedding_model, resolve_reranker
from bot.settings import load_settings


def models_are_ready() -> bool:
    """False also when the settings are wrong: who pulls then is told why."""
    try:
        settings = load_settings()
        resolve_embedding_model(settings)
        resolve_reranker(settings)
        if settings.llm.backend == "llamacpp":
            resolve_chat_model(settings)
    except ShiguangError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(0 if models_are_ready() else 1)
