"""How every command prints, fails and stops."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console

from bot.errors import Language, ShiguangError
from bot.language import system_language

T = TypeVar("T")

OUT = Console(soft_wrap=True, highlight=False)
"""Results, for people."""
ERR = Console(stderr=True, highlight=False)
"""Progress, logs and failures."""

_FAILED = 1
_INTERRUPTED = 130
_STOPPED: dict[Language, str] = {
    "zh": "已停止；做完的部分会保留",
    "en": "stopped; what was done is kept",
}


def print_json(document: object) -> None:
    """One JSON document and nothing else on standard output, in UTF-8 whatever the locale is."""
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.flush()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command: a failure becomes one sentence and a hint, and exit status 1."""
    return guarded(lambda: asyncio.run(work))


def guarded(work: Callable[[], T]) -> T:
    """The same for what does not need an event loop."""
    try:
        return work()
    except ShiguangError as error:
        fail(error)
    except typer.TyperException:
        raise  # wrong usage: Typer shows it beside the usage, with exit status 2
    except KeyboardInterrupt:
        ERR.print(_STOPPED[system_language()])
        raise SystemExit(_INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read our output has left, as ``head`` does: nobody is there to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(_FAILED) from None
    except Exception as error:
        logging.getLogger(__name__).debug("the command failed", exc_info=error)
        fail(
            ShiguangError(
                type(error).__name__,
                hint="SHIGUANG_LOG_LEVEL=debug shows the details; shiguang doctor checks the installation.",
            )
        )


def fail(error: ShiguangError) -> NoReturn:
    """Say what is wrong and leave with status 1."""
    language: Language = system_language()
    ERR.print(f"{error.sentence(language)} [{error.code}]", markup=False, soft_wrap=True)
    hint = error.hint(language)
    if hint:
        ERR.print(f"→ {hint}", markup=False, soft_wrap=True)
    raise SystemExit(_FAILED)
