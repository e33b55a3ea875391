"""``/standard``: what is quoted, or the latest reply in a thread, waits for the operators as a standard answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from bot.application import Application
from bot.curating.proposal_texts import TEXTS
from bot.curating.standard_answer import StandardAnswer
from bot.curating.standard_answers import StandardAnswers
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.erasing import Scope, erase_around
from connectors.connector import Utterance
from connectors.events import ChannelRef
from tests.builders import at, channel, deleted, opened, person, posted, record
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, quick_application

ANN, BO = person("Ann"), person("Bo")
HERE, BOARD = channel("launch", "private"), channel("board", "private")
QUESTION = "Who signs the expenses?"


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as application:
        await archive(
            application,
            opened(HERE, (ANN, BO)),
            opened(BOARD, (ANN,)),
            posted(1, f"@拾光 {QUESTION}", author="Ann", place=HERE),
            posted(2, "Mr Lin signs them, on Mondays", author="Bo", place=HERE, thread=1),
            posted(3, "Great, thanks!", author="Ann", place=HERE, thread=1),
            posted(4, "Is it him in Berlin, too?", author="Bo", place=HERE, thread=1),
            posted(6, "Found him, his door was open", author="Ann", place=HERE, thread=1),
            posted(5, "The merger is called Larkspur", author="Ann", place=BOARD),
        )
        yield application


async def _answered(
    application: Application, number: int, question: str, text: str, *, place: ChannelRef = HERE, shown: bool = True
) -> None:
    """The bot answered message ``number`` a minute later, from message 2."""
    answer = StoredAnswer(
        answer_id=f"a{number}",
        asked_at=at(number),
        channel_id=place.channel_id,
        person_id=ANN.person_id,
        question_record_id=record(number) if shown else None,
        question=question,
        language="en",
        text=text,
        abstained=False,
        reason=None,
        model="scripted",
        prompt_version="p1",
        sources=(
            StoredSource(
                n=3, record_id=record(2), file_id=None, chunk=0, page=None, channel_id=HERE.channel_id, quote="",
                cited=True,
            ),
        ),
        searched_at=datetime.now(UTC),
        trace={},
    )  # fmt: skip
    await Answers(application.database).store(answer)
    if shown:
        said = posted(900 + number, text, author="拾光", place=place, minutes=number + 1, answer_id=f"a{number}")
        await archive(application, said)


async def _say(
    application: Application,
    text: str,
    *,
    quoted: str = "",
    thread: int | None = None,
    place: ChannelRef = HERE,
    minutes: float = 60,
) -> str:
    utterance = Utterance(
        kind="mention",
        text=text,
        channel=place,
        person=ANN,
        record_id=None,
        thread_id=None if thread is None else record(thread),
        said_at=at(minutes),
        quoted=quoted,
    )
    reply = RecordingReply()
    await application.conversation.converse(utterance, reply)
    assert reply.names == ["finish"]
    return reply.answer.text


async def _proposed(application: Application) -> StandardAnswer:
    [one] = await StandardAnswers(application.database).listed("proposed")
    assert one.proposed_by == ANN.person_id
    assert await StandardAnswers(application.database).listed("approved") == [], "never in force by itself"
    return one


async def test_in_a_thread_the_latest_reply_answers_what_it_began_with(application: Application) -> None:
    """Thanks and another question are no reply, and who asked is the last to know."""
    told = await _say(application, "/standard", thread=1)
    one = await _proposed(application)
    assert (one.question, one.text) == (QUESTION, "Mr Lin signs them, on Mondays")
    assert [source.record_id for source in one.sources] == ["m2"]
    assert told == (
        "Proposed to your operators: the reply of Bo as the standard answer to the question here, once they approve it."
    )
    await _say(application, "/标准", thread=1)
    await _proposed(application)


async def test_the_question_can_be_written(application: Application) -> None:
    told = await _say(application, "/标准答案：报销要找谁签字？", thread=1)
    assert (await _proposed(application)).question == "报销要找谁签字？"
    assert told == "已向管理员提议：你写的问题，以后用 Bo 的回复来答，批准后生效。"


async def test_a_quoted_message_is_known_again(application: Application) -> None:
    """Cut or not, with the marks that a client leaves out; the question is the last one that the bot was asked."""
    await _answered(application, 1, QUESTION, "Mr Old signs them.")
    told = await _say(application, "/standard", quoted="Mr Lin  signs them, on…")
    one = await _proposed(application)
    assert (one.question, one.text) == (QUESTION, "Mr Lin signs them, on Mondays")
    assert [source.record_id for source in one.sources] == ["m2"]
    assert "the reply of Bo as the standard answer to what Ann asked me at 17:01" in told


async def test_what_is_not_in_the_archive_has_no_source_and_that_is_told(application: Application) -> None:
    """Only those who could read the quotation may be given it (invariant 4)."""
    told = await _say(application, "/standard Who waters the plants?", quoted="Carol does, every Friday")
    one = await _proposed(application)
    assert (one.text, one.sources) == ("Carol does, every Friday", ())
    assert one.narrowed_to == {HERE.channel_id}
    assert told.endswith(
        "the question you wrote, once they approve it. That message is not archived, so they see no source."
    )


async def test_the_bots_own_answer_brings_its_sources(application: Application) -> None:
    await _answered(application, 1, QUESTION, "Mr Lin signs them [3].")
    told = await _say(application, "/standard", quoted="Mr Lin signs them[1].\n\n**Sources**\n> [1] launch·Bo: Mr Lin")
    one = await _proposed(application)
    assert (one.question, one.text, one.replaces_answer_id) == (QUESTION, "Mr Lin signs them [1].", "a1")
    assert [source.record_id for source in one.sources] == ["m2"]
    assert "this answer of mine as the standard answer to the question that it answered" in told


async def test_nothing_of_another_channel_is_found(application: Application) -> None:
    """Invariant 4: neither the message nor the question."""
    await _answered(application, 5, "What is the merger called?", "Larkspur.", place=BOARD)
    await _say(application, "/standard What is it called?", quoted="The merger is called Larkspur")
    assert (await _proposed(application)).sources == ()


async def test_what_one_person_asked_alone_is_no_question_here(application: Application) -> None:
    """Invariant 4: an answer that is no message of the channel was shown to one person."""
    await _answered(application, 1, "Who is fired?", "Bo.", shown=False)
    assert "Which question does it answer?" in await _say(application, "/standard", quoted="Mr Lin signs them")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("/standard", "Quote the reply, or mention me in its thread"), ("/标准答案", "请引用要提议的那条回复")],
)
async def test_without_a_reply_it_says_how(application: Application, typed: str, said: str) -> None:
    assert said in await _say(application, typed)


async def test_a_deleted_reply_is_not_proposed_and_takes_its_proposal_along(application: Application) -> None:
    """Invariant 3."""
    await _say(application, "/standard", thread=1)
    await archive(application, deleted(2), deleted(6))
    assert await StandardAnswers(application.database).listed("proposed") == []
    assert "Quote the reply" in await _say(application, "/standard", thread=1)


async def test_what_rests_on_a_persons_word_alone_is_erased_with_them(application: Application) -> None:
    """Invariant 3: it has no source with which its words would go."""
    await _say(application, "/standard Who waters the plants?", quoted="Carol does, every Friday")
    async with application.database.begin() as connection:
        erased = await connection.run_sync(
            lambda sync: erase_around(Session(sync), Scope(before=datetime.now(UTC), person_id=ANN.person_id))
        )
    assert erased["standard_answers"] == 1
    assert await StandardAnswers(application.database).listed("proposed") == []


def test_every_text_exists_in_both_languages() -> None:
    assert all(set(texts) == {"zh", "en"} for texts in TEXTS.values())
