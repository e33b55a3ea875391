"""An archive of 100,000 messages or more, made in minutes: real texts, made-up vectors, through the real store.

python -m tests.benchmarks.large_archive HOME
"""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from bot.application import Application, open_application
from bot.llm.scripted import ScriptedModel
from bot.settings import Settings
from bot.truth.tables import ChannelRow, MembershipRow, MessageRow, PersonRow
from knowledge.embedding import Vectors
from knowledge.lexical import CONTEXT_AVERAGE_LENGTH, OWN_AVERAGE_LENGTH, sparse_document, terms
from knowledge.passage import ChannelId, IndexedPassage, Passage, PassageKind, PersonId, RecordId
from knowledge.qdrant.schema import AROUND, CONTEXT, DENSE, TERMS
from knowledge.qdrant.store import PassageStore
from tests.benchmarks.texts import spoken_lines

PASSAGES = 100_000
CHANNELS = 560
PEOPLE = 300
DAYS = 730
_SLICE = 2_000
_FIRST_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
_OWN_SHARE = 0.6
"""Embeddings of one model lie in a narrow cone: a common direction and this much of their own."""


@dataclass(frozen=True, slots=True)
class _Message:
    number: int
    of: int
    author: str
    text: str

    @property
    def record_id(self) -> str:
        return f"bench:{self.number}"

    @property
    def channel_id(self) -> str:
        # A run of talk stays in one channel; channels differ in size as in life.
        return f"bench:c{int(CHANNELS * _share(self.number // 50, 0.6180339887) ** 2)}"

    @property
    def sent_at(self) -> datetime:
        return moment(self.number / self.of)

    @property
    def author_id(self) -> str:
        return f"bench:p{self.number * 7919 % PEOPLE}"

    @property
    def kind(self) -> PassageKind:
        share = _share(self.number, 0.4142135624)
        return "link" if share < 0.02 else "file" if share < 0.1 else "message"

    @property
    def categories(self) -> tuple[str, ...]:
        share = _share(self.number, 0.7320508076)
        return ("decision",) if share < 0.01 else ("question",) if share < 0.11 else ("small_talk",)


def _share(number: int, step: float) -> float:
    """Evenly spread over 0 … 1, and differently for every irrational step."""
    return (number * step) % 1.0


def channel_ids(count: int) -> frozenset[ChannelId]:
    """Some channels: a large one and smaller ones."""
    return frozenset(ChannelId(f"bench:c{number * CHANNELS // count}") for number in range(count))


def moment(part: float) -> datetime:
    """A moment of the archive's time between its first (0) and its last message (1)."""
    return _FIRST_MOMENT + timedelta(days=DAYS) * part


async def build(settings: Settings) -> None:
    """Fill the home of ``settings`` with 100,000 messages, in both stores."""
    async with open_application(settings, model=ScriptedModel([])) as application:
        await write_truth(application)
        await fill(application.store, dimension=application.embedder.spec.dimension)


async def fill(store: PassageStore, *, dimension: int, count: int = PASSAGES) -> None:
    """Write that many passages."""
    random = np.random.default_rng(20261122)
    before: deque[tuple[str, ...]] = deque(maxlen=4)
    part: list[_Message] = []
    for message in _messages(count):
        part.append(message)
        if len(part) == _SLICE or message.number == count - 1:
            vectors = await asyncio.to_thread(similar_vectors, random, 2 * len(part), dimension)
            await store.upsert(await asyncio.to_thread(_indexed, part, before, vectors))
            part = []
    await store.flush()


def similar_vectors(random: np.random.Generator, count: int, dimension: int) -> Vectors:
    """Made-up embeddings of unit length, near each other as those of one model are."""
    own = random.standard_normal((count, dimension), dtype=np.float32)
    own *= _OWN_SHARE / np.linalg.norm(own, axis=1, keepdims=True)
    total = own + _common(dimension)
    return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True), dtype=np.float32)


@cache
def _common(dimension: int) -> Vectors:
    direction = np.random.default_rng(1).standard_normal(dimension).astype(np.float32)
    return np.asarray(direction / np.linalg.norm(direction), dtype=np.float32)


def _messages(count: int) -> Iterator[_Message]:
    """Texts come round several times, each time with another number in them."""
    lines = spoken_lines()
    for number in range(count):
        author, text = lines[number % len(lines)]
        lap = number // len(lines)
        yield _Message(number, count, author, f"{text} (#{lap * 1000 + number % 997})" if lap else text)


async def write_truth(application: Application) -> None:
    """Channels, people, members and messages."""
    everything = list(_messages(PASSAGES))
    channels = [
        {
            "channel_id": f"bench:c{number}",
            "platform": "console",
            "workspace_id": "bench",
            "name": f"channel-{number}",
            "visibility": "public" if number % 4 else "private",
            "archived": False,
            "changed_at": _FIRST_MOMENT,
        }
        for number in range(CHANNELS)
    ]
    people = [
        {
            "person_id": f"bench:p{number}",
            "platform": "console",
            "name": f"person {number}",
            "is_bot": False,
            "is_guest": False,
            "changed_at": _FIRST_MOMENT,
        }
        for number in range(PEOPLE)
    ]
    members = [
        {"channel_id": f"bench:c{channel}", "person_id": f"bench:p{person}", "present": True}
        | {"changed_at": _FIRST_MOMENT}
        for channel in range(CHANNELS)
        for person in range(channel % 7, PEOPLE, 7)
    ]
    async with application.database.begin() as connection:
        await connection.execute(insert(ChannelRow), channels)
        await connection.execute(insert(PersonRow), people)
        await connection.execute(insert(MembershipRow), members)
        for at in range(0, len(everything), 10_000):
            await connection.execute(insert(MessageRow), [_row(message) for message in everything[at : at + 10_000]])


def _row(message: _Message) -> dict[str, object]:
    return {
        "record_id": message.record_id,
        "channel_id": message.channel_id,
        "author_id": message.author_id,
        "sent_at": message.sent_at,
        "text": message.text,
        "version_at": message.sent_at,
        "edited": False,
        "system": False,
        "applied_at": message.sent_at,
    }


def _indexed(part: list[_Message], before: deque[tuple[str, ...]], vectors: Vectors) -> list[IndexedPassage]:
    """``before`` holds the words of the last messages and is moved on."""
    indexed = []
    for at, message in enumerate(part):
        words = _words(f"{message.author}: {message.text}")
        context = [*words, *(word for earlier in before for word in earlier)]
        before.append(words)
        passage = Passage(
            record_id=RecordId(message.record_id),
            chunk=0,
            kind=message.kind,
            channel_id=ChannelId(message.channel_id),
            author_id=PersonId(message.author_id),
            sent_at=message.sent_at,
            text=message.text,
            categories=message.categories,
        )
        indexed.append(
            IndexedPassage(
                passage=passage,
                dense={DENSE: vectors[2 * at].tolist(), AROUND: vectors[2 * at + 1].tolist()},
                sparse={
                    TERMS: sparse_document(words, average_length=OWN_AVERAGE_LENGTH),
                    CONTEXT: sparse_document(context, average_length=CONTEXT_AVERAGE_LENGTH),
                },
            )
        )
    return indexed


def _words(line: str) -> tuple[str, ...]:
    text, mark, number = line.partition(" (#")
    return (*_cut(text), number.rstrip(")")) if mark else _cut(text)


@cache
def _cut(text: str) -> tuple[str, ...]:
    return tuple(terms(text))


if __name__ == "__main__":
    asyncio.run(build(Settings(home=Path(sys.argv[1]))))
