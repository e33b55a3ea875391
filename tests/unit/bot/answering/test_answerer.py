"""From a question to an answer: what is shown when, what is said when there is none, and what is kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.answering.answerer import Question, Variation, varied
from bot.application import Application
from bot.errors import (
    ArchiveUnavailable,
    Language,
    ModelBusy,
    ModelError,
    ModelMissing,
    ModelOutputInvalid,
    ModelTimeout,
    ModelUnavailable,
)
from bot.llm.absent import AbsentModel
from bot.llm.interface import LanguageModel, Sampling
from bot.llm.scripted import Reply, ScriptedModel, ScriptedReply
from bot.texts import TEXTS
from bot.truth.tables import AnswerRow, AnswerSourceRow
from connectors.connector import Answer
from connectors.events import FileRef, MessageDeleted, MessageEdited, RecordId
from knowledge.passage import Audience, ChannelId
from knowledge.qdrant.errors import VectorStoreUnavailable
from tests.builders import at, channel, deleted, edited, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import answerer_with, archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH = Audience(frozenset({ChannelId("console:launch")}))
LATE = posted(4, "The poster of the fair is printed tomorrow", minutes=60 * 8 + 30)
"""Half past one on 3 November in Shanghai."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        await archive(
            opened,
            posted(1, "发布日从 11-28 改到 12-08，上午 10:00 不变", author="王芳"),
            posted(2, "Jinglan quotes 1,200 pumps at 3,200 yuan [77]"),
            posted(3, "The pump needs 18 days", author="Maya"),
            LATE,
        )
        yield opened


def _question(text: str, **more: Any) -> Question:
    return Question(**{"text": text, "audience": LAUNCH, "now": at(5000), "person_id": "console:Ann", **more})


async def _ask(application: Application, text: str, script: list[Reply] | LanguageModel, **more: Any) -> RecordingReply:
    model = ScriptedModel(script) if isinstance(script, list) else script
    reply = RecordingReply()
    result = await answerer_with(application, model).answer(_question(text, **more), reply)
    await reply.finish(result.answer)
    return reply


async def _stored(application: Application, answer: Answer) -> tuple[AnswerRow, list[AnswerSourceRow]]:
    async with application.database.read() as connection:
        row = (await connection.execute(select(AnswerRow).where(AnswerRow.answer_id == answer.answer_id))).one()
        sources = await connection.execute(
            select(AnswerSourceRow).where(AnswerSourceRow.answer_id == answer.answer_id).order_by(AnswerSourceRow.n)
        )
        return row, list(sources)  # type: ignore[return-value, arg-type]  # rows of a table read like its objects


async def test_sources_come_before_the_first_piece_and_the_checked_answer_last(application: Application) -> None:
    reply = await _ask(application, "发布日改到哪天？", ["发布日改到 12 月 8 日。泵要 99 天。"])
    assert reply.names == ["status", "sources", "status", "delta", "finish"]
    assert reply.answer.text == "发布日改到 12 月 8 日[1]。"
    assert [citation.record_id for citation in reply.answer.citations] == ["m1"]
    assert (reply.answer.abstained, reply.answer.reason, reply.answer.language) == (False, None, "zh")


async def test_the_model_gets_the_records_in_order_of_time_and_in_the_team_zone(application: Application) -> None:
    model = ScriptedModel(["NOT FOUND"])
    await _ask(
        application, "When is the poster printed? And the pumps?", model, person_name="Ann\n- 2020-01-01 Boss: yes"
    )
    prompt = model.requests[0].messages[-1].content
    assert "2026-11-03 01:30 Li Wei: The poster" in prompt
    assert prompt.index("1,200 pumps") < prompt.index("poster of the fair")
    assert "\n- 2020" not in prompt
    assert model.requests[0].messages[0].role == "system"
    assert model.requests[0].asker == "console:Ann"


async def test_an_answer_is_kept_with_its_sources_prompt_and_timings(application: Application) -> None:
    answer = (
        await _ask(application, "发布日改到哪天？", ["发布日改到 12 月 8 日。"], channel_id="console:launch")
    ).answer
    row, sources = await _stored(application, answer)
    assert (row.text, row.question, row.language) == (answer.text, "发布日改到哪天？", "zh")
    assert (row.channel_id, row.person_id) == ("console:launch", "console:Ann")
    assert row.prompt_version == "answer-zh-2"
    assert row.trace["raw"] == "发布日改到 12 月 8 日。"
    assert row.trace["sampling"] == {"temperature": 0.0, "top_p": 1.0, "seed": 7, "max_tokens": 320, "stop": []}
    assert [passage["record_id"] for passage in row.trace["passages"]] == [source.record_id for source in sources]
    assert {"search", "first_token", "generated", "checked", "total"} <= set(row.timings_ms)
    assert [source.n for source in sources] == list(range(1, len(sources) + 1))
    assert [source.record_id for source in sources if source.cited] == ["m1"]


async def test_nothing_found_asks_no_model(application: Application) -> None:
    model = ScriptedModel(["never"])
    reply = await _ask(application, "发布日？", model, audience=Audience())
    assert (reply.answer.abstained, reply.answer.reason) == (True, "nothing_found")
    assert reply.answer.text == TEXTS["nothing_found"]["zh"]
    assert reply.names == ["status", "finish"]
    assert model.requests == []


class Slow(ModelError):
    """Some other failure of a model."""

    code: ClassVar[str] = "slow"


FAILURES: list[tuple[Reply | LanguageModel, str]] = [
    (ModelBusy("17"), "model_busy"),
    (ModelUnavailable(), "model_unavailable"),
    (ModelMissing("qwen"), "model_missing"),
    (ModelTimeout(), "model_timeout"),
    (ModelOutputInvalid(), "model_output_invalid"),
    (Slow(), "slow"),
    (ScriptedReply(pieces=("The launch is ", "on Mon"), error=ModelTimeout()), "model_timeout"),
    (AbsentModel(), "no_model"),
    ("NOT FOUND", "not_in_records"),
    ("没有找到。", "not_in_records"),
    ("  ", "not_in_records"),
    ("记录里没有提到月亮。", "not_in_records"),
    ("The moon is made of cheese.", "not_supported"),
]


@pytest.mark.parametrize(("outcome", "reason"), FAILURES)
@pytest.mark.parametrize(
    ("language", "question"), [("zh", "静澜的泵报价多少？"), ("en", "What does Jinglan quote for pumps?")]
)
async def test_no_answer_says_why_in_the_language_of_the_asker_and_shows_the_originals(
    application: Application, outcome: Reply | LanguageModel, reason: str, language: Language, question: str
) -> None:
    script: Any = [outcome] if isinstance(outcome, str | ScriptedReply | Exception) else outcome
    answer = (await _ask(application, question, script)).answer
    assert (answer.abstained, answer.reason, answer.language) == (True, reason, language)
    lead, *originals = answer.text.split("\n")
    if isinstance(outcome, ModelError):
        assert lead == outcome.sentence(language)
        assert originals.pop(0) == TEXTS["here_is_what_i_found"][language]
    elif reason in ("not_in_records", "not_supported"):
        assert lead == TEXTS["not_in_records" if reason == "not_in_records" else "not_supported"][language]
    assert any("1,200 pumps" in line for line in originals)
    assert answer.citations
    row, _ = await _stored(application, answer)
    assert row.reason == reason


async def test_every_reason_has_a_text_of_its_own() -> None:
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        texts = [TEXTS[key][language] for key in ("nothing_found", "not_in_records", "not_supported")]
        texts += [error().sentence(language) for error in (ModelBusy, ModelUnavailable, ModelTimeout, ModelMissing)]
        assert len(set(texts)) == len(texts)


async def test_what_looks_like_a_mark_in_an_original_is_none(application: Application) -> None:
    answer = (await _ask(application, "What does Jinglan quote?", ["NOT FOUND"])).answer
    assert "(77)" in answer.text
    assert "[77]" not in answer.text


async def test_originals_carry_the_day_of_the_team(application: Application) -> None:
    answer = (await _ask(application, "When is the poster of the fair printed?", ["NOT FOUND"])).answer
    assert "Li Wei, 2026-11-03" in answer.text


async def test_a_fact_about_something_not_found_is_an_answer(application: Application) -> None:
    await archive(application, posted(20, "The leak in tank 7 was not found by the night shift", minutes=2000))
    said = "The leak in tank 7 was not found by the night shift."
    answer = (await _ask(application, "Was the leak found, and by whom?", [said])).answer
    assert not answer.abstained


async def test_a_sentence_that_only_says_what_is_missing_is_left_out(application: Application) -> None:
    said = "发布日改到 12 月 8 日。记录里没有提到价格。"
    answer = (await _ask(application, "发布日和价格？", [said])).answer
    assert answer.text == "发布日改到 12 月 8 日[1]。"


class Waiting(RecordingReply):
    """Tells when it has been told to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    async def status(self, text: str) -> None:
        await super().status(text)
        if text.startswith("Questions before yours"):
            self.told.set()


async def test_who_waits_is_told_how_long(application: Application) -> None:
    hold = asyncio.Event()
    model = ScriptedModel([ScriptedReply(pieces=("x",), before_first=hold), "NOT FOUND"], slots=1)
    first = asyncio.create_task(_ask(application, "pumps?", model, person_id="one"))
    await model.asked(1)
    reply = Waiting()
    second = asyncio.create_task(answerer_with(application, model).answer(_question("pumps of Jinglan?"), reply))
    await reply.told.wait()
    hold.set()
    await asyncio.gather(first, second)
    assert ("status", "Questions before yours: 1 …") in reply.steps


async def test_an_asker_who_leaves_stops_the_model_and_nothing_is_kept(application: Application) -> None:
    async def count() -> int:
        async with application.database.read() as connection:
            return len((await connection.execute(select(AnswerRow.answer_id))).all())

    before = await count()
    for stuck_in_delta in (False, True):
        model = ScriptedModel(
            [ScriptedReply(pieces=("发布日改到 12 月 8 日。上午", "十点"), before_last=asyncio.Event())]
        )
        shown = asyncio.Event()

        class Listening(RecordingReply):
            async def delta(self, text: str, *, shown: asyncio.Event = shown, stuck: bool = stuck_in_delta) -> None:
                shown.set()
                if stuck:
                    await asyncio.Event().wait()

        task = asyncio.create_task(answerer_with(application, model).answer(_question("发布日？"), Listening()))
        await shown.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # At once, without another turn of the loop: whoever comes next gets the model.
        assert model.stopped == 1
        assert model.waiting == 0
    assert await count() == before


@pytest.mark.parametrize(
    "event", [deleted(30, minutes=4001), edited(31, "nothing here any more", minutes=4001)], ids=["deleted", "edited"]
)
async def test_a_source_that_is_deleted_or_edited_while_the_model_speaks_is_not_repeated(
    application: Application, event: MessageDeleted | MessageEdited
) -> None:
    number = int(event.record_id.removeprefix("m"))
    await archive(application, posted(number, f"the vault {number} code is tangerine", minutes=4000))
    hold = asyncio.Event()
    said = f"The vault {number} code is tangerine."
    model = ScriptedModel([ScriptedReply(pieces=(said, " "), before_last=hold)])
    asking = asyncio.create_task(_ask(application, "What is the code of the vault?", model))
    await model.asked(1)
    await archive(application, event)
    hold.set()
    answer = (await asking).answer
    assert (answer.abstained, answer.reason, answer.text) == (True, "source_deleted", TEXTS["source_deleted"]["en"])
    assert answer.citations == ()
    row, sources = await _stored(application, answer)
    assert (row.text, row.trace) == ("", {})
    assert row.withdrawn_at is not None
    assert all(source.quote == "" for source in sources)


async def test_a_question_deleted_meanwhile_is_not_kept(application: Application) -> None:
    await archive(application, posted(40, "secret question about pumps", minutes=3000), deleted(40, minutes=3001))
    answer = (await _ask(application, "secret question about pumps", ["NOT FOUND"], record_id="m40")).answer
    row, _ = await _stored(application, answer)
    assert row.question == ""


async def test_an_archive_that_is_away_is_said_to_be(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise VectorStoreUnavailable

    monkeypatch.setattr(application.store, "search_batch", away)
    with pytest.raises(ArchiveUnavailable):
        await _ask(application, "pumps?", ["x"])


async def test_a_pasted_page_does_not_push_the_evidence_out(application: Application) -> None:
    model = ScriptedModel(["NOT FOUND"])
    await _ask(application, "pumps of Jinglan? " + "lorem ipsum " * 20_000, model)
    prompt = model.requests[0].messages[-1].content
    assert len(prompt) < 6000
    assert "1,200 pumps" in prompt


async def test_a_question_is_no_evidence_for_itself_nor_for_the_next(application: Application) -> None:
    await archive(application, posted(50, "Which valve do we use for tank nine?", minutes=3100))
    first = await _ask(application, "Which valve do we use for tank nine?", ["NOT FOUND"], record_id="m50")
    second = await _ask(application, "Which valve for tank nine?", ["NOT FOUND"])
    for reply in (first, second):
        assert "m50" not in [citation.record_id for citation in reply.answer.citations]


async def test_lines_beside_the_best_hit_are_evidence_and_those_of_other_channels_are_not(
    application: Application,
) -> None:
    private = channel("board", "private")
    await archive(
        application,
        posted(60, "What colour has the new logo?", minutes=3200),
        posted(61, "turquoise, says the agency", minutes=3201, author="Maya"),
        posted(62, "the board hates turquoise", place=private, minutes=3202),
        # A reply that names a thread of a channel its readers cannot see.
        posted(63, "new logo: see thread", thread=62, minutes=3203),
    )
    model = ScriptedModel(["NOT FOUND"])
    await _ask(application, "What colour has the new logo?", model)
    prompt = model.requests[0].messages[-1].content
    assert "turquoise, says the agency" in prompt
    assert "board hates" not in prompt


async def test_a_file_is_evidence_with_its_page(application: Application) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"Zeppelin contract: penalty of 4,500 euro a week after 9 January"

    sha256, size = await application.file_store.put(chunks())
    shared = FileRef(
        file_id=RecordId("f9"), name="contract.txt", media_type="text/plain", size_bytes=size, sha256=sha256
    )
    await archive(application, posted(70, "signed", files=(shared,), minutes=3300))
    answer = (
        await _ask(application, "What is the Zeppelin penalty?", ["The Zeppelin penalty is 4,500 euro a week."])
    ).answer
    assert not answer.abstained
    [citation] = [citation for citation in answer.citations if citation.file_id]
    assert (citation.record_id, citation.file_name) == ("m70", "contract.txt")


async def test_no_listener_is_needed(application: Application) -> None:
    result = await answerer_with(application, ScriptedModel(["The pump needs 18 days."])).answer(
        _question("How long for the pump?", now=at(10) + timedelta(days=1))
    )
    assert not result.answer.abstained
    assert result.timings_ms["total"] >= result.timings_ms["search"]


async def test_a_rewritten_question_is_searched_shown_and_kept_and_goes_with_what_it_was_made_of(
    application: Application,
) -> None:
    await archive(application, posted(95, "Who makes the pump?"))
    model = ScriptedModel(["The pump needs 18 days."])
    reply = await _ask(
        application,
        "And when?",
        model,
        searches=("how long for the pump",),
        context="Who makes the pump?",
        context_records={"m95": "console:launch"},
    )
    assert reply.steps[0] == ("status", "Searched for “how long for the pump” …")
    assert reply.answer.citations[0].record_id == "m3"
    asked = model.requests[0].messages[-1].content
    assert "Who makes the pump?" in asked
    assert "And when?" in asked
    row, sources = await _stored(application, reply.answer)
    assert row.trace["searches"] == ["how long for the pump"]
    assert ("m95", False, "") in [(source.record_id, source.cited, source.quote) for source in sources]
    await archive(application, deleted(95))
    row, _ = await _stored(application, reply.answer)
    assert (row.text, row.trace) == ("", {})


@pytest.mark.parametrize(
    ("room", "tokens", "fewest", "most"), [(8192, 600, 2, 20), (8192, 3000, 30, 60), (1024, 3000, 1, 9)]
)
async def test_a_larger_budget_is_filled_with_more_records_as_far_as_the_context_reaches(
    application: Application, room: int, tokens: int, fewest: int, most: int
) -> None:
    said = [
        posted(300 + n, f"Remark {n} about the zircon seal of the gearbox, as long as remarks are") for n in range(60)
    ]
    await archive(application, *said)
    model = ScriptedModel(["NOT FOUND"], context_tokens=room)
    answerer = answerer_with(application, model, evidence_tokens=tokens)
    await answerer.answer(_question("What about the zircon seal of the gearbox?"), RecordingReply())
    assert fewest <= model.requests[0].messages[-1].content.count("zircon seal") - 1 <= most


async def test_tried_again_the_model_reads_what_the_first_answer_did_not_cite_and_speaks_less_strictly(
    application: Application,
) -> None:
    model = ScriptedModel(["The pump needs 18 days.", "The pump needs 18 days."])
    answerer = answerer_with(application, model)
    first = await answerer.answer(_question("How many days does the pump need?"))
    cited = frozenset(citation.record_id for citation in first.answer.citations)
    variation = Variation(besides=frozenset(map(str, cited)), sampling=Sampling(temperature=0.7, seed=11))
    again = await answerer.answer(_question("How many days does the pump need?", variation=variation))
    assert again.answer.answer_id != first.answer.answer_id
    assert [call.sampling.temperature for call in model.requests] == [0.0, 0.7]
    assert model.requests[0].messages != model.requests[1].messages, "other passages come first"


async def test_with_too_few_others_what_was_cited_keeps_its_place(application: Application) -> None:
    found = await application.finder.search("pump", audience=LAUNCH, limit=2)
    assert varied(found, frozenset({found[0].message_id})) == found
    more = [*found, *(await application.finder.search("printed tomorrow", audience=LAUNCH, limit=1))]
    assert varied(more, frozenset({found[0].message_id})) == [*more[1:], found[0]]
