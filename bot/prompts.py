"""Prompts: one text a task and language, shipped under ``prompt_texts/`` with its version on the first line.

The version is stored with everything made by a prompt, so that it can be told apart and replayed. A shipped text that
changes gets a new version: tests keep a checksum a version. Operators put texts of their own in their place
(``bot.prompting``); those are held here, because whoever asks the model reads them at every question.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
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


PromptKey = tuple[str, Language]
"""The name of a prompt and its language."""


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """The team's own texts: those in force, and all that answers must not repeat."""

    in_force: Mapping[PromptKey, PromptText] = field(default_factory=dict)
    kept: tuple[PromptText, ...] = ()


class _InUse:
    """A process serves one home, so it has one set of texts; they are replaced as a whole."""

    own = OwnTexts()


_tried: ContextVar[Mapping[PromptKey, PromptText]] = ContextVar("tried_prompts", default={})  # noqa: B039 - never changed


def prompt_text(name: str, language: Language) -> PromptText:
    """The text that counts now; raises ``FileNotFoundError`` for a name that is none."""
    key = (name, language)
    return _tried.get().get(key) or _InUse.own.in_force.get(key) or shipped_prompt_text(name, language)


@cache
def shipped_prompt_text(name: str, language: Language) -> PromptText:
    """Read ``prompt_texts/<name>.<language>.md``; raises ``FileNotFoundError`` for a name that is none."""
    first, _, text = (_FOLDER / f"{name}.{language}.md").read_text("utf-8").partition("\n")
    return PromptText(version=first.removeprefix(_VERSION).strip(), text=text.strip())


@cache
def shipped_prompts() -> Mapping[PromptKey, PromptText]:
    """Every prompt in every language, as shipped."""
    files = (path.stem.rpartition(".") for path in sorted(_FOLDER.glob("*.md")))
    keys: list[PromptKey] = [(name, "zh" if language == "zh" else "en") for name, _, language in files]
    return {key: shipped_prompt_text(*key) for key in keys}


def all_prompt_texts() -> tuple[PromptText, ...]:
    """Every prompt in every language, the team's own ones among them: what an answer must not repeat."""
    return (*shipped_prompts().values(), *_InUse.own.kept, *_tried.get().values())


def use_own_texts(own: OwnTexts) -> None:
    """From the next question on these count, in this process."""
    _InUse.own = own


@contextmanager
def trying(name: str, language: Language, prompt: PromptText) -> Iterator[None]:
    """Within this block, and what it awaits, a draft counts; nobody else is answered with it."""
    token = _tried.set({(name, language): prompt})
    try:
        yield
    finally:
        _tried.reset(token)
