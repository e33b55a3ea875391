"""Standard answers: proposed, approved, given before the model is asked, to nobody who may not read their source."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.application import Application
from bot.curating.giving import MODEL
from bot.curating.matching import Matching
from bot.curating.standard_answers import EVERYBODY, StandardAnswers, StandardSource
from bot.errors import BadInput, NotFound
from bot.llm.scripted import ScriptedModel
from bot.truth.tables import StandardAnswerRow
from connectors.connector import Answer, Utterance
from connectors.events import ChannelRef
from knowledge.passage import Audience, ChannelId
from tests.builders import channel, deleted, edited, opened, person, posted, record
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

NOW = datetime(2027, 1, 1, tzinfo=UTC)
LAUNCH = Audience(frozenset({ChannelId("console:launch")}))
QUESTION = "What is the office Wi-Fi password?"


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as made:
        await archive(
            made,
            posted(1, "The Wi-Fi password of the office hangs at the door", author="Maya"),
            opened(channel("board", "private"), (person("Bo"),)),
        )
        yield made


async def _approved(application: Application, *, source: int | None = 1, channels: tuple[str, ...] = ("*",)) -> str:
    kept = StandardAnswers(application.database)
    proposed = await kept.propose(
        question=QUESTION,
        text="It hangs at the door.",
        proposed_by="console:Ann",
        channel_ids=channels,
        variants=["办公室 Wi-Fi 密码是多少？"],
        sources=[StandardSource(n=1, record_id=str(record(source)))] if source else [],
    )
    await kept.approve(proposed, owner="Maya")
    return proposed


async def _ask(
    application: Application, text: str, *, place: ChannelRef | None = None, script: tuple[str, ...] = ()
) -> Answer:
    utterance = Utterance(
        kind="mention",
        text=text,
        channel=place or channel(),
        person=person("Ann"),
        record_id=None,
        thread_id=None,
        said_at=NOW,
    )
    reply = RecordingReply()
    await conversation_with(application, ScriptedModel(script)).converse(utterance, reply)
    return reply.answer


@pytest.mark.parametrize("asked", [QUESTION, "what is office wi-fi password", "请问办公室Wi-Fi的密码是多少"])
async def test_it_is_given_as_it_is_with_its_source_owner_and_day_and_kept(
    application: Application, asked: str
) -> None:
    await _approved(application)
    answer = await _ask(application, asked)
    assert answer.text.startswith("It hangs at the door. [1]\n✔")
    assert "Maya" in answer.text
    assert answer.model == MODEL
    assert [citation.record_id for citation in answer.citations] == [record(1)]
    assert (await application.answers.get(answer.answer_id)).trace["standard_answer"]


async def test_what_is_only_proposed_removed_or_expired_is_not_given(application: Application) -> None:
    kept = StandardAnswers(application.database)
    proposed = await kept.propose(
        question=QUESTION, text="At the door.", proposed_by="console:Ann", channel_ids=[EVERYBODY]
    )
    assert proposed == await kept.propose(
        question=QUESTION, text="At the door.", proposed_by="console:Bo", channel_ids=[EVERYBODY]
    ), "the same proposal twice is one"
    matching = Matching(kept, application.embedder)
    assert await matching.find(QUESTION, audience=LAUNCH, now=NOW) is None
    await kept.approve(proposed, owner="Maya", valid_until=NOW)
    assert await matching.find(QUESTION, audience=LAUNCH, now=NOW - timedelta(days=1)) is not None
    assert await matching.find(QUESTION, audience=LAUNCH, now=NOW) is None, "it has expired"
    await kept.remove(proposed)
    assert await kept.listed("proposed", "approved") == []
    with pytest.raises(NotFound):
        await kept.approve(proposed, owner="Maya")


async def test_nobody_is_given_one_from_a_channel_that_they_may_not_read(application: Application) -> None:
    await _approved(application, source=None, channels=("console:board",))
    matching = Matching(StandardAnswers(application.database), application.embedder)
    assert await matching.find(QUESTION, audience=LAUNCH, now=NOW) is None
    board = Audience(frozenset({ChannelId("console:board")}))
    assert await matching.find(QUESTION, audience=board, now=NOW) is not None


async def test_it_goes_with_its_source_and_waits_for_approval_after_an_edit(application: Application) -> None:
    await _approved(application)
    matching = Matching(StandardAnswers(application.database), application.embedder)
    await archive(application, edited(1, "The Wi-Fi password was changed", minutes=60 * 24 * 365))
    assert await matching.find(QUESTION, audience=LAUNCH, now=NOW) is None
    await archive(application, deleted(1, minutes=60 * 24 * 366))
    async with application.database.read() as connection:
        rows = await connection.run_sync(lambda sync: sync.execute(StandardAnswerRow.__table__.select()).all())
    assert [(row.state, row.question, row.text, row.variants) for row in rows] == [("removed", "", "", [])]


@pytest.mark.parametrize(
    "asked", ["What is the guest Wi-Fi password?", "Where is the office?", "What is the Wi-Fi password of floor 2?"]
)
async def test_another_question_gets_another_answer(application: Application, asked: str) -> None:
    await _approved(application)
    matching = Matching(StandardAnswers(application.database), application.embedder)
    assert await matching.find(asked, audience=LAUNCH, now=NOW) is None


async def test_a_proposal_needs_words(application: Application) -> None:
    with pytest.raises(BadInput):
        await StandardAnswers(application.database).propose(
            question=" ", text="x", proposed_by="console:Ann", channel_ids=[EVERYBODY]
        )
