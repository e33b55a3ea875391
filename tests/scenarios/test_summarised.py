"""Messages were summarised: a summary goes with each of them, and is made anew when one changes (invariant 3)."""

import pytest
from sqlalchemy import insert, select

from bot.llm.scripted import ScriptedModel
from bot.truth.tables import ConversationSummaryRow, DigestRow, DigestSourceRow
from connectors.events import ChannelRef, FileRef, MessagePosted, RecordId
from knowledge.passage import Audience
from tests.builders import at, channel, deleted, edited, posted
from tests.quick_application import summarizer_with
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


def talk(first: int, place: ChannelRef, colour: str) -> list[MessagePosted]:
    return [
        posted(first, f"What colour do we paint the office? I would like {colour} walls in the big room", place=place),
        posted(first + 1, f"The painter has {colour} paint and needs three days for the walls of the office",
               place=place, author="Bo"),
        posted(first + 2, f"We agreed with the landlord: the walls of the office become {colour}", place=place),
        posted(first + 3, "I will call the painter about the walls by Friday", place=place, author="Bo"),
    ]  # fmt: skip


async def summarised(stage: Stage, place: ChannelRef, colour: str) -> str:
    """Everything that a summary of a channel shows."""
    model = ScriptedModel([f"Li Wei and Bo agree that the walls of the office become {colour}."])
    summary = await summarizer_with(stage.application, model).period(
        [place.channel_id], since=at(-100), until=at(9000), audience=Audience.operator(), language="en"
    )
    return "\n".join(line.text for line in summary.lines)


async def kept(stage: Stage, place: ChannelRef) -> str:
    """Everything that is kept of summaries of a channel."""
    async with stage.application.database.read() as connection:
        rows = await connection.scalars(
            select(ConversationSummaryRow.lines).where(ConversationSummaryRow.channel_id == place.channel_id)
        )
        return repr(rows.all())


async def test_a_deleted_message_takes_its_summary_away(stage: Stage) -> None:
    place = channel("painted")
    await stage.tell(*talk(900, place, "tangerine"))
    assert "tangerine" in await summarised(stage, place, "tangerine")
    assert "tangerine" in await kept(stage, place)
    await stage.tell(deleted(902))
    assert await kept(stage, place) == "[]"


async def test_an_edited_message_is_told_as_it_now_is(stage: Stage) -> None:
    place = channel("repainted")
    await stage.tell(*talk(910, place, "indigo"))
    await summarised(stage, place, "indigo")
    await stage.tell(
        edited(910, "What colour do we paint the office? I would like white walls in the big room", minutes=950),
        edited(911, "The painter has white paint and needs three days for the walls of the office", minutes=950),
        edited(912, "We agreed with the landlord: the walls of the office become white", minutes=950),
    )
    assert "indigo" not in await kept(stage, place)
    told = await summarised(stage, place, "white")
    assert "white" in told
    assert "indigo" not in told


async def test_a_file_that_is_called_otherwise_takes_its_former_name_away(stage: Stage) -> None:
    place = channel("renamed")
    file = FileRef(file_id=RecordId("f940"), name="vermilion.pdf", unavailable_reason="too_large")
    first, *others = talk(940, place, "teal")
    await stage.tell(first.model_copy(update={"files": (file,)}), *others)
    await summarised(stage, place, "teal")
    assert "vermilion" in await kept(stage, place)
    again = edited(940, first.text, minutes=950)
    await stage.tell(again.model_copy(update={"files": (file.model_copy(update={"name": "walls.pdf"}),)}))
    assert "vermilion" not in await kept(stage, place)
    assert "walls.pdf" in await summarised(stage, place, "teal")


async def test_a_new_message_of_the_conversation_is_told_too(stage: Stage) -> None:
    place = channel("extended")
    await stage.tell(*talk(920, place, "amber"))
    await summarised(stage, place, "amber")
    await stage.tell(posted(924, "We decided to leave the walls of the office as they are", place=place))
    told = await summarised(stage, place, "white")
    assert "as they are" in told


async def test_a_line_of_a_digest_goes_with_its_message_and_the_others_stay(stage: Stage) -> None:
    place = channel("digested")
    await stage.tell(*talk(930, place, "crimson"))
    await stage.tell(posted(939, "the digest tells of crimson walls", place=place, author="bot"))
    lines = [
        {"text": "crimson walls", "record_ids": ["m930", "m932"]},
        {"text": "Bo calls the painter", "record_ids": ["m933"]},
    ]
    row = DigestRow(
        digest_id="d1", channel_ids=[place.channel_id], since=at(0), until=at(999), language="en", lines=lines,
        facts={}, model="", prompt_version="", made_at=at(999), state="posted", posted_record_id="m939",
    )  # fmt: skip
    values = {key: value for key, value in vars(row).items() if not key.startswith("_")}
    async with stage.application.database.begin() as connection:
        await connection.execute(insert(DigestRow).values(**values))
        for record_id in ("m930", "m932", "m933"):
            await connection.execute(insert(DigestSourceRow).values(digest_id="d1", record_id=record_id))
    await stage.tell(deleted(932))
    assert await digest(stage) == ("posted", ["Bo calls the painter"])
    assert await stage.with_words("crimson") <= {"m930", "m931"}
    await stage.tell(deleted(933))
    assert await digest(stage) == ("withdrawn", [])


async def digest(stage: Stage) -> tuple[str, list[str]]:
    """State and lines."""
    async with stage.application.database.read() as connection:
        [(state, lines)] = (await connection.execute(select(DigestRow.state, DigestRow.lines))).all()
        return state, [line["text"] for line in lines]
