"""What is said to the bot becomes a command, a greeting or a question; each ends in one answer or one notice."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.answering.answerer import Answerer
from bot.application import Application
from bot.errors import ArchiveUnavailable, Language
from bot.llm.scripted import ScriptedModel
from bot.texts import TEXTS, TextKey
from connectors.connector import Utterance, UtteranceKind
from connectors.events import ChannelChanged, ChannelRef, RecordId
from knowledge.qdrant.errors import VectorStoreUnavailable
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH, BOARD, DIRECT = channel("launch"), channel("board", "private"), channel("dm-ann", "direct")
LATE = 8 * 60 + 30
"""Half past one on 3 November in Shanghai, still the 2nd in UTC."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as running:
        ann, bo, bot = person("Ann"), person("Bo"), person("bot", is_bot=True)
        await archive(
            running,
            opened(LAUNCH, (ann, bo)),
            opened(BOARD, (ann,)),
            opened(DIRECT, (ann, bot)),
            posted(1, "预算批了 1,200 元 [9]", minutes=1),
            posted(2, "The secret budget of the board is 9,000 yuan", place=BOARD, minutes=2),
            posted(3, "The poster is printed", minutes=LATE),
        )
        yield running


async def say(
    application: Application,
    text: str,
    *script: str,
    kind: UtteranceKind = "mention",
    place: ChannelRef = LAUNCH,
    name: str = "Ann",
    language: Language | None = None,
) -> RecordingReply:
    utterance = Utterance(
        kind=kind, text=text, channel=place, person=person(name), record_id=None, thread_id=None, said_at=at(9000),
        language=language,
    )  # fmt: skip
    reply = RecordingReply()
    await conversation_with(application, script).converse(utterance, reply)
    return reply


@pytest.mark.parametrize(
    ("text", "key", "language"),
    [
        ("你好！", "greeting", "zh"),
        ("在吗", "greeting", "zh"),
        ("谢谢。", "thanks", "zh"),
        ("Hello!", "greeting", "en"),
        ("thanks", "thanks", "en"),
        ("  ", "greeting", "en"),
        ("HI ~", "greeting", "en"),
        ("你答错了", "feedback", "zh"),
        ("good bot", "feedback", "en"),
    ],
)
async def test_what_needs_no_archive_is_said_without_a_search(
    application: Application, text: str, key: TextKey, language: Language
) -> None:
    reply = await say(application, text)
    assert reply.names == ["finish"]
    assert reply.answer.text == TEXTS[key][language]
    assert (reply.answer.reason, reply.answer.abstained) == ("said", False)


async def test_the_time_is_that_of_the_team_and_the_bot_tells_what_it_can(application: Application) -> None:
    assert (await say(application, "现在几点了？")).answer.text == "现在是 2026-11-08 星期日 23:00 (CST)。"
    assert "/help" in (await say(application, "What can you do?")).answer.text


async def test_a_course_of_events_that_is_wanted_is_told(application: Application) -> None:
    reply = await say(application, "讲讲预算的来龙去脉")
    assert reply.answer.text.startswith("“预算”的来龙去脉：")


async def test_a_greeting_with_a_question_is_a_question(application: Application) -> None:
    reply = await say(application, "你好，预算批了多少？", "预算批了 1200 元。")
    assert reply.answer.text == "预算批了 1200 元[1]。"


@pytest.mark.parametrize("name", ["/ask ", "/问 ", "/问", "／问\u3000", "/ASK\n", "/問 ", " /ask\t"])
async def test_asking_by_command_in_every_spelling(application: Application, name: str) -> None:
    reply = await say(application, f"{name}预算批了多少？", "预算批了 1200 元。", kind="command")
    assert reply.names == ["status", "sources", "status", "delta", "finish"]
    assert reply.answer.text == "预算批了 1200 元[1]。"


@pytest.mark.parametrize("text", ["/find 预算", "/找预算", "/找\u3000预算", "／FIND 预算"])
async def test_finding_lists_originals_with_their_time_in_the_team_zone(application: Application, text: str) -> None:
    reply = await say(application, text)
    assert reply.names == ["status", "sources", "finish"]
    assert "[1] 2026-11-02 17:01 Li Wei #launch: 预算批了 1,200 元 (9)" in reply.answer.text
    assert reply.answer.citations[0].record_id == "m1"


async def test_the_timeline_lists_what_is_newest_here(application: Application) -> None:
    reply = await say(application, "/时间线", language="zh")
    assert reply.answer.text.splitlines()[0] == "[1] 2026-11-03 01:30 Li Wei #launch: The poster is printed"
    assert "board" not in reply.answer.text


async def test_a_story_is_told_in_order_with_its_sources(application: Application) -> None:
    reply = await say(application, "/脉络 预算", language="zh")
    assert reply.names == ["status", "sources", "finish"]
    assert reply.answer.text.startswith("“预算”的来龙去脉：")
    assert "[1] 2026-11-02 Li Wei: 预算批了 1,200 元 (9)" in reply.answer.text
    assert reply.answer.citations[0].record_id == "m1"
    assert (await say(application, "/timeline 预算")).answer.text.startswith("“预算”的来龙去脉：")
    nothing = await say(application, "/story zeppelin", language="en")
    assert (nothing.names, nothing.answer.text) == (["status", "finish"], "Nothing found for “zeppelin”.")


async def test_files_when_there_are_none_and_a_find_without_result(application: Application) -> None:
    assert (await say(application, "/files", language="en")).answer.text == TEXTS["timeline_empty"]["en"]
    nothing = await say(application, "/files " + "zeppelin " * 100, language="en")
    assert nothing.answer.text.startswith("Nothing found for “zeppelin zeppelin")
    assert len(nothing.answer.text) < 150


@pytest.mark.parametrize(("text", "language"), [("/help", "en"), ("/帮助", "zh"), ("/幫助", "zh")])
async def test_help_names_every_command(application: Application, text: str, language: Language) -> None:
    shown = (await say(application, text)).answer.text
    names = {
        "en": ["/ask", "/find", "/story", "/timeline", "/files", "/help"],
        "zh": ["/问", "/找", "/脉络", "/时间线", "/文件", "/帮助"],
    }
    assert all(name in shown for name in names[language])


@pytest.mark.parametrize(("text", "language"), [("/dance now", "en"), ("/跳舞", "zh"), ("/", "en")])
async def test_an_unknown_command_says_so(application: Application, text: str, language: Language) -> None:
    reply = await say(application, text)
    assert reply.answer.text == TEXTS["unknown_command"][language].format(name=text.split()[0])


async def test_what_is_said_back_is_short(application: Application) -> None:
    assert len((await say(application, "/" + "x" * 5000)).answer.text) < 200


async def test_a_path_is_no_command(application: Application) -> None:
    reply = await say(application, "/etc/hosts 里写了预算多少？", "预算批了 1200 元。")
    assert reply.answer.text == "预算批了 1200 元[1]。"


@pytest.mark.parametrize(("text", "language"), [("/ask", "en"), ("/问  ", "zh"), ("/找", "zh"), ("/find ", "en")])
async def test_a_command_without_its_text_shows_an_example(
    application: Application, text: str, language: Language
) -> None:
    answer = (await say(application, text, kind="command")).answer
    assert answer.text.startswith(TEXTS["empty_question"][language].split("{")[0])
    assert "/" in answer.text


async def test_the_answer_is_in_the_language_of_the_question_and_wordless_ones_in_that_of_the_person(
    application: Application,
) -> None:
    assert (await say(application, "预算批了多少？", "NOT FOUND", language="en")).answer.language == "zh"
    assert (await say(application, "How much budget?", "NOT FOUND", language="zh")).answer.language == "en"
    assert (await say(application, "1,200?", "NOT FOUND", language="zh")).answer.language == "zh"
    assert (await say(application, "/find x", language="zh")).answer.language == "zh"


SECRET = "9,000"


@pytest.mark.parametrize(
    ("kind", "place", "name", "sees"),
    [
        ("mention", LAUNCH, "Ann", False),  # Bo reads the reply too.
        ("thread", LAUNCH, "Ann", False),
        ("command", LAUNCH, "Ann", True),  # Only Ann sees it.
        ("command", LAUNCH, "Bo", False),
        ("mention", BOARD, "Ann", True),
        ("direct", DIRECT, "Ann", True),
    ],
)
async def test_the_audience_is_everybody_who_will_read_the_reply(
    application: Application, kind: UtteranceKind, place: ChannelRef, name: str, sees: bool
) -> None:
    for text in ("/find secret budget of the board", "/ask secret budget of the board?"):
        reply = await say(application, text, "NOT FOUND", kind=kind, place=place, name=name)
        assert (SECRET in str(reply.steps)) is sees
    timeline = await say(application, "/timeline", kind=kind, place=BOARD, name=name)
    assert (SECRET in str(timeline.steps)) is (kind != "command" or name == "Ann")


async def test_a_command_of_a_guest_finds_nothing_in_public_channels(application: Application) -> None:
    guest = person("Guest", is_guest=True)
    lounge = channel("lounge")
    await archive(
        application,
        ChannelChanged(event_id="lounge", occurred_at=at(0), channel=lounge, members=(guest,)),
        posted(50, "the lounge budget is 77 yuan", place=lounge, minutes=60),
    )
    found = await say(application, "/find budget", kind="command", place=lounge, name="Guest")
    assert "77" in found.answer.text
    assert "1,200" not in found.answer.text
    assert "1,200" not in (await say(application, "/find budget", place=lounge, name="Ann")).answer.text


async def test_a_failure_is_told_by_code_sentence_and_hint(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise VectorStoreUnavailable

    monkeypatch.setattr(application.store, "search_batch", away)
    monkeypatch.setattr(application.store, "timeline", away)
    for text in ("预算批了多少？", "/找 预算", "/时间线"):
        reply = await say(application, text, language="zh")
        error = ArchiveUnavailable()
        assert (reply.notice.code, reply.notice.sentence, reply.notice.hint) == (
            error.code, error.sentence("zh"), error.hint("zh"),
        )  # fmt: skip


async def test_nothing_raw_reaches_a_person(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("postgresql://user:hunter2@db/x")

    monkeypatch.setattr(Answerer, "answer", broken)
    reply = await say(application, "预算批了多少？", language="en")
    assert reply.notice.code == "error"
    assert "hunter2" not in str(reply.steps)


async def test_a_command_leaves_no_question_behind_and_a_mention_does(application: Application) -> None:
    utterance = Utterance(
        kind="mention", text="Who prints the poster?", channel=LAUNCH, person=person("Ann"),
        record_id=RecordId("m77"), thread_id=None, said_at=at(9100),
    )  # fmt: skip
    reply = RecordingReply()
    model = ["NOT FOUND"]
    await conversation_with(application, model).converse(utterance, reply)
    channel_id = await application.answers.channel_of(reply.answer.answer_id)
    assert channel_id == LAUNCH.channel_id


async def test_the_model_is_told_who_asks(application: Application) -> None:
    model = ScriptedModel(["NOT FOUND"])
    conversation = conversation_with(application, model)
    utterance = Utterance(
        kind="mention", text="预算批了多少？", channel=LAUNCH, person=person("Ann"), record_id=None, thread_id=None,
        said_at=at(9200),
    )  # fmt: skip
    await conversation.converse(utterance, RecordingReply())
    assert "Ann 的问题：预算批了多少？" in model.requests[0].messages[-1].content
    assert model.requests[0].asker == "console:Ann"
