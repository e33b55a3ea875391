"""Prompt files: one text a task and language under ``prompt_texts/``, with its version on the first line.

The version is stored with everything made by a prompt, so that it can be told apart and replayed. A text that changes
gets a new version: tests keep a checksum a version.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.errors import Language

_FOLDER = Path(__file__).parent / "prompt_texts"
_VERSION = "version:"


@dataclass(frozen=True, slots=True)
class PromptText:
    """The stable part of a prompt."""

    version: str
    text: str


@cache
def prompt_text(name: str, language: Language) -> PromptText:
    """Read ``prompt_texts/<name>.<language>.md``; raises ``FileNotFoundError`` for a name that is none."""
    first, _, text = (_FOLDER / f"{name}.{language}.md").read_text("utf-8").partition("\n")
    return PromptText(version=first.removeprefix(_VERSION).strip(), text=text.strip())


def all_prompt_texts() -> list[PromptText]:
    """Every prompt in every language: what an answer must not repeat."""
    files = (path.stem.rpartition(".") for path in sorted(_FOLDER.glob("*.md")))
    return [prompt_text(name, "zh" if language == "zh" else "en") for name, _, language in files]
