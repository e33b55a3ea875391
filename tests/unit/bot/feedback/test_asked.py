"""What people ask most and what is missing, and that nobody's own chats are read out."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import select, update

from bot.application import Application
from bot.feedback.asked import Asked
from bot.feedback.gaps import Gaps
from bot.feedback.periods import Period
from bot.feedback.question_groups import QuestionGroups
from bot.truth.database import Database
from bot.truth.tables import (
    AnswerRow,
    CaseAnswerRow,
    CaseRow,
    ChannelHistoryRow,
    QuestionVectorRow,
    SignRow,
    VerdictRow,
)
from tests.builders import START, deleted, posted
from tests.quick_application import archive
from tests.unit.bot.feedback.asked import asked, taken_in
from tests.unit.bot.feedback.use_of import answer, sign, verdict, write

PERIOD = Period(since=START, until=START + timedelta(days=3), zone=ZoneInfo("Asia/Shanghai"))


def question(answer_id: str, words: str, group: str, *, minutes: int = 0, **more: Any) -> dict[str, Any]:
    """A question of a group."""
    found: dict[str, Any] = answer(answer_id, START + timedelta(minutes=minutes), question=words, **more)
    return found | {"question_group": group}


def close_to(direction: int, likeness: float = 1.0) -> bytes:
    """A vector that far from a direction, towards the next one."""
    vector = np.zeros(8, np.float32)
    vector[direction], vector[direction + 1] = likeness, np.sqrt(1 - likeness**2)
    return vector.astype("<f2").tobytes()


async def about(database: Database, answer_id: str, direction: int, likeness: float = 1.0) -> None:
    """What a question is about."""
    row = {"answer_id": answer_id, "embedding_model": "m", "vector": close_to(direction, likeness)}
    await write(database, QuestionVectorRow, [row])


async def test_questions_that_ask_the_same_count_together(use: Database) -> None:
    await write(
        use,
        AnswerRow,
        [
            question("q1", "When is the launch?", "g1"),
            question("q2", "what day do we launch", "g1", who="bo", minutes=5, reason="nothing_found"),
            question("q3", "When is the launch?", "g1", who="bo", minutes=9, standard_answer_id="s1"),
            question("q4", "Where is the guide?", "g2", who="cy", where="people"),
            question("late", "When is the launch?", "g1", minutes=60 * 24 * 5),
            question("none", "", "g1") | {"question_group": None},
        ],
    )
    await write(use, VerdictRow, [verdict("q1", "ann", "up"), verdict("q2", "bo", "down"), verdict("late", "bo", "up")])
    first, second = await Asked(use).top(PERIOD)
    assert (first.asked, first.people, first.abstained, first.curated, first.up, first.down) == (3, 2, 1, 1, 1, 1)
    assert [one.question for one in first.wordings.asked] == ["When is the launch?", "what day do we launch"]
    assert [one.answer_id for one in first.wordings.asked] == ["q3", "q2"]
    assert first.wordings.words[0].lower() == "launch"
    assert (second.group, second.asked, second.liked.rate) == ("g2", 1, None)
    assert await Asked(use).left_out(PERIOD) == 1
    assert [one.group for one in await Asked(use).top(PERIOD, channel_id="people")] == ["g2"]


async def test_invariant_4_what_one_person_asks_alone_with_the_bot_is_not_told(use: Database) -> None:
    await write(
        use,
        AnswerRow,
        [
            question("q1", "How do I resign quietly?", "g1", where="dm-ann", reason="nothing_found"),
            question("q2", "How do I resign today?", "g1", where="dm-ann", minutes=1, reason="nothing_found"),
            question("q3", "parental leave rules for Ann", "g2", where="dm-ann", reason="nothing_found"),
            question("q4", "parental leave, how long", "g2", who="bo", where="dm-bo", reason="nothing_found"),
        ],
    )
    [top] = await Asked(use).top(PERIOD)
    [gap] = await Gaps(use).found(PERIOD)
    for told in (top, gap):
        assert told.people == 2
        assert told.wordings.asked == ()
        assert told.wordings.words == ("parental leave",)
    assert gap.channel_ids == ()


async def test_gaps_of_one_subject_with_what_to_do(use: Database) -> None:
    await write(
        use,
        AnswerRow,
        [
            question("v1", "How do I get VPN access?", "g1", reason="nothing_found"),
            question("v2", "VPN does not connect", "g2", who="bo", minutes=1, reason="not_in_records"),
            question("v3", "VPN access please", "g1", who="cy", minutes=2, where="people", reason="nothing_found"),
            question("p1", "Who repairs the printer?", "g3", who="bo", minutes=3, reason="not_in_records"),
            question("ok", "When is the launch?", "g4"),
            question("slow", "Why is it slow?", "g5", reason="model_timeout"),
        ],
    )
    await about(use, "v1", 0)
    await about(use, "v2", 0, 0.8)
    await about(use, "v3", 0)
    await about(use, "p1", 4)
    await write(use, SignRow, [sign("v2", "cy", "answered_by_person", "m1"), sign("p1", "cy", "opened")])
    await write(use, CaseRow, [{"case_id": "k1", "state": "open", "opened_at": START, "changed_at": START}])
    await write(use, CaseAnswerRow, [{"answer_id": "v1", "case_id": "k1", "causes": [], "added_at": START}])
    await write(use, ChannelHistoryRow, [{"channel_id": "people", "partial": True, "changed_at": START}])
    vpn, printer = await Gaps(use).found(PERIOD)
    assert (vpn.asked, vpn.people, set(vpn.groups)) == (3, 3, {"g1", "g2"})
    assert vpn.wordings.words[0] == "VPN"
    assert vpn.reasons == {"nothing_found": 2, "not_in_records": 1}
    assert (vpn.case_id, vpn.replies, vpn.partial_channels) == ("k1", 1, ("people",))
    assert vpn.steps == ("use_reply", "complete_channel", "invite", "upload", "write")
    assert (printer.asked, printer.replies, printer.steps) == (1, 0, ("write",))


async def test_of_many_gaps_those_of_most_people_are_looked_at_with_their_latest_open_case(
    use: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.feedback.gaps._MOST_GROUPS", 2)
    failed = [
        question(f"{group}{minutes}", f"{group}?", group, who=who, minutes=minutes, reason="nothing_found")
        for group, people in (("alone", "aaa"), ("some", "ab"), ("most", "abc"))
        for minutes, who in enumerate(people)
    ]
    await write(use, AnswerRow, failed)
    changed = {"early": ("open", 0), "late": ("open", 2), "latest": ("dismissed", 3)}
    await write(
        use,
        CaseRow,
        [
            {"case_id": case, "state": state, "opened_at": START, "changed_at": START + timedelta(minutes=minutes)}
            for case, (state, minutes) in changed.items()
        ],
    )
    cases = zip(("most0", "most1", "most2"), ("late", "early", "latest"), strict=True)
    rows = [{"answer_id": answer, "case_id": case, "causes": [], "added_at": START} for answer, case in cases]
    await write(use, CaseAnswerRow, rows)
    most, some = await Gaps(use).found(PERIOD)
    assert [(one.groups, one.asked, one.case_id) for one in (most, some)] == [
        (("most",), 3, "late"),
        (("some",), 2, None),
    ]


@pytest.fixture
async def in_use(application: Application) -> Application:
    """Three ways to ask the same, and another question, taken in as they are in life."""
    await asked(application, "a1", "When is the launch of the app?", by="Ann")
    await asked(application, "a2", "when is the launch of the app", by="Bo", minutes=20)
    await asked(application, "a3", "When is the launch of version 2?", by="Bo", minutes=30)
    await asked(application, "a4", "Who waters the plants?", by="Cy", minutes=40)
    await taken_in(application)
    return application


async def _groups(application: Application) -> dict[str, str | None]:
    statement = select(AnswerRow.answer_id, AnswerRow.question_group)
    async with application.database.read() as connection:
        return dict((await connection.execute(statement)).all())


async def test_questions_are_grouped_as_they_come_in(in_use: Application) -> None:
    groups = await _groups(in_use)
    assert groups["a1"] == groups["a2"] == "a1"
    assert groups["a3"] == "a3", "version 2 is not version 1"
    assert groups["a4"] == "a4"
    await asked(in_use, "a5", "When is the launch of the app??", by="Cy", minutes=50)
    await taken_in(in_use)
    assert (await _groups(in_use))["a5"] == "a1"


async def test_groups_are_known_again_after_a_restart(in_use: Application) -> None:
    again = QuestionGroups(in_use.database, in_use.taking_in.vectors, embedding_model=in_use.embedder.spec.identity)
    async with in_use.database.begin() as connection:
        await connection.execute(update(AnswerRow).where(AnswerRow.answer_id == "a2").values(question_group=None))
    await again.take_in(["a2"])
    await again.take_in(["a2", "unknown"])
    assert (await _groups(in_use))["a2"] == "a1"


async def test_invariant_3_a_deleted_question_is_in_no_group(application: Application) -> None:
    await archive(application, posted(1, "When is the launch?", author="Ann"))
    await asked(application, "a1", "When is the launch?", by="Ann", record_id="m1")
    await taken_in(application)
    period = Period(since=START, until=START + timedelta(days=1), zone=ZoneInfo("Asia/Shanghai"))
    assert len(await Asked(application.database).top(period)) == 1
    await archive(application, deleted(1))
    await taken_in(application)
    assert await Asked(application.database).top(period) == []
    assert await Asked(application.database).left_out(period) == 1
