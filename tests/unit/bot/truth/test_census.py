"""The census follows the truth: new records, edits, deletions, files, links, categories, and rows that vanish."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert

from bot.application import Application
from bot.truth import census as module
from bot.truth.census import Census
from bot.truth.columns import TimelineFilter
from bot.truth.tables import CategoryCorrectionRow, LinkRow, MessageRow, RecordCategoryRow
from connectors.events import FileRef, RecordId
from tests.builders import channel, deleted, edited, opened, person, posted
from tests.quick_application import archive

HERE = "console:launch"


async def look(census: Census, **narrowed: Any) -> list[str]:
    ids, _, counts = await census.look(
        TimelineFilter(channel_ids=frozenset({HERE}), **narrowed), before=None, limit=50, counted=True
    )
    assert counts is not None
    assert counts.total == len(ids)
    return ids


async def write(application: Application, statement: Any, *values: Any) -> None:
    async with application.database.begin() as connection:
        await connection.execute(statement, *values)


async def test_it_follows_every_change(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SELDOM", timedelta(0))
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    census = Census(application.database, ZoneInfo("Asia/Shanghai"))
    assert await look(census) == []
    file = FileRef(file_id=RecordId("f"), name="plan.pdf", unavailable_reason="no_bytes")
    talk = [posted(number, f"message {number}") for number in range(7)]
    await archive(application, opened(channel(), (person("Ann"),)), *talk, posted(8, "", files=(file,)))
    assert await look(census) == ["m8", "m6", "m5", "m4", "m3", "m2", "m1", "m0"]
    assert await look(census, kind="file") == ["m8"]
    assert await look(Census(application.database, ZoneInfo("UTC"))) == await look(census)
    await archive(application, deleted(6), edited(5, "other words", minutes=60))
    assert await look(census) == ["m8", "m5", "m4", "m3", "m2", "m1", "m0"]
    now = datetime.now(UTC)
    link = {"link_id": "m1|x", "record_id": "m1", "channel_id": HERE, "url": "https://a.example/", "host": "a.example"}
    await write(application, insert(LinkRow), [link | {"digest": "x", "label": "", "applied_at": now}])
    assert await look(census, kind="link") == ["m1"]
    given = [
        {"record_id": record, "category_id": "number", "score": 0.9, "applied_at": now}
        for record in ("m2", "m3", "m8|f", "m1|x")
    ]
    await write(application, insert(RecordCategoryRow), given)
    assert await look(census, category="number") == ["m8", "m3", "m2", "m1"]
    said = {"record_id": "m2", "category_id": "number", "present": False, "person_id": "console:Ann"}
    await write(application, insert(CategoryCorrectionRow), [said | {"corrected_at": now}])
    assert await look(census, category="number") == ["m8", "m3", "m1"]
    # What leaves no mark at all is seen by the numbers of rows.
    await write(application, delete(RecordCategoryRow).where(RecordCategoryRow.record_id == "m3"))
    assert await look(census, category="number") == ["m8", "m1"]
    await write(application, delete(MessageRow).where(MessageRow.record_id == "m4"))
    assert await look(census) == ["m8", "m5", "m3", "m2", "m1", "m0"]
