"""“Did you mean …?”: invariants 3 (what is named goes with its words) and 4 (never to who may not be given it)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.application import Application
from bot.curating.giving import MODEL, GivingStandardAnswers
from bot.curating.matching import Matching
from bot.curating.meaning import MeantQuestions
from bot.curating.standard_answers import EVERYBODY, StandardAnswers, StandardSource
from bot.curating.wordings import ConfirmedWording, confirmed_wordings
from bot.errors import BadInput, NotFound
from bot.feedback.offering import PairOffers
from bot.feedback.signs import Signs
from bot.llm.scripted import ScriptedModel
from bot.truth.tables import RevisionRow, StandardOfferRow
from bot.truth.views import shown_answer
from connectors.connector import Answer, Utterance, UtteranceKind
from connectors.events import MessagePosted
from knowledge.passage import Audience, ChannelId
from tests.builders import channel, deleted, edited, opened, person, posted, record
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

KNOWN = "大会议室怎么预订？"
ASKED = "预订会议室"
LAUNCH = Audience(frozenset({ChannelId("console:launch")}))
BOARD = channel("board", "private")


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as made:
        await archive(
            made,
            posted(1, "大会议室在行政系统里预订，提前一天", author="Maya"),
            opened(BOARD, (person("Bo"),)),
            posted(2, ASKED, author="Ann", minutes=5),
        )
        yield made


async def _standard(application: Application, *, source: int | None = 1, channels: tuple[str, ...] = ()) -> str:
    kept = StandardAnswers(application.database)
    proposed = await kept.propose(
        question=KNOWN,
        text="在行政系统里订。",
        proposed_by="console:Bo",
        channel_ids=channels,
        variants=["大会议室预订的办法"],
        sources=[StandardSource(n=1, record_id=str(record(source)))] if source else [],
    )
    await kept.approve(proposed, owner="Maya")
    return proposed


async def _ask(
    application: Application, text: str = ASKED, *, kind: UtteranceKind = "mention", by: str = "Ann"
) -> Answer:
    utterance = Utterance(
        kind=kind, text=text, channel=channel(), person=person(by), record_id=record(2), thread_id=None,
        said_at=datetime.now(UTC),
    )  # fmt: skip
    reply = RecordingReply()
    model = ScriptedModel(["大会议室在行政系统里预订 [1]。"] * 3)
    await conversation_with(application, model).converse(utterance, reply)
    return reply.answer


async def _posted(application: Application, answer: Answer, number: int) -> None:
    """The bot's message that shows it."""
    event: MessagePosted = posted(number, answer.text, author="bot", minutes=number)
    await archive(application, event.model_copy(update={"answer_id": answer.answer_id}))


def _meant(application: Application) -> MeantQuestions:
    matching = Matching(StandardAnswers(application.database), application.embedder)
    giving = GivingStandardAnswers(database=application.database, matching=matching, zone=application.zone)
    return MeantQuestions(application.database, giving)


async def _yes(
    application: Application, answer: Answer, *, by: str = "Ann", audience: Audience = LAUNCH
) -> Answer | None:
    return await _meant(application).give(
        answer.answer_id, person_id=f"console:{by}", channel_id="console:launch", audience=audience
    )


async def _shown(application: Application, answer: Answer) -> Answer | None:
    async with application.database.read() as connection:
        return await connection.run_sync(lambda sync: shown_answer(Session(sync), answer.answer_id))


async def _revised(application: Application) -> list[str]:
    async with application.database.read() as connection:
        return list(await connection.scalars(select(RevisionRow.answer_id)))


async def _confirmed(application: Application, this: str) -> list[ConfirmedWording]:
    one = await StandardAnswers(application.database).get(this)
    async with application.database.read() as connection:
        return await connection.run_sync(lambda sync: confirmed_wordings(Session(sync), one))


async def test_an_answer_names_what_was_perhaps_meant_and_is_answered_as_always(application: Application) -> None:
    await _standard(application)
    answer = await _ask(application)
    assert (answer.meant, answer.model) == (KNOWN, "scripted")
    assert KNOWN not in answer.text
    shown = await _shown(application, answer)
    assert shown is not None
    assert shown.meant == KNOWN


async def test_a_standard_answer_a_command_and_another_question_name_nothing(application: Application) -> None:
    await _standard(application)
    assert (await _ask(application, KNOWN)).meant == ""
    assert (await _ask(application, f"/ask {ASKED}", kind="command")).meant == ""
    assert (await _ask(application, "退货多久到账？")).meant == ""


async def test_it_names_nothing_from_a_channel_that_not_everybody_here_may_read(application: Application) -> None:
    """Invariant 4."""
    await _standard(application, source=None, channels=(str(BOARD.channel_id),))
    assert (await _ask(application)).meant == ""


async def test_a_yes_gives_the_standard_answer_once_and_is_kept_for_each_person(application: Application) -> None:
    this = await _standard(application)
    answer = await _ask(application)
    given = await _yes(application, answer, by="Bo")
    assert given is not None
    assert given.text.startswith("在行政系统里订。 [1]\n✔ 标准答案，Maya 于 ")
    assert (given.model, given.question, given.meant) == (MODEL, ASKED, "")
    assert [citation.record_id for citation in given.citations] == [record(1)]
    assert await _yes(application, answer) is None, "it is there already"
    assert await _yes(application, answer, by="Cem") is None
    assert await Signs(application.database).counted(answer.answer_id) == {"meant": 3}
    assert (await application.answers.get(given.answer_id)).person_id == "console:Ann", "it goes with whose question"
    [wording] = await _confirmed(application, this)
    assert (wording.question, wording.people, wording.answer_id) == (ASKED, 3, answer.answer_id)


async def test_two_who_say_yes_at_the_same_moment_get_it_once(application: Application) -> None:
    await _standard(application)
    answer, meant = await _ask(application), _meant(application)

    async def give(by: str) -> Answer | None:
        return await meant.give(
            answer.answer_id, person_id=f"console:{by}", channel_id="console:launch", audience=LAUNCH
        )

    given = await asyncio.gather(give("Ann"), give("Cem"))
    assert sorted(one is None for one in given) == [False, True]


async def test_it_is_given_again_when_its_message_was_deleted(application: Application) -> None:
    await _standard(application)
    answer = await _ask(application)
    given = await _yes(application, answer)
    assert given is not None
    await _posted(application, given, 20)
    assert await _yes(application, answer) is None
    await archive(application, deleted(20, minutes=30))
    assert await _yes(application, answer) is not None


async def test_who_may_not_be_given_it_now_is_not_given_it(application: Application) -> None:
    """Invariant 4, checked anew for each yes."""
    this = await _standard(application)
    answer = await _ask(application)
    with pytest.raises(NotFound):
        await _yes(application, answer, audience=Audience(frozenset({ChannelId("console:elsewhere")})))
    await StandardAnswers(application.database).edit(
        this, question=KNOWN, variants=[], text="改了", sources=[], channel_ids=[str(BOARD.channel_id)],
        owner="Maya", valid_until=None, operator="Maya",
    )  # fmt: skip
    with pytest.raises(NotFound):
        await _yes(application, answer)
    assert await Signs(application.database).counted(answer.answer_id) == {}, "nothing was learnt from it"


@pytest.mark.parametrize("how", ["source deleted", "source edited", "removed", "narrowed"])
async def test_when_it_goes_no_later_rendering_names_it_and_what_was_posted_is_revised(
    application: Application, how: str
) -> None:
    """Invariant 3."""
    await archive(application, posted(3, "会议室的事问行政", author="Maya", minutes=6))
    this = await _standard(application, source=3)
    answer = await _ask(application)
    assert answer.meant == KNOWN
    await _posted(application, answer, 20)
    kept = StandardAnswers(application.database)
    match how:
        case "source deleted":
            await archive(application, deleted(3, minutes=40))
        case "source edited":
            await archive(application, edited(3, "会议室的事问前台", minutes=40))
        case "removed":
            await kept.remove(this)
        case _:
            sources = (await kept.get(this)).sources
            await kept.edit(
                this, question=KNOWN, variants=[], text="a [1]", sources=sources, channel_ids=[str(BOARD.channel_id)],
                owner="Maya", valid_until=None, operator="Maya",
            )  # fmt: skip
    shown = await _shown(application, answer)
    assert shown is not None
    assert shown.meant == ""
    assert answer.answer_id in await _revised(application)
    with pytest.raises(NotFound):
        await _yes(application, answer)


async def test_the_words_go_with_the_question_that_they_were_taken_from(application: Application) -> None:
    """Invariant 3: the known question was a person's, too."""
    await archive(application, posted(4, KNOWN, author="Bo", minutes=7))
    await _standard(application)
    answer = await _ask(application)
    await _posted(application, answer, 20)
    await archive(application, deleted(4, minutes=40))
    shown = await _shown(application, answer)
    assert shown is not None
    assert KNOWN not in str(shown)
    assert answer.answer_id in await _revised(application)


async def test_what_went_before_the_answer_was_posted_is_revised_as_soon_as_it_is(application: Application) -> None:
    """Invariant 3."""
    this = await _standard(application)
    answer = await _ask(application)
    await StandardAnswers(application.database).remove(this)
    assert await _revised(application) == []
    await _posted(application, answer, 20)
    assert await _revised(application) == [answer.answer_id]


async def test_confirmed_words_become_a_way_to_ask_it_and_go_with_their_question(application: Application) -> None:
    this = await _standard(application)
    answer = await _ask(application)
    await _yes(application, answer)
    kept = StandardAnswers(application.database)
    await kept.add_confirmed(this, answer.answer_id, operator="Mei")
    await kept.add_confirmed(this, answer.answer_id, operator="Mei")
    one = await kept.get(this)
    assert (one.variants, one.changed_by) == (("大会议室预订的办法", ASKED), "Mei")
    assert await _confirmed(application, this) == []
    assert (await _ask(application)).model == MODEL, "the next one is given it at once"
    await archive(application, deleted(2, minutes=40))
    assert (await kept.get(this)).variants == ("大会议室预订的办法",)


async def test_words_that_nobody_confirmed_or_that_are_gone_are_not_added(application: Application) -> None:
    this = await _standard(application)
    answer = await _ask(application)
    kept = StandardAnswers(application.database)
    with pytest.raises(NotFound):
        await kept.add_confirmed(this, answer.answer_id, operator="Mei")
    await _yes(application, answer)
    await kept.edit(
        this, question=KNOWN, variants=[f"大会议室 {n}" for n in range(50)], text="a", sources=[],
        channel_ids=[EVERYBODY], owner="Maya", valid_until=None, operator="Maya",
    )  # fmt: skip
    with pytest.raises(BadInput):
        await kept.add_confirmed(this, answer.answer_id, operator="Mei")
    await archive(application, deleted(2, minutes=40))
    assert await _confirmed(application, this) == []
    with pytest.raises(NotFound):
        await kept.add_confirmed(this, answer.answer_id, operator="Mei")


async def test_asking_in_the_very_words_that_were_named_is_a_yes(application: Application) -> None:
    this = await _standard(application)
    answer = await _ask(application)
    assert (await _ask(application, KNOWN, by="Cem")).model == MODEL
    assert await Signs(application.database).counted(answer.answer_id) == {}, "somebody else asked"
    assert (await _ask(application, KNOWN)).model == MODEL
    assert await Signs(application.database).counted(answer.answer_id) == {"meant": 1}
    assert [one.question for one in await _confirmed(application, this)] == [ASKED]


async def test_no_pair_is_offered_beside_an_answer_that_asks_back(application: Application) -> None:
    await _standard(application)
    answer = await _ask(application)
    offers = PairOffers(application.database, every=1)
    assert not await offers.wanted(answer.answer_id, person_id="console:Ann", channel_id="console:launch")
    async with application.database.begin() as connection:
        await connection.execute(delete(StandardOfferRow))
    assert await offers.wanted(answer.answer_id, person_id="console:Ann", channel_id="console:launch")
