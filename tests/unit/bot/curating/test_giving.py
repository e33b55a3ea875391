"""Standard answers: proposed, approved, given before the model is asked, to nobody who may not read their source."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.application import Application
from bot.curating.giving import MODEL
from bot.curating.matching import Match, Matching
from bot.curating.standard_answers import EVERYBODY, StandardAnswers, StandardSource
from bot.errors import BadInput, NotFound
from bot.llm.scripted import ScriptedModel
from bot.truth.tables import StandardAnswerRow
from connectors.connector import Answer, Utterance
from connectors.events import ChannelRef, FileRef, RecordId
from knowledge.passage import Audience, ChannelId
from tests.builders import channel, deleted, edited, opened, person, posted, record
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

NOW = datetime(2127, 1, 1, tzinfo=UTC)
"""Later than any day on which this is run: nothing is approved until a day that is past."""
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


async def test_every_source_is_cited_and_the_mark_is_in_the_language_of_who_asks(application: Application) -> None:
    """Of a page of a file what the page says is quoted, once it is read."""
    await archive(
        application,
        posted(2, "the plan of the floor", author="Bo", files=(await _shared(application, "plan.txt", "Router: 12"),)),
    )
    kept = StandardAnswers(application.database)
    added = await kept.propose(
        question=QUESTION,
        text="At the door [1].",
        proposed_by="console:Ann",
        channel_ids=[],
        variants=["Wi-Fi 密码是多少？"],
        sources=[
            StandardSource(n=1, record_id="m1"),
            StandardSource(n=4, record_id="m2", file_id="m2|plan.txt", page=None),
        ],
    )
    await kept.approve(added, owner="Maya", operator="Bo")
    answer = await _ask(application, "Wi-Fi 密码是多少？")
    assert answer.text.startswith("At the door [1]. [4]\n✔ 标准答案，Maya 于 20")
    assert [(one.n, one.record_id, one.file_name) for one in answer.citations] == [
        (1, "m1", None),
        (4, "m2", "plan.txt"),
    ]
    assert answer.citations[1].quote == "Router: 12"
    stored = await application.answers.get(answer.answer_id)
    assert [(source.n, source.file_id, source.cited) for source in stored.sources] == [
        (1, None, True),
        (4, "m2|plan.txt", True),
    ]
    draft = await kept.from_answer(answer.answer_id)
    assert (draft.text, draft.standard_answer_id) == ("At the door [1]. [2]", added)
    assert [(source.n, source.record_id) for source in draft.sources] == [(1, "m1"), (2, "m2")]


async def test_a_setting_narrows_who_is_given_it_and_never_lets_in_who_may_not_read_a_source(
    application: Application,
) -> None:
    """No leak: everybody may be given only what rests on nothing."""
    board, launch = ChannelId("console:board"), ChannelId("console:launch")
    await archive(application, posted(7, "The code is 4410", author="Bo", place=channel("board", "private")))
    kept = StandardAnswers(application.database)
    added = await kept.propose(
        question=QUESTION, text="4410", proposed_by="console:Bo", channel_ids=[EVERYBODY],
        sources=[StandardSource(n=1, record_id="m7")],
    )  # fmt: skip
    await kept.approve(added, owner="Bo")
    matching = Matching(kept, application.embedder)
    assert await matching.find(QUESTION, audience=LAUNCH, now=NOW) is None
    assert await matching.find(QUESTION, audience=Audience(frozenset({board})), now=NOW) is not None
    one = await kept.get(added)
    await kept.edit(
        added, question=one.question, variants=(), text=one.text, sources=one.sources, channel_ids=[str(launch)],
        owner="Bo", valid_until=None, operator="Bo",
    )  # fmt: skip
    assert await matching.find(QUESTION, audience=Audience(frozenset({board})), now=NOW) is None
    assert await matching.find(QUESTION, audience=Audience(frozenset({board, launch})), now=NOW) is not None


async def test_it_is_looked_at_again_at_the_moment_of_giving(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _approved(application)
    match = Matching.match

    async def match_slowly(self: Matching, question: str, **given: Any) -> Match | None:
        found = await match(self, question, **given)
        await archive(application, edited(1, "It hangs at the window now", minutes=60 * 24 * 365))
        return found

    monkeypatch.setattr(Matching, "match", match_slowly)
    answer = await _ask(application, QUESTION, script=("It hangs at the window [1].",))
    assert "✔" not in answer.text


async def test_of_what_an_operator_writes_each_mark_has_its_source_and_somebody_its_reader(
    application: Application,
) -> None:
    kept = StandardAnswers(application.database)
    added = await kept.propose(question="Q?", text="See [1] and [2]", proposed_by="console:Ann", channel_ids=[])
    assert (await kept.get(added)).text == "See (1) and (2)", "what people wrote in brackets is no citation"
    with pytest.raises(BadInput):
        await kept.approve(added, owner="Maya")
    change: dict[str, Any] = {
        "question": "Q?", "variants": [], "text": "So [1].", "sources": [], "channel_ids": ["*"], "owner": "Maya",
        "valid_until": None, "operator": "Maya",
    }  # fmt: skip
    for wrong in ({}, {"text": "So.", "channel_ids": []}):
        with pytest.raises(BadInput):
            await kept.edit(added, **{**change, **wrong})
    for unknown in (
        {"sources": [StandardSource(n=1, record_id="m99")]},
        {"text": "So.", "channel_ids": ["console:nowhere"]},
        {"sources": [StandardSource(n=1, record_id="m1", file_id="m1|none")]},
    ):
        with pytest.raises(NotFound):
            await kept.edit(added, **{**change, **unknown})
    with pytest.raises(BadInput):
        await kept.edit(added, **{**change, "sources": [StandardSource(n=1, record_id="m1")] * 2})
    assert (await kept.get(added)).text == "See (1) and (2)", "what is refused changes nothing"
    with pytest.raises(BadInput):
        await kept.approve(added, owner="Maya", valid_until=datetime(2020, 1, 1, tzinfo=UTC))


async def _shared(application: Application, name: str, text: str) -> FileRef:
    async def chunks() -> AsyncIterator[bytes]:
        yield text.encode()

    sha256, size = await application.file_store.put(chunks())
    return FileRef(file_id=RecordId(name), name=name, media_type="text/plain", size_bytes=size, sha256=sha256)
