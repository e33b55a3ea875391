"""A password is posted in a channel: it is found, and read by its author alone, there alone, and by no model."""

import pytest
from sqlalchemy import select

from bot.host import ApplicationHost
from bot.llm.scripted import ScriptedModel
from bot.truth.tables import AnswerRow, AnswerSourceRow, ConversationSummaryRow, DigestRow
from connectors.connector import Utterance, UtteranceKind
from connectors.events import ChannelRef, FileRef, RecordId
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import conversation_with
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SECRET = "Tulip-42x"


def _host(stage: Stage, model: ScriptedModel) -> ApplicationHost:
    parts = stage.application
    return ApplicationHost(
        database=parts.database,
        inbox=parts.inbox,
        archivist=parts.archivist,
        conversation=conversation_with(parts, model),
        answers=parts.answers,
        permissions=parts.permissions,
        confirmations=parts.confirmations,
        file_store=parts.file_store,
    )


async def _asked(
    host: ApplicationHost, text: str, place: ChannelRef, *, by: str, kind: UtteranceKind = "mention"
) -> RecordingReply:
    reply = RecordingReply()
    utterance = Utterance(
        kind=kind, text=text, channel=place, person=person(by), record_id=None, thread_id=None, said_at=at(10_000)
    )
    await host.converse(utterance, reply)
    return reply


@pytest.mark.parametrize(("by", "is_shown"), [("Ann", True), ("Bo", False)])
async def test_a_password_is_shown_to_its_author_and_given_to_no_model(
    stage: Stage, by: str, *, is_shown: bool
) -> None:
    """Invariant 8."""
    place = channel(f"servers-{by}")
    await stage.tell(
        opened(place, (person("Ann"), person("Bo"))),
        posted(800 + is_shown, f"the {by} staging password is {_SECRET}", author="Ann", place=place),
    )
    model = ScriptedModel(lambda _: f"The {by} staging password is {_SECRET}.")
    host = _host(stage, model)
    answered = await _asked(host, f"What is the {by} staging password?", place, by=by)
    listed = await _asked(host, f"/find {by} staging password", place, by=by, kind="command")
    for reply in (answered, listed):
        assert reply.answer.citations
        assert (_SECRET in str(reply.steps)) is is_shown, reply.steps
    assert model.requests
    assert _SECRET not in str(model.requests)


async def test_no_summary_and_no_digest_holds_a_password_nor_what_is_kept_of_them(stage: Stage) -> None:
    """Invariant 8."""
    place = channel("servers")
    file = FileRef(
        file_id=RecordId("f823"), name="hosts.xlsx", caption=f"password: {_SECRET}", unavailable_reason="too_large"
    )
    await stage.tell(
        opened(place, (person("Ann"), person("Bo"))),
        posted(820, f"The review of the portal is on Thursday, the password is {_SECRET}.", author="Ann", place=place),
        posted(821, "The review of the portal is moved from Thursday to Friday.", author="Ann", place=place,
               minutes=9000),
        posted(822, f"We decided: the staging password is {_SECRET} for the whole week of the launch", author="Ann",
               place=place, minutes=9001),
        posted(823, "Here is the list of all hosts of the launch that need the staging password from Monday on",
               author="Ann", place=place, files=(file,), minutes=9002),
    )  # fmt: skip
    host = _host(stage, ScriptedModel(lambda _: f"Ann decides on the staging password {_SECRET} for the launch."))
    told = [await _asked(host, text, place, by="Bo") for text in ("/summary last week", "/digest")]
    assert all("[password hidden]" in reply.answer.text for reply in told)
    async with stage.application.database.read() as connection:
        kept = [
            list(await connection.execute(select(table).where(told_of)))
            for table, told_of in (
                (AnswerRow, AnswerRow.channel_id == place.channel_id),
                (ConversationSummaryRow, ConversationSummaryRow.channel_id == place.channel_id),
                (DigestRow, DigestRow.target_channel_id == place.channel_id),
            )
        ]
    assert all(kept)
    assert _SECRET not in str(kept)
    assert _SECRET not in str([reply.steps for reply in told])


async def test_what_is_stored_of_an_answer_for_another_holds_no_password(stage: Stage) -> None:
    """Invariant 8."""
    place = channel("printer")
    await stage.tell(
        opened(place, (person("Ann"), person("Bo"))),
        posted(810, f"printer password: {_SECRET}", author="Ann", place=place),
    )
    host = _host(stage, ScriptedModel(lambda _: "NOT FOUND"))
    reply = await _asked(host, "what is the printer password?", place, by="Bo")
    assert "[password hidden]" in reply.answer.text
    async with stage.application.database.read() as connection:
        stored = [
            *(await connection.execute(AnswerRow.__table__.select().where(AnswerRow.channel_id == place.channel_id))),
            *(await connection.execute(
                AnswerSourceRow.__table__.select().where(AnswerSourceRow.channel_id == place.channel_id)
            )),
        ]  # fmt: skip
    assert stored
    assert _SECRET not in str(stored)
