"""A year of use for the desk: 100,000 answers with sources, verdicts, signs and cases, written in bulk in seconds.

python -m tests.benchmarks.desk_data HOME
"""

import asyncio
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from bot.settings import Settings
from bot.truth.database import Database
from bot.truth.tables import (
    AnswerRow,
    AnswerSourceRow,
    CaseAnswerRow,
    CaseRow,
    ChannelRow,
    MembershipRow,
    MessageRow,
    PersonRow,
    PreferenceRow,
    QuestionVectorRow,
    SignRow,
    StandardAnswerRow,
    VerdictRow,
)

ANSWERS = 100_000
DAYS = 365
CHANNELS = 120
PEOPLE = 1_500
TOPICS = 3_000
"""Different things that are asked about; a few of them are asked about very often."""
DIMENSION = 384
MODEL = "bench"
_SLICE = 10_000
_WORDS = (
    ("报销流程在哪里", "怎么报销"), ("VPN 怎么申请", "VPN 连不上找谁"), ("发布日期定在哪天", "什么时候发布"),
    ("where is the onboarding guide", "onboarding guide?"), ("who owns the billing service", "billing owner"),
    ("when is the release", "what day do we ship"),
)  # fmt: skip
_REASONS = ("nothing_found", "not_in_records", "not_supported", "model_timeout")
_PROMPT = "The records, numbered, as the model was given them. " * 40


def channel(number: int) -> str:
    """Every third is a direct chat."""
    return f"bench:c{number}"


def person(number: int) -> str:
    """Somebody who asks."""
    return f"bench:p{number}"


async def fill(database: Database, *, answers: int = ANSWERS, until: datetime | None = None) -> None:
    """Write the chats, and then answers with everything about them, the last one at ``until`` (now)."""
    end = until or datetime.now(UTC)
    async with database.begin() as connection:
        for table, rows in _chats(end - timedelta(days=DAYS)):
            await connection.execute(insert(table), rows)
    for start in range(0, answers, _SLICE):
        numbers = range(start, min(start + _SLICE, answers))
        written = await asyncio.to_thread(lambda numbers=numbers: list(_rows(numbers, answers, end)))  # type: ignore[misc]  # a default binds the value
        async with database.begin() as connection:
            for table, rows in written:
                if rows:
                    await connection.execute(insert(table), rows)


def _chats(first: datetime) -> Iterator[tuple[type, list[dict[str, Any]]]]:
    yield ChannelRow, [
        {
            "channel_id": channel(number), "platform": "console", "workspace_id": "bench", "name": f"channel-{number}",
            "visibility": ("public", "private", "direct")[number % 3], "archived": False, "changed_at": first,
        }
        for number in range(CHANNELS)
    ]  # fmt: skip
    yield PersonRow, [
        {
            "person_id": person(number), "platform": "console", "name": f"person {number}", "is_bot": False,
            "is_guest": False, "changed_at": first,
        }
        for number in range(PEOPLE)
    ]  # fmt: skip
    yield (
        MembershipRow,
        [
            {"channel_id": channel(number), "person_id": person(one), "present": True, "changed_at": first}
            for number in range(CHANNELS)
            for one in range(number % 10, PEOPLE, 10)
        ],
    )
    yield MessageRow, [
        {
            "record_id": f"bench:m{number}", "channel_id": channel(number % CHANNELS),
            "author_id": person(number % PEOPLE), "sent_at": first, "text": f"message {number}", "version_at": first,
            "applied_at": first,
        }
        for number in range(5_000)
    ]  # fmt: skip
    yield StandardAnswerRow, [
        {
            "standard_answer_id": f"bench:s{number}", "question": f"question {number}", "variants": [],
            "text": f"answer {number}", "language": "en", "proposed_by": person(number), "owner": "operator",
            "state": "approved", "proposed_at": first, "approved_at": first, "channel_ids": ["*"],
        }
        for number in range(200)
    ]  # fmt: skip


def _rows(numbers: range, of: int, end: datetime) -> Iterator[tuple[type, list[dict[str, Any]]]]:
    chance = random.Random(numbers.start)
    vectors = _vectors(numbers.start)
    tables: dict[type, list[dict[str, Any]]] = {
        table: []
        for table in (
            AnswerRow, AnswerSourceRow, QuestionVectorRow, VerdictRow, SignRow, CaseRow, CaseAnswerRow, PreferenceRow
        )
    }  # fmt: skip
    for number in numbers:
        _one(tables, chance, vectors, number, of, end - timedelta(days=DAYS) * (1 - (number + 1) / of))
    yield from tables.items()


def _one(
    tables: dict[type, list[dict[str, Any]]],
    chance: random.Random,
    vectors: "_Topics",
    number: int,
    of: int,
    at: datetime,
) -> None:
    answer_id = f"{number * 2654435761 % 2**32:08x}{number:024x}"
    topic = int(TOPICS * chance.random() ** 2)
    asks = _WORDS[topic % len(_WORDS)]
    abstained, standard = chance.random() < 0.18, chance.random() < 0.08
    total = round(chance.lognormvariate(8, 0.6))
    asker, where = person(int(PEOPLE * chance.random() ** 2)), channel(int(CHANNELS * chance.random() ** 2))
    asked = {"asked_at": at, "channel_id": where}
    tables[AnswerRow].append(
        {
            "answer_id": answer_id, **asked, "person_id": asker, "question_record_id": f"bench:q{number}",
            "question": f"{chance.choice(asks)} {topic}", "language": "zh" if topic % 6 < 3 else "en",
            "text": "The answer, as it was shown. [1] " * 4, "abstained": abstained,
            "reason": chance.choice(_REASONS) if abstained else None, "model": "bench", "prompt_version": "bench-1",
            "trace": {"prompt": _PROMPT, "raw": "The answer, as the model wrote it. " * 5},
            "timings_ms": {"search": 90, "first_token": total // 3, "total": total},
            "first_token_ms": total // 3, "total_ms": total,
            "question_group": f"bench:g{topic}" if number < of - 100 else None,
            "standard_answer_id": f"bench:s{topic % 200}" if standard and not abstained else None,
        }
    )  # fmt: skip
    tables[AnswerSourceRow] += [
        {
            "answer_id": answer_id, "n": n, "record_id": f"bench:m{(number * 7 + n) % 5_000}", "chunk": 0,
            "channel_id": channel(n), "quote": "What the message says.", "cited": n == 1,
        }
        for n in range(1, 4)
    ]  # fmt: skip
    tables[QuestionVectorRow].append(
        {"answer_id": answer_id, "embedding_model": MODEL, "vector": vectors.near(topic, chance.randrange(64))}
    )
    if judged := chance.random() < 0.2:
        kind = "up" if chance.random() < 0.7 else "down"
        tables[VerdictRow].append(
            {
                "answer_id": answer_id, "person_id": asker, "kind": kind, "comment": "",
                "reasons": ["wrong"] if kind == "down" else [], "judged_at": at + timedelta(minutes=2), **asked,
            }
        )  # fmt: skip
    for kind, share in (("opened", 0.3), ("asked_again", 0.08), ("answered_by_person", 0.05), ("shared", 0.02)):
        if chance.random() < share:
            sign = {"answer_id": answer_id, "person_id": asker, "kind": kind, "record_id": f"bench:m{number % 5_000}"}
            tables[SignRow].append(sign | asked | {"seen_at": at + timedelta(minutes=1)})
    if abstained and (judged or chance.random() < 0.5):
        case_id = f"bench:k{topic}:{number // 50_000}"
        if chance.random() < 0.15 or not tables[CaseRow]:
            case_id = f"bench:k{number}"
            tables[CaseRow].append(
                {
                    "case_id": case_id,
                    "state": chance.choice(("open", "open", "mended")),
                    "opened_at": at,
                    "changed_at": at,
                }
            )
        else:
            case_id = chance.choice(tables[CaseRow])["case_id"]
        tables[CaseAnswerRow].append(
            {"answer_id": answer_id, "case_id": case_id, "causes": ["abstained"], "added_at": at}
        )
    if number % 100 == 99:
        other = tables[AnswerRow][-2]["answer_id"]
        tables[PreferenceRow].append(
            {
                "person_id": asker, "pair": "|".join(sorted((answer_id, other))), "chosen": answer_id, "other": other,
                "first_shown": other, "channel_id": channel(1), "preferred_at": at,
            }
        )  # fmt: skip


class _Topics:
    """Made-up vectors of topics, and a few near each of them."""

    def __init__(self, seed: int) -> None:
        self._centres = np.random.default_rng(1).standard_normal((TOPICS, DIMENSION), dtype=np.float32)
        self._centres /= np.linalg.norm(self._centres, axis=1, keepdims=True)
        noise = np.random.default_rng(seed).standard_normal((64, DIMENSION), dtype=np.float32)
        self._noise = 0.3 * noise / np.linalg.norm(noise, axis=1, keepdims=True)

    def near(self, topic: int, which: int) -> bytes:
        vector = self._centres[topic] + self._noise[which]
        return bytes((vector / np.linalg.norm(vector)).astype("<f2").tobytes())


def _vectors(seed: int) -> _Topics:
    return _Topics(seed)


async def _build(home: Path) -> None:
    database = Database(Settings(home=home).truth_url)
    await database.migrate()
    try:
        await fill(database)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(_build(Path(sys.argv[1])))
