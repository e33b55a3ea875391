"""Trying an answer again, and proposing a standard answer, as connectors of live platforms ask for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.application import Application
from bot.conversation import Conversation
from bot.curating.standard_answers import StandardAnswers
from bot.errors import AnswerWithdrawn, BadInput, NotFound, NotPermitted
from bot.feedback.adoption import Adoption
from bot.feedback.offering import PairOffers
from bot.feedback.periods import Period
from bot.live_host import ApplicationLiveHost
from bot.llm.scripted import ScriptedModel
from bot.truth.tables import PairOfferRow
from connectors.connector import Answer, Utterance
from connectors.events import PersonRef, ReactionChanged, RecordId
from tests.builders import at, channel, deleted, opened, person, posted, record
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

ANN, BO = person("Ann"), person("Bo")
BOARD = channel("board", "private")
QUESTION = "How many days does the pump need?"


@dataclass
class Stage:
    """An application whose model says the lines of a script."""

    application: Application
    model: ScriptedModel

    @property
    def host(self) -> ApplicationLiveHost:
        application = self.application
        conversation: Conversation = conversation_with(application, self.model)
        return ApplicationLiveHost(
            database=application.database,
            inbox=application.inbox,
            archivist=application.archivist,
            permissions=application.permissions,
            schedules=application.schedules,
            conversation=conversation,
            answers=application.answers,
            confirmations=application.confirmations,
            file_store=application.file_store,
            offers=PairOffers(application.database, every=1),
        )


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with quick_application() as made:
        await archive(
            made,
            opened(BOARD, (BO,)),
            posted(1, "The pump needs 18 days", author="Maya", place=BOARD),
            posted(2, "The pump needs 18 days to arrive, says Jinglan", author="Maya", place=BOARD),
            posted(3, "The pump is blue and needs a hose", author="Maya", place=BOARD),
        )
        yield Stage(made, ScriptedModel(["The pump needs 18 days.", "The pump needs 18 days to arrive."]))


def _utterance(text: str, *, by: PersonRef = BO) -> Utterance:
    return Utterance(
        kind="mention", text=text, channel=BOARD, person=by, record_id=None, thread_id=None, said_at=at(5000)
    )


async def _answer(stage: Stage) -> Answer:
    reply = RecordingReply()
    await stage.host.converse(_utterance(QUESTION), reply)
    return reply.answer


async def test_the_question_of_an_answer_is_answered_again_and_both_are_kept(stage: Stage) -> None:
    first, reply = await _answer(stage), RecordingReply()
    await stage.host.answer_again(first.answer_id, _utterance("try again"), reply)
    second = reply.answer
    assert second.question == QUESTION
    assert (first.text, second.text) != (second.text, first.text)
    assert [request.sampling.temperature for request in stage.model.requests] == [0.0, 0.7]
    assert (await stage.application.answers.get(second.answer_id)).asked_at == at(5000)
    await stage.host.prefer(chosen=second.answer_id, other=first.answer_id, first_shown=first.answer_id, person=BO)


async def test_a_pair_is_offered_once_and_what_is_picked_ends_it(stage: Stage) -> None:
    first, reply = await _answer(stage), RecordingReply()
    assert not await stage.host.wants_pair(first.answer_id, ANN, BOARD.channel_id)
    assert await stage.host.wants_pair(first.answer_id, BO, BOARD.channel_id)
    assert not await stage.host.wants_pair(first.answer_id, BO, BOARD.channel_id)
    await stage.host.answer_again(first.answer_id, _utterance("try again"), reply)
    pair = {"first": first.answer_id, "second": reply.answer.answer_id}
    await stage.host.pair_shown(**pair, person=BO)
    await stage.host.prefer(chosen=pair["second"], other=first.answer_id, first_shown=first.answer_id, person=BO)
    await stage.host.pair_declined(**pair, person=BO)
    async with stage.application.database.read() as connection:
        assert (await connection.execute(select(PairOfferRow.outcome))).scalars().all() == ["picked"]


async def test_a_second_answer_is_no_second_question(stage: Stage) -> None:
    """Whoever asks for it, on whatever platform: figures of use count one."""
    first = await _answer(stage)
    await stage.host.answer_again(first.answer_id, _utterance("try again"), RecordingReply())
    period = Period(since=at(0), until=at(10_000), zone=ZoneInfo("UTC"))
    assert (await Adoption(stage.application.database).whole(period)).asked == 1


async def test_who_may_not_see_an_answer_cannot_have_it_again(stage: Stage) -> None:
    first = await _answer(stage)
    with pytest.raises(NotPermitted):
        await stage.host.answer_again(first.answer_id, _utterance("try again", by=ANN), RecordingReply())
    with pytest.raises(NotFound):
        await stage.host.answer_again("unknown", _utterance("try again"), RecordingReply())


async def test_what_rests_on_a_deleted_message_is_not_answered_again(stage: Stage) -> None:
    first = await _answer(stage)
    for number in (1, 2, 3):
        await archive(stage.application, deleted(number))
    with pytest.raises(AnswerWithdrawn):
        await stage.host.answer_again(first.answer_id, _utterance("try again"), RecordingReply())


async def test_a_message_becomes_a_proposal_for_those_who_may_read_it(stage: Stage) -> None:
    said = await stage.host.propose_standard_answer(
        person=BO, question=QUESTION, text="18 days.", record_id=record(1), answer_id=None
    )
    (proposal,) = await StandardAnswers(stage.application.database).listed("proposed")
    assert said == "Proposed to your operators. Once they approve it, it is given whenever this is asked."
    assert proposal.channel_ids == frozenset({"console:board"})
    assert [source.record_id for source in proposal.sources] == [record(1)]
    with pytest.raises(NotPermitted):
        await stage.host.propose_standard_answer(
            person=ANN, question=QUESTION, text="18 days.", record_id=record(1), answer_id=None
        )
    with pytest.raises(NotFound):
        await stage.host.propose_standard_answer(
            person=BO, question=QUESTION, text="x", record_id=RecordId("console:m99"), answer_id=None
        )
    with pytest.raises(BadInput):
        await stage.host.propose_standard_answer(person=BO, question=QUESTION, text="x", record_id=None, answer_id=None)


async def test_an_answer_that_is_mended_is_for_those_who_may_read_its_sources(stage: Stage) -> None:
    first = await _answer(stage)
    await stage.host.propose_standard_answer(
        person=BO, question=QUESTION, text="18 days.", record_id=None, answer_id=first.answer_id
    )
    (proposal,) = await StandardAnswers(stage.application.database).listed("proposed")
    assert proposal.channel_ids == frozenset({"console:board"})


async def test_who_ticked_a_reply_is_told_that_it_is_proposed_now(stage: Stage) -> None:
    asked, said = posted(20, "Where is the hose?", author="Bo", place=BOARD), "In the shed"
    await archive(stage.application, asked, posted(21, said, author="Maya", place=BOARD, thread=20))
    for by, told in ((ANN, None), (BO, "✅")):
        tick = ReactionChanged(
            event_id=f"tick-{by.name}", occurred_at=at(30), record_id=record(21), person=by, emoji="white_check_mark",
            present=True,
        )  # fmt: skip
        await archive(stage.application, tick)
        outcome = await stage.host.proposed_by_tick(tick.event_id, record(21), by, "en")
        assert outcome is None if told is None else told in str(outcome)
