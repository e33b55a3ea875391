"""A configuration to be compared: settings that differ from those in force, and a version of the prompt."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select

from bot.errors import BadInput, NotFound
from bot.prompts import PromptKey, PromptText, shipped_prompts, trying
from bot.settings import Settings, load_settings
from bot.truth.database import Database
from bot.truth.tables import PromptVersionRow

PROMPT: Final = "prompt"
_SECTIONS: Final = frozenset({"llm", "answers", "reranker", "feedback"})
"""What answers are made by. The archive, and what it was made by, is the same for both."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What differs, by dotted key; ``prompt`` is the version of the prompt of answers."""

    differs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Sequence[str]) -> "Configuration":
        """From ``KEY=VALUE`` each; raises ``BadInput`` that names the key."""
        differs: dict[str, str] = {}
        for pair in pairs:
            key, equals, value = (part.strip() for part in pair.partition("="))
            section, dot, name = key.partition(".")
            if not equals or not value or (key != PROMPT and (section not in _SECTIONS or not dot or not name)):
                known = ", ".join(f"{one}.…" for one in sorted(_SECTIONS))
                raise BadInput(f"{pair}: KEY=VALUE was expected, with {PROMPT} or one of {known}")
            if name == "api_key":
                raise BadInput(f"{key}: it would be kept; set it in the settings")
            differs[key] = value
        return cls(differs)

    def settings(self) -> Settings:
        """The settings in force with what differs; raises ``SettingsError`` that names a wrong key."""
        sections: dict[str, dict[str, Any]] = {}
        for key, value in self.differs.items():
            if key != PROMPT:
                section, _, name = key.partition(".")
                sections.setdefault(section, {})[name] = value
        return load_settings(**sections)

    async def prompt(self, database: Database) -> tuple[PromptKey, PromptText] | None:
        """The prompt that it names; raises ``NotFound``."""
        version = self.differs.get(PROMPT)
        if version is None:
            return None
        shipped = {text.version: (key, text) for key, text in shipped_prompts().items()}
        if version in shipped:
            return shipped[version]
        async with database.read() as connection:
            statement = select(PromptVersionRow.name, PromptVersionRow.language, PromptVersionRow.text)
            row = (await connection.execute(statement.where(PromptVersionRow.version == version))).first()
        if row is None:
            raise NotFound(f"{PROMPT}={version}")
        return (row.name, "zh" if row.language == "zh" else "en"), PromptText(version=version, text=row.text)


@contextmanager
def with_prompt(prompt: tuple[PromptKey, PromptText] | None) -> Iterator[None]:
    """Within this block the prompt counts, if there is one."""
    if prompt is None:
        yield
        return
    (name, language), text = prompt
    with trying(name, language, text):
        yield
