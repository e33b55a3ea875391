"""Two configurations on the team's own questions: asked with both, checked, looked at blindly, gone with sources."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from bot.application import Application
from bot.errors import BadInput, ModelTimeout, NotFound, SettingsError
from bot.evaluation.comparing import Comparing
from bot.evaluation.comparisons import Comparisons, Picks
from bot.evaluation.configuration import Configuration
from bot.evaluation.from_use import questions_from_use
from bot.evaluation.judging import judged
from bot.evaluation.machine_checks import compared, measures_of
from bot.llm.scripted import ScriptedModel, ScriptedRequest
from bot.settings import Settings
from bot.truth.erasing import Scope, erase_around
from tests.builders import deleted, person, posted
from tests.quick_application import answerer_with, archive, quick_application
from tests.unit.bot.training.conftest import LATER, Team

RIGHT = "The launch is on December 8."
WRONG = "NOT FOUND"


@pytest_asyncio.fixture
async def team() -> AsyncIterator[Team]:
    async with quick_application() as application:
        await archive(application, posted(1, "the launch is on December 8"), posted(2, "the party is on Friday"))
        yield Team(application)


def opened(team: Team, says: Callable[[Settings], str]) -> Any:
    """The same application with a model that says what the configuration is."""

    @asynccontextmanager
    async def open_with(settings: Settings) -> AsyncIterator[Application]:
        from dataclasses import replace

        model = ScriptedModel(lambda _: says(settings))
        yield replace(team.application, model=model, answerer=answerer_with(team.application, model))

    return open_with


def _says(settings: Settings) -> str:
    return RIGHT if settings.answers.evidence_tokens == 900 else WRONG


async def _compared(team: Team, *, judge: bool = False) -> str:
    comparing = Comparing(team.application.database, opened=opened(team, _says), progress=lambda what, done, of: None)
    return await comparing.compare(
        Configuration.of([]),
        Configuration.of(["answers.evidence_tokens=900"]),
        settings=team.application.settings,
        limit=None,
        created_by="Ann",
        judge=judge,
    )


async def test_the_set_is_what_people_liked_edited_and_made_the_standard_answer(team: Team) -> None:
    database = team.application.database
    await team.answered("liked", RIGHT)
    await team.votes("liked", up=("Ann",))
    await team.answered("disliked", "Never.", question="Is there a party?", minutes=11)
    await team.votes("disliked", down=("Ann",), up=("Bo",))
    await team.answered("edited", "Soon.", question="When is the party?", minutes=12)
    await team.curates("The party is on Friday [1].", question="When is the party?", sources=(2,), replaces="edited")
    await team.answered("measured", RIGHT, question="When?", channel_id=None, minutes=13)
    await team.votes("measured", up=("Ann",))
    found = await questions_from_use(database, now=LATER)
    assert [(one.asked_answer_id, one.shown, one.expected) for one in found] == [
        ("edited", "edited", "The party is on Friday."),
        ("liked", "upvoted", RIGHT),
    ]
    assert [sorted(one.records) for one in found] == [["m2"], ["m1"]]
    await archive(team.application, deleted(1))
    assert [one.asked_answer_id for one in await questions_from_use(database, now=LATER)] == ["edited"]
    assert len(await questions_from_use(database, now=LATER, limit=0)) == 0


async def test_both_sides_answer_are_checked_and_kept_but_given_to_nobody(team: Team) -> None:
    await team.answered("liked", RIGHT)
    await team.votes("liked", up=("Ann",))
    comparison_id = await _compared(team)
    comparisons = Comparisons(team.application.database)
    found = await comparisons.get(comparison_id)
    assert (found.state, found.questions, found.picked, found.is_judged) == ("done", 1, 0, False)
    assert found.right == {"answers.evidence_tokens": "900"}
    figures = found.figures
    assert (figures["abstained"]["left"]["mean"], figures["abstained"]["right"]["mean"]) == (1, 0)
    assert figures["sources"]["difference"]["mean"] == 1
    assert figures["figures"]["right"]["mean"] == 1
    blind = await comparisons.next(comparison_id)
    assert blind is not None
    for answer in (blind.first, blind.second):
        assert (await team.application.answers.get(answer.answer_id)).channel_id is None
    place = "first" if blind.first.text.startswith(RIGHT[:-1]) else "second"
    await comparisons.pick(comparison_id, "liked", "first" if place == "first" else "second", picked_by="Ann")
    assert await comparisons.picks(comparison_id) == Picks(left=0, right=1, neither=0)
    with pytest.raises(BadInput):
        await comparisons.pick(comparison_id, "liked", "neither", picked_by="Ann")
    assert await comparisons.next(comparison_id) is None
    assert (await comparisons.get(comparison_id)).is_judged
    await comparisons.remove(comparison_id)
    with pytest.raises(NotFound):
        await comparisons.get(comparison_id)
    with pytest.raises(NotFound):
        await team.application.answers.get(blind.first.answer_id)


async def test_without_a_right_answer_there_is_nothing_to_compare(team: Team) -> None:
    with pytest.raises(NotFound):
        await _compared(team)


async def test_a_deletion_reaches_both_answers(team: Team) -> None:
    """Invariant 3."""
    await team.answered("liked", RIGHT)
    await team.votes("liked", up=("Ann",))
    comparison_id = await _compared(team)
    comparisons = Comparisons(team.application.database)
    blind = await comparisons.next(comparison_id)
    assert blind is not None
    await archive(team.application, deleted(1))
    assert await comparisons.next(comparison_id) is None
    for answer in (blind.first, blind.second):
        assert (await team.application.answers.get(answer.answer_id)).text == ""


@pytest.mark.parametrize("whole", ["person", "channel"])
async def test_answers_of_a_comparison_are_erased_with_who_asked_and_where(team: Team, whole: str) -> None:
    """Invariant 3: a question without a message of its own, as a command is, is reached, too."""
    await team.answered("liked", RIGHT)
    await team.votes("liked", up=("Ann",))
    comparison_id = await _compared(team)
    blind = await Comparisons(team.application.database).next(comparison_id)
    assert blind is not None
    scope = (
        Scope(before=LATER, person_id=str(person("Bo").person_id))
        if whole == "person"
        else Scope(before=LATER, channel_id="console:launch")
    )
    async with team.application.database.begin() as connection:
        await connection.run_sync(lambda sync: erase_around(Session(sync), scope))
    for answer in (blind.first, blind.second):
        with pytest.raises(NotFound):
            await team.application.answers.get(answer.answer_id)


@pytest.mark.parametrize(
    ("replies", "better"),
    [
        (("A", "B"), "left"),
        (("B", "A"), "right"),
        (("A", "A"), "neither"),
        (("B", "B"), "neither"),
        (("neither", "B"), "neither"),
        (("neither", "neither"), "neither"),
    ],
)
async def test_a_model_is_believed_only_when_the_order_does_not_matter(
    team: Team, replies: tuple[str, str], better: str
) -> None:
    await team.answered("liked", RIGHT)
    await team.votes("liked", up=("Ann",))
    (question,) = await questions_from_use(team.application.database, now=LATER)
    requests: list[ScriptedRequest] = []

    def reply(request: ScriptedRequest) -> str:
        requests.append(request)
        return f'{{"better": "{replies[len(requests) - 1]}"}}'

    assert await judged(ScriptedModel(reply), question, left="one", right="two") == better
    first, second = (request.messages[-1].content for request in requests)
    assert first.index("one") < first.index("two")
    assert second.index("two") < second.index("one")


@pytest.mark.parametrize("failure", [ModelTimeout("2 s"), BadInput("too long")])
async def test_a_judge_that_fails_says_nothing(team: Team, failure: Exception) -> None:
    await team.answered("liked", RIGHT)
    await team.votes("liked", up=("Ann",))
    (question,) = await questions_from_use(team.application.database, now=LATER)
    assert await judged(ScriptedModel(lambda _: failure), question, left="one", right="two") == "neither"


async def test_a_comparison_with_a_judge_keeps_what_it_said(team: Team) -> None:
    await team.answered("liked", RIGHT)
    await team.votes("liked", up=("Ann",))
    comparison_id = await _compared(team, judge=True)
    assert await Comparisons(team.application.database).picks(comparison_id, by_model=True) == Picks(
        left=0, right=0, neither=1
    ), "a model that does not answer in JSON is no judge"


async def test_measures_are_of_what_was_expected(team: Team) -> None:
    await team.answered("liked", "It costs 320 and starts on December 8.")
    await team.votes("liked", up=("Ann",))
    (question,) = await questions_from_use(team.application.database, now=LATER)
    await team.answered("now", "It starts on December 8.", minutes=30)
    measures = measures_of(question, await team.application.answers.get("now"))
    assert measures["figures"] == 0.5
    assert measures["sources"] == measures["grounded"] == 1
    assert 0 < measures["words"] < 1


def test_a_difference_is_taken_question_by_question() -> None:
    items = [{"left": {"words": value, "sources": 1.0}, "right": {"words": value + 0.1}} for value in (0.1, 0.5, 0.8)]
    figures = compared(items)
    assert figures["words"]["difference"]["low"] == pytest.approx(0.1)
    assert "sources" not in figures, "known of one side only"


def test_what_people_picked_tells_a_side_only_when_it_is_sure() -> None:
    assert Picks(left=2, right=3, neither=9).finding == "neither"
    assert Picks(left=2, right=20, neither=0).finding == "right"
    assert Picks(left=20, right=2, neither=0).finding == "left"
    assert Picks(left=0, right=0, neither=3).finding == "neither"


@pytest.mark.parametrize(
    "pair", ["llm.model", "home=/tmp/x", "truth.url=x", "llm.=x", "answers=600", "llm.api_key=secret", "=x"]
)
def test_only_what_answers_are_made_by_can_differ(pair: str) -> None:
    with pytest.raises(BadInput):
        Configuration.of([pair])


def test_what_differs_is_laid_over_the_settings_in_force(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_LLM__BACKEND", "none")
    made = Configuration.of(["answers.evidence_tokens=900", "llm.adapter_share=0.5"]).settings()
    assert (made.llm.backend, made.llm.adapter_share, made.answers.evidence_tokens) == ("none", 0.5, 900)
    with pytest.raises(SettingsError, match="evidence_tokens"):
        Configuration.of(["answers.evidence_tokens=few"]).settings()
    with pytest.raises(SettingsError, match="no_such"):
        Configuration.of(["answers.no_such=1"]).settings()


async def test_a_prompt_is_named_by_its_version(team: Team) -> None:
    database = team.application.database
    found = await Configuration.of(["prompt=answer-en-2"]).prompt(database)
    assert found is not None
    assert found[0] == ("answer", "en")
    assert await Configuration.of([]).prompt(database) is None
    with pytest.raises(NotFound):
        await Configuration.of(["prompt=answer-en-99"]).prompt(database)
