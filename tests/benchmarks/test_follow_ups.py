"""Follow-up questions on the sample archive: found as they are asked, and as they are completed from their thread."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.application import Application, open_application
from bot.errors import ModelMissing
from bot.language import language_of
from bot.llm.scripted import ScriptedModel
from bot.models.resolve import resolve_embedding_model
from bot.rewriting import Rewriter
from bot.sample.archive import sample_events
from bot.settings import Settings
from bot.truth.turns import Turn
from knowledge.passage import Audience
from tests.benchmarks.figures import Figures

pytestmark = [pytest.mark.bench, pytest.mark.model]
FOLLOW_UPS = Path(__file__).with_name("follow_ups.jsonl")
EVERYTHING = Audience.operator()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
_FIRST = 3


async def _found(application: Application, searches: tuple[str, ...], evidence: list[str]) -> bool:
    """Whether evidence is among the first results."""
    found = await application.finder.find_all(searches, audience=EVERYTHING, limit=_FIRST, now=NOW)
    return any(item.message_id in evidence for item in found.results)


def _before(row: dict[str, Any]) -> list[Turn]:
    answer = Turn(
        record_id="answer",
        author="bot",
        text=row["answer"],
        by_bot=True,
        question=row["question"],
        file_names=(row["file"],) if row["file"] else (),
    )
    return [Turn(record_id="question", author="Ann", text=row["question"]), answer]


async def test_completed_questions_are_found(home: Path, figures: Figures) -> None:
    settings = Settings(home=home, timezone="Asia/Shanghai")
    try:
        resolve_embedding_model(settings)
    except ModelMissing:
        pytest.skip("the embedding model is not there; run: shiguang models pull")
    rows = [json.loads(line) for line in FOLLOW_UPS.read_text("utf-8").splitlines()]
    # A model that never helps: only the rules are measured.
    async with open_application(settings, model=ScriptedModel([])) as application:
        await application.inbox.append(sample_events(NOW, application.file_store))
        await application.archivist.drain()
        rewriter = Rewriter(application.database, application.model)
        plain, completed = 0, 0
        for row in rows:
            asked = row["follow_up"]
            rewritten = await rewriter.rewrite(
                asked, _before(row), channel_id="", audience=EVERYTHING, language=language_of(asked)
            )
            plain += await _found(application, (asked,), row["evidence"])
            completed += await _found(application, rewritten.searches or (asked,), row["evidence"])
    figures.at_least(
        f"follow-ups with evidence among the first {_FIRST}, of {len(rows)}", completed, 15, note=f"as asked: {plain}"
    )
