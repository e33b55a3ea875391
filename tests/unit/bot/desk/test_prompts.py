"""The page of prompts: changed at the desk, tried on past questions, rolled back; and what it refuses."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot.answering.answerer import Question
from bot.application import Application
from bot.desk.auditing import Auditing
from bot.desk.prompts import PromptsPart
from bot.llm.scripted import Reply, ScriptedModel, ScriptedReply, ScriptedRequest
from bot.prompts import PromptKey, shipped_prompt_text
from bot.truth.tables import AnswerRow
from connectors.connector import Answer
from tests.builders import at, channel, deleted, person, posted
from tests.quick_application import archive, quick_application
from tests.unit.bot.desk.conftest import Browser, House
from tests.waiting import eventually

KEY: PromptKey = ("answer", "en")
SHIPPED = shipped_prompt_text(*KEY)
OWN = SHIPPED.text.replace("in one to three short sentences", "as briefly as you can")
THEN = "The launch moved to 8 December. The pump costs 99 yuan."
NOW = "The launch moved to 8 December."


def _spoken(request: ScriptedRequest) -> str:
    return THEN if request.messages[0].content == SHIPPED.text else NOW


class Office:
    """An application with a question asked in a channel, and somebody at its desk."""

    def __init__(self, application: Application, model: ScriptedModel, browser: Browser, viewer: Browser) -> None:
        self.application, self.model, self.browser, self.viewer = application, model, browser, viewer

    async def ask(self, text: str = "When is the launch?") -> Answer:
        audience = await self.application.permissions.of_channel(channel().channel_id)
        question = Question(
            text=text, audience=audience, channel_id=channel().channel_id, person_id="console:Ann", now=at(5000)
        )
        return (await self.application.answerer.answer(question)).answer

    async def tried(self) -> dict[str, Any]:
        """The trial, once it has ended."""

        async def look() -> dict[str, Any] | None:
            trial = (await self.browser.get("prompt-trial"))["trial"]
            return None if trial["state"] == "running" else dict(trial)

        return await eventually(look) or {}

    async def answers(self) -> int:
        async with self.application.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(AnswerRow)) or 0


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    model = ScriptedModel(_spoken)
    async with AsyncExitStack() as stack:
        application = await stack.enter_async_context(quick_application(model))
        await archive(application, posted(1, "the launch moved to 8 December", author="Ann"))
        house = House(application.database, stack)
        part = PromptsPart(
            database=application.database,
            prompts=application.prompts,
            trials=application.prompt_trials,
            model=model,
            settings=application.settings,
        )
        await house.open([part])
        yield Office(application, model, await house.sign_in(), await house.sign_in("Viv", "viewer"))


async def test_a_prompt_changed_at_the_desk_is_what_the_model_gets_next(office: Office) -> None:
    """And its version is stored with the answer; going back works the same way."""
    browser = office.browser
    _, saved = await browser.call("POST", "prompts/answer/en/versions", {"text": OWN})
    assert (saved["version"], saved["state"]) == ("answer-en-custom-1", "draft")
    await office.ask()
    assert await browser.call("PUT", "prompts/answer/en/in-force", {"version": saved["version"]})
    during = await office.ask()
    await browser.call("PUT", "prompts/answer/en/in-force", {"version": SHIPPED.version})
    after = await office.ask()
    assert [request.messages[0].content for request in office.model.requests] == [SHIPPED.text, OWN, SHIPPED.text]
    assert (await office.application.answers.get(during.answer_id)).prompt_version == "answer-en-custom-1"
    assert (await office.application.answers.get(after.answer_id)).prompt_version == SHIPPED.version
    audit = [(one.action, one.target) for one in await Auditing(office.application.database).listed(limit=9)]
    assert audit[:3] == [
        ("prompt_put_in_force", SHIPPED.version),
        ("prompt_put_in_force", "answer-en-custom-1"),
        ("prompt_saved", "answer-en-custom-1"),
    ]
    shown = await browser.get("prompts/answer/en")
    assert [(one["version"], one["state"]) for one in shown["versions"]] == [("answer-en-custom-1", "retired")]
    assert shown["in_force"] == {"version": SHIPPED.version, "text": SHIPPED.text}


async def test_every_prompt_is_listed_with_what_counts(office: Office) -> None:
    await office.browser.call("POST", "prompts/answer/zh/versions", {"text": shipped_prompt_text("answer", "zh").text})
    listed = (await office.viewer.get("prompts"))["prompts"]
    assert [(one["name"], one["language"]) for one in listed[:3]] == [
        ("answer", "zh"),
        ("answer", "en"),
        ("rewrite", "zh"),
    ]
    assert len(listed) == 8
    assert (listed[0]["drafts"], listed[0]["own"], listed[1]["version"]) == (1, False, SHIPPED.version)


async def test_a_text_that_lacks_what_citations_need_is_refused_in_the_operators_language(office: Office) -> None:
    for path in ("prompts/answer/en/versions", "prompts/answer/en/trial"):
        status, body = await office.browser.call("POST", path, {"text": "Be nice."}, Accept_Language="zh")
        assert (status, body["error"]["code"]) == (400, "prompt_refused")
        assert "照抄原文" in body["error"]["sentence"]["zh"]
    assert (await office.browser.get("prompts/answer/en"))["versions"] == []
    assert await office.browser.code("POST", "prompts/poem/en/versions", {"text": OWN}) == (404, "not_found")


async def test_viewers_read_and_change_nothing(office: Office) -> None:
    assert (await office.viewer.get("prompts/answer/en"))["in_force"]["version"] == SHIPPED.version
    for method, path, body in (
        ("POST", "prompts/answer/en/versions", {"text": OWN}),
        ("PUT", "prompts/answer/en/in-force", {"version": SHIPPED.version}),
        ("POST", "prompts/answer/en/trial", {"text": OWN}),
        ("DELETE", "prompt-trial", None),
    ):
        assert await office.viewer.code(method, path, body) == (403, "not_permitted")


async def test_only_drafts_are_thrown_away(office: Office) -> None:
    _, saved = await office.browser.call("POST", "prompts/answer/en/versions", {"text": OWN})
    path = f"prompts/answer/en/versions/{saved['version']}"
    assert await office.browser.code("DELETE", path.replace("/en/", "/zh/")) == (404, "not_found")
    await office.browser.call("PUT", "prompts/answer/en/in-force", {"version": saved["version"]})
    assert await office.browser.code("DELETE", path) == (404, "not_found"), "answers name it"
    _, other = await office.browser.call("POST", "prompts/answer/en/versions", {"text": f"{OWN} Be kind."})
    assert (await office.browser.call("DELETE", f"prompts/answer/en/versions/{other['version']}"))[0] == 200


@pytest.mark.parametrize("anew", [False, True])
async def test_a_draft_is_tried_on_past_questions_and_nothing_of_it_stays(office: Office, anew: bool) -> None:
    await office.ask()
    await office.ask("When is the launch?")
    await office.ask("When does the launch take place?")
    stored = await office.answers()
    status, begun = await office.browser.call("POST", "prompts/answer/en/trial", {"text": OWN, "anew": anew})
    assert (status, begun["state"], begun["total"]) == (200, "running", 2), "the same words are tried once"
    trial = await office.tried()
    assert (trial["state"], trial["left_out"]) == ("done", 0)
    assert [item["question"] for item in trial["items"]] == ["When does the launch take place?", "When is the launch?"]
    item = trial["items"][0]
    assert (item["channel"], item["verdicts"]) == ("#launch", [])
    assert (item["then"]["supported"], item["then"]["sentences"]) == (1, 2)
    assert (item["now"]["supported"], item["now"]["sentences"]) == (1, 1)
    assert item["now"]["cited"] == [{"n": 1, "quote": "the launch moved to 8 December"}]
    assert {kind for kind, _ in item["pieces"]} == {"same"}, "what was dropped was never shown"
    assert office.model.requests[-1].asker == ("desk" if not anew else "")
    assert await office.answers() == stored
    assert (await office.ask()).text == item["then"]["text"], "nobody else is answered with the draft"
    assert office.model.requests[-1].messages[0].content == SHIPPED.text


async def test_what_is_chosen_is_what_people_thought_of(office: Office) -> None:
    disliked = await office.ask("When is the launch?")
    liked = await office.ask("When does the launch take place?")
    answers = office.application.answers
    await answers.judge(answer_id=disliked.answer_id, person_id=person().person_id, kind="down", reasons=("wrong",))
    await answers.judge(answer_id=liked.answer_id, person_id=person().person_id, kind="up")
    for choice, question in (("down", disliked.question), ("up", liked.question)):
        await office.browser.call("POST", "prompts/answer/en/trial", {"text": OWN, "choice": choice})
        trial = await office.tried()
        assert [(item["question"], item["verdicts"]) for item in trial["items"]] == [(question, [choice])]


async def test_a_deleted_source_leaves_the_question_out(office: Office) -> None:
    """Invariant 3: a deletion is complete, also in what an operator looks at."""
    await archive(office.application, posted(2, "the poster is printed in Ningbo", author="Maya"))
    await office.ask()
    await office.browser.call("POST", "prompts/answer/en/trial", {"text": OWN})
    assert len((await office.tried())["items"]) == 1
    await archive(office.application, deleted(1))
    trial = (await office.browser.get("prompt-trial"))["trial"]
    assert (trial["items"], trial["left_out"]) == ([], 1)
    _, again = await office.browser.call("POST", "prompts/answer/en/trial", {"text": OWN})
    assert again["total"] == 0


async def test_one_trial_at_a_time_that_can_be_stopped(office: Office) -> None:
    await office.ask()
    never = asyncio.Event()
    office.model._script = lambda _: ScriptedReply(("Slow",), before_first=never)
    await office.browser.call("POST", "prompts/answer/en/trial", {"text": OWN})
    await office.model.asked(2)
    status, body = await office.browser.call("POST", "prompts/answer/en/trial", {"text": OWN})
    assert (status, body["error"]["code"]) == (400, "bad_input")
    assert "another trial" in body["error"]["sentence"]["en"]
    assert (await office.browser.call("DELETE", "prompt-trial"))[0] == 200
    trial = (await office.browser.get("prompt-trial"))["trial"]
    assert (trial["state"], trial["items"]) == ("cancelled", [])
    assert office.model.stopped == 1, "the model does not go on for nobody"


async def test_people_who_chat_go_first(office: Office) -> None:
    await office.ask()
    gate = asyncio.Event()
    model = office.model
    replies: Iterator[Reply] = iter(
        [ScriptedReply(("never said",), before_first=asyncio.Event()), ScriptedReply((NOW,)), NOW]
    )
    model._script = lambda request: next(replies) if request.asker == "desk" else ScriptedReply((THEN,), gate)
    await office.browser.call("POST", "prompts/answer/en/trial", {"text": OWN})
    await model.asked(2)
    asking = asyncio.create_task(office.ask("When does the launch take place?"))

    async def gave_way() -> bool:
        return model.stopped == 1

    await eventually(gave_way)
    gate.set()
    assert (await asking).text
    trial = await office.tried()
    assert (trial["state"], len(trial["items"])) == ("done", 1)
