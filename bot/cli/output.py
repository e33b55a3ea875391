"""How every command prints, fails and stops."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

from rich.console import Console

from bot.errors import Language, ShiguangError
from bot.language import system_language

T = TypeVar("T")

OUT = Console(soft_wrap=True, highlight=False)
"""Results, for people."""
ERR = Console(stderr=True, highlight=False)
"""Progress, logs and failures."""


def print_json(document: object) -> None:
    """One JSON document and nothing else on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command: a failure becomes one sentence and a hint, and exit status 1."""
    try:
        return asyncio.run(work)
    except ShiguangError as error:
        fail(error)
    except KeyboardInterrupt:
        ERR.print("stopped; what was done is kept")
        raise SystemExit(130) from None


def fail(error: ShiguangError) -> NoReturn:
    """Say what is wrong and leave with status 1."""
    language: Language = system_language()
    ERR.print(f"{error.sentence(language)} [{error.code}]", markup=False)
    hint = error.hint(language)
    if hint:
        ERR.print(f"→ {hint}", markup=False)
    raise SystemExit(1)
