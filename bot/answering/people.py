"""Who is named in a question."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.truth.database import Database
from bot.truth.tables import PersonRow
from knowledge.lexical import is_stop_word, normalize
from knowledge.passage import PersonId

_KNOWN_FOR_SECONDS = 30.0
_WORD = re.compile(r"[^\W_\u3400-\u9fff][\w.\-]*")
_CHINESE_NAME = re.compile(r"[\u3400-\u9fff]{2,}")
_QUESTION_CHARS = 2000
_SHORTEST_NAME = 3
"""Letters; shorter ones are mostly words."""


@dataclass(slots=True)
class _Names:
    """By what a question may call them: whole names and first names of people who write."""

    words: dict[str, set[PersonId]] = field(default_factory=dict)
    chinese: dict[str, set[PersonId]] = field(default_factory=dict)
    full: dict[PersonId, str] = field(default_factory=dict)


class PeopleNamed:
    """Finds people by the names in a question. Names are read again every half minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = _Names()
        self._read_at = float("-inf")

    async def find(self, question: str) -> frozenset[PersonId]:
        """Everybody whom the question names by the whole name or the first name; mostly nobody."""
        if time.monotonic() - self._read_at > _KNOWN_FOR_SECONDS:
            self._names, self._read_at = await self._read(), time.monotonic()
        text = normalize(question[:_QUESTION_CHARS])
        found: set[PersonId] = set()
        for word in _WORD.findall(text):
            found |= self._names.words.get(word.rstrip(".-"), set())
            found |= self._names.words.get(word.rstrip(".-").removesuffix("s").rstrip("'’"), set())
        for run in _CHINESE_NAME.findall(text):
            for at in range(len(run) - 1):
                for length in (2, 3, 4):
                    found |= self._names.chinese.get(run[at : at + length], set())
        return frozenset(found)

    async def names(self, text: str) -> tuple[str, ...]:
        """The names, as they are written in full, of everybody whom a text names."""
        found = await self.find(text)
        return tuple(sorted(self._names.full[person_id] for person_id in found if person_id in self._names.full))

    async def _read(self) -> _Names:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(PersonRow.person_id, PersonRow.name))).all()
        # Thousands of names take longer than the event loop may be held up.
        return await asyncio.to_thread(_named, [(person_id, name) for person_id, name in rows])


def _named(rows: Sequence[tuple[str, str]]) -> _Names:
    names = _Names()
    for person_id, name in rows:
        plain = normalize(name)
        names.full[PersonId(person_id)] = name
        for run in _CHINESE_NAME.findall(plain)[:1]:
            names.chinese.setdefault(run, set()).add(PersonId(person_id))
        words = _WORD.findall(plain)
        for word in words[:1]:
            if len(word) >= _SHORTEST_NAME and not is_stop_word(word):
                names.words.setdefault(word, set()).add(PersonId(person_id))
    return names
