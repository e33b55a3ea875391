"""A reply becomes the standard answer, is given with its source, and comes back to the queue when it may not hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.curating.standard_answers import StandardAnswers, StandardSource
from bot.curating.watching import WatchingStandardAnswers
from bot.errors import NotFound, NotPermitted
from bot.feedback.cases import Cases
from bot.llm.scripted import ScriptedModel
from connectors.connector import Answer, Utterance
from connectors.events import ChannelRef, ReactionChanged
from tests.builders import START, channel, deleted, edited, opened, person, posted, record
from tests.fakes.reply import RecordingReply
from tests.quick_application import conversation_with
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "What is the guest parking code?"


def _minutes_from_now(minutes: float = 0) -> float:
    """As builders count: from the start of the story."""
    return (datetime.now(UTC) - START) / timedelta(minutes=1) + minutes


def _ticked(number: int, *, by: str, emoji: str = "✅", present: bool = True) -> ReactionChanged:
    return ReactionChanged(
        event_id=f"tick-{number}-{by}-{present}-{datetime.now(UTC).isoformat()}",
        occurred_at=datetime.now(UTC),
        record_id=record(number),
        person=person(by),
        emoji=emoji,
        present=present,
    )


async def _asked(stage: Stage, place: ChannelRef, *, at: datetime | None = None) -> Answer:
    reply = RecordingReply()
    utterance = Utterance(
        kind="mention", text=QUESTION, channel=place, person=person("Zoe"), record_id=None, thread_id=None,
        said_at=at or datetime.now(UTC),
    )  # fmt: skip
    model = ScriptedModel(["I do not know [1]."] * 3)
    await conversation_with(stage.application, model).converse(utterance, reply)
    return reply.answer


async def test_proposed_approved_given_taken_back_by_an_edit_approved_again_and_expired(stage: Stage) -> None:
    place = channel("parking")
    database = stage.application.database
    kept, watch, cases = StandardAnswers(database), WatchingStandardAnswers(database), Cases(database)
    now = _minutes_from_now(-60)
    await stage.tell(
        opened(place, (person("Ann"), person("Bo"), person("Zoe"))),
        posted(900, QUESTION, author="Ann", place=place, minutes=now),
        posted(901, "The code at the gate is 4410", author="Bo", place=place, thread=900, minutes=now + 1),
        _ticked(901, by="Ann"),
    )
    (proposal,) = await kept.listed("proposed")
    assert (proposal.question, proposal.text) == (QUESTION, "The code at the gate is 4410")
    assert proposal.proposed_by == "console:Ann"
    assert proposal.channel_ids == frozenset({str(place.channel_id)})
    assert not (await _asked(stage, place)).text.startswith("The code at the gate is 4410"), "nobody approved it"

    await kept.approve(proposal.standard_answer_id, owner="Maya", operator="Maya")
    answer = await _asked(stage, place)
    assert answer.text.startswith("The code at the gate is 4410 [1]\n✔ Standard answer, verified by Maya on ")
    assert [citation.record_id for citation in answer.citations] == [record(901)]
    assert await watch.look() == 0
    assert (await kept.uses([proposal.standard_answer_id]))[proposal.standard_answer_id].given == 1

    await stage.tell(edited(901, "The code at the gate is 5521", minutes=_minutes_from_now()))
    assert "✔" not in (await _asked(stage, place)).text
    assert await watch.look() == 1
    (concern,) = await kept.needing_attention(datetime.now(UTC))
    assert (concern.concern, concern.record_id) == ("source_edited", record(901))
    (case,) = await cases.listed("open")
    assert (case.standard_answer_id, case.question) == (proposal.standard_answer_id, QUESTION)
    assert await watch.look() == 0, "twice is once"

    until = datetime.now(UTC) + timedelta(days=1)
    await kept.edit(
        proposal.standard_answer_id, question=QUESTION, variants=["Parking gate code?"], text="5521 [1].",
        sources=proposal.sources, channel_ids=[], owner="Maya", valid_until=until, operator="Maya",
    )  # fmt: skip
    assert (await _asked(stage, place)).text.startswith("5521 [1].\n✔")
    assert await watch.look() == 1
    assert await cases.listed("open") == []

    later = until + timedelta(minutes=1)
    assert "✔" not in (await _asked(stage, place, at=later)).text
    assert await watch.look(now=later) == 1
    (concern,) = await kept.needing_attention(later)
    assert concern.concern == "expired"
    (case,) = await cases.listed("open")
    assert case.standard_answer_id == proposal.standard_answer_id


async def test_a_newer_message_that_says_otherwise_stops_it_until_an_operator_has_looked(stage: Stage) -> None:
    place, private = channel("cafeteria"), channel("chefs", "private")
    database = stage.application.database
    kept, watch = StandardAnswers(database), WatchingStandardAnswers(database)
    await stage.tell(
        opened(private, (person("Bo"),)),
        posted(910, "The cafeteria kitchen opens at 11:30", place=place, minutes=_minutes_from_now(-60)),
    )
    proposed = await kept.propose(
        question="When does the cafeteria kitchen open?", text="At 11:30.", proposed_by="console:Ann",
        channel_ids=[place.channel_id],
    )  # fmt: skip
    await kept.approve(proposed, owner="Maya")
    moment = _minutes_from_now(1)
    await stage.tell(
        posted(911, "The cafeteria kitchen was busy today", place=place, minutes=moment),
        posted(912, "Does the cafeteria kitchen now open at 12:30?", place=place, minutes=moment + 1),
        posted(913, "The cafeteria kitchen now opens at 10:00", place=private, minutes=moment + 2),
    )
    await watch.look()
    assert await kept.standing(proposed, datetime.now(UTC)) is not None, "asking and private words contest nothing"

    await stage.tell(posted(914, "The cafeteria kitchen now opens at 12:30", place=place, minutes=moment + 3))
    await watch.look()
    assert await kept.standing(proposed, datetime.now(UTC)) is None
    found = [one for one in await kept.needing_attention(datetime.now(UTC)) if one.record_id == record(914)]
    assert [one.concern for one in found] == ["contradicted"]


@pytest.mark.parametrize(
    ("number", "head", "by", "emoji"),
    [
        (920, "What is the code of the bike room?", "Cem", "✅"),
        (925, "I will be late on Monday", "Ann", "✅"),
        (930, "What is the code of the bike room?", "Ann", "tada"),
    ],
)
async def test_a_tick_of_somebody_else_on_talk_or_another_emoji_proposes_nothing(
    stage: Stage, number: int, head: str, by: str, emoji: str
) -> None:
    place = channel(f"ticks-{number}")
    now = _minutes_from_now(-60)
    before = len(await StandardAnswers(stage.application.database).listed("proposed"))
    await stage.tell(
        posted(number, head, author="Ann", place=place, minutes=now),
        posted(number + 1, "It is 7788", author="Bo", place=place, thread=number, minutes=now + 1),
        _ticked(number + 1, by=by, emoji=emoji),
    )
    assert len(await StandardAnswers(stage.application.database).listed("proposed")) == before


async def test_a_tick_taken_away_takes_the_proposal_with_it_and_an_edit_reaches_it(stage: Stage) -> None:
    place = channel("away")
    kept = StandardAnswers(stage.application.database)
    now = _minutes_from_now(-60)
    before = {one.standard_answer_id for one in await kept.listed("proposed")}
    await stage.tell(_ticked(941, by="Bo", emoji="white_check_mark"))
    await stage.tell(
        posted(941, "At the reception", author="Bo", place=place, thread=940, minutes=now + 1),
        posted(940, "@拾光 where do I get a badge?", author="Ann", place=place, minutes=now),
    )
    (proposal,) = [one for one in await kept.listed("proposed") if one.standard_answer_id not in before]
    assert (proposal.question, proposal.text) == ("where do I get a badge?", "At the reception")
    await stage.tell(edited(941, "At the front desk", minutes=now + 5))
    assert (await kept.get(proposal.standard_answer_id)).text == "At the front desk"
    await stage.tell(_ticked(941, by="Bo", emoji="white_check_mark", present=False))
    assert {one.standard_answer_id for one in await kept.listed("proposed")} == before


async def test_asked_in_other_words_it_is_named_given_for_a_yes_and_known_in_these_words_from_then_on(
    stage: Stage,
) -> None:
    """Invariants 3 and 4: given to nobody who may not see the answer beside, and gone with its source."""
    place, other = channel("rooms", "private"), channel("rooms-elsewhere", "private")
    ann = person("Ann")
    kept, now = StandardAnswers(stage.application.database), _minutes_from_now(-60)
    await stage.tell(
        opened(place, (ann, person("Bo"))),
        opened(other, (person("Bo"), person("Cem"))),
        posted(990, "大会议室在行政系统里预订", author="Bo", place=place, minutes=now),
        posted(991, "预订会议室", author="Ann", place=place, minutes=now + 1),
    )
    this = await kept.propose(
        question="大会议室怎么预订？", text="在行政系统里订 [1]。", proposed_by="console:Bo", channel_ids=[],
        sources=[StandardSource(n=1, record_id=record(990))],
    )  # fmt: skip
    await kept.approve(this, owner="Maya")

    def said(where: ChannelRef = place) -> Utterance:
        return Utterance(
            kind="mention", text="预订会议室", channel=where, person=ann, record_id=record(991), thread_id=None,
            said_at=datetime.now(UTC),
        )  # fmt: skip

    asked = RecordingReply()
    await stage.host.converse(said(), asked)
    beside = asked.answer
    assert beside.meant == "大会议室怎么预订？"
    assert "✔" not in beside.text
    with pytest.raises(NotPermitted):
        await stage.host.meant(beside.answer_id, replace(said(), person=person("Zoe")), RecordingReply())
    with pytest.raises(NotFound):
        await stage.host.meant(beside.answer_id, replace(said(other), person=person("Bo")), RecordingReply())

    yes = RecordingReply()
    assert await stage.host.meant(beside.answer_id, said(), yes)
    assert yes.answer.text.startswith("在行政系统里订 [1]。\n✔ 标准答案，Maya 于 ")
    assert not await stage.host.meant(beside.answer_id, said(), RecordingReply()), "twice is once"
    assert (await stage.host.answer(beside.answer_id) or beside).meant == "大会议室怎么预订？"

    await kept.add_confirmed(this, beside.answer_id, operator="Maya")
    again = RecordingReply()
    await stage.host.converse(said(), again)
    assert again.answer.text == yes.answer.text

    await stage.tell(deleted(990, minutes=_minutes_from_now()))
    shown = await stage.host.answer(beside.answer_id)
    assert shown is not None
    assert shown.meant == ""
    with pytest.raises(NotFound):
        await stage.host.meant(beside.answer_id, said(), RecordingReply())
