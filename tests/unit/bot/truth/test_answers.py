"""An answer comes back as it was stored."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import NotFound
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.database import Database
from tests.builders import at

ANSWER = StoredAnswer(
    answer_id="a1",
    asked_at=at(1),
    channel_id="console:launch",
    person_id="console:Ann",
    question_record_id=None,
    question="发布日？",
    language="zh",
    text="12 月 8 日[1]。",
    abstained=False,
    reason=None,
    model="scripted",
    prompt_version="answer-zh-1",
    sources=(),
    trace={"raw": "12 月 8 日。"},
    timings_ms={"total": 7},
)
SOURCE = StoredSource(
    n=1, record_id="m1", file_id=None, chunk=0, page=None, channel_id="console:launch", quote="12-08", cited=True
)


async def test_an_answer_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}")
    await database.migrate()
    answers = Answers(database)
    assert await answers.store(ANSWER)
    assert await answers.get("a1") == ANSWER
    assert not await answers.store(replace(ANSWER, answer_id="a2", sources=(SOURCE,))), "its source is not there"
    withdrawn = await answers.get("a2")
    assert (withdrawn.text, withdrawn.trace, withdrawn.reason) == ("", {}, "source_deleted")
    assert withdrawn.withdrawn_at is not None
    assert withdrawn.sources == (replace(SOURCE, quote=""),)
    with pytest.raises(NotFound):
        await answers.get("a3")
    await database.close()
