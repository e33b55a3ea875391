"""Stories over a real archive: in order, condensed by conversation and day, for those who may read it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from bot.answering.story import Storyteller
from bot.answering.story_text import StoryText
from bot.application import Application
from bot.truth.categories import correct
from bot.truth.tables import ConversationRow
from connectors.console.host import StoryView
from knowledge.passage import Audience, ChannelId, PassageFilter, PersonId
from tests.builders import channel, deleted, opened, person, posted
from tests.quick_application import archive, quick_application

BOARD = channel("board", "private")
EVERYBODY = Audience(frozenset({ChannelId("console:launch")}))
DAY = 24 * 60


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened_application:
        talk = [
            posted(1, "the pump comes from Hongyuan for 7.40"),
            posted(2, "is the pump quiet?", author="Ben", minutes=2, thread=1),
            posted(3, "the pump, the pump, the pump", author="Ben", minutes=3, thread=1),
            posted(4, "pump pump", author="Ben", minutes=4, thread=1),
            posted(5, "pump again, yes", author="Ben", minutes=5, thread=1),
            posted(6, "we measured 36 dB, which is too loud", minutes=6, thread=1),
            posted(7, "decided: the pump is changed to Jinglan", minutes=20 * DAY),
            posted(8, "a pump secret of the board", place=BOARD, minutes=21 * DAY),
            posted(9, "what is for lunch?", minutes=22 * DAY),
        ]
        everybody = (person("Ann"), person("Ben"))
        await archive(opened_application, opened(channel(), everybody), opened(BOARD, (person("Ann"),)), *talk)
        yield opened_application


async def tell(application: Application, topic: str, **options: object) -> StoryView:
    teller = Storyteller(database=application.database, finder=application.finder, zone=application.zone)
    return await teller.tell(topic, audience=EVERYBODY, **options)  # type: ignore[arg-type]  # its own options


def ids(story: StoryView) -> list[str]:
    return [line.record_id for scene in story.scenes for line in scene.lines]


async def test_it_is_told_in_order_a_conversation_in_few_lines_and_nothing_that_may_not_be_read(
    application: Application,
) -> None:
    """Invariant 4."""
    story = await tell(application, "what happened with the pump?")
    assert story.topic == "pump"
    assert ids(story) == sorted(ids(story))
    assert {"m1", "m7"} <= set(ids(story))
    assert not {"m8", "m9"} & set(ids(story))
    first, *_, last = story.scenes
    assert len(first.lines) == 3
    assert first.left_out >= 1
    assert [line.record_id for line in last.lines] == ["m7"]
    assert len(ids(await tell(application, "pump", lines=2))) == 2
    assert (await tell(application, "zeppelin")).scenes == ()
    assert (await tell(application, "pump", where=PassageFilter(author_ids=frozenset({PersonId("x")})))).scenes == ()


async def test_what_is_decided_in_the_conversation_belongs_to_it_without_naming_the_topic(
    application: Application,
) -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)

    def write(session: Session) -> None:
        correct(session, "m6", "decision", present=True, person_id="console:Ann", at=at)
        correct(session, "m6", "number", present=True, person_id="console:Ann", at=at)
        session.execute(delete(ConversationRow))
        rows = [{"record_id": f"m{n}", "channel_id": "console:launch", "conversation_id": "m1"} for n in range(1, 7)]
        session.execute(insert(ConversationRow), rows)
        session.flush()

    async with application.database.begin() as connection:
        await connection.run_sync(lambda sync: write(Session(sync)))
    assert "m6" in ids(await tell(application, "pump"))
    await archive(application, deleted(6))
    assert "m6" not in ids(await tell(application, "pump"))


async def test_it_reads_as_text_in_both_languages(application: Application) -> None:
    story = await tell(application, "pump")
    chinese, english = (StoryText(story, ZoneInfo("Asia/Shanghai"), language) for language in ("zh", "en"))
    told = "\n".join(line.text for line in english.lines())
    assert "The story of “pump”" in told
    assert "3 weeks later" in told
    assert "Mon 2026-11-02" in told
    assert "3 周后" in "\n".join(line.text for line in chinese.lines())
    text, citations = chinese.message()
    assert text.count("\n[") == len(citations) == len(ids(story))
    assert [citation.record_id for citation in citations] == ids(story)
    nothing = StoryText(await tell(application, "zeppelin"), ZoneInfo("UTC"), "zh")
    assert nothing.message() == ("没有找到“zeppelin”。", [])
