"""Comparing two configurations on the team's own questions: one after the other, each question with both."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Final

import structlog

from bot.answering.answerer import Question
from bot.application import Application
from bot.errors import NotFound, ShiguangError
from bot.evaluation.comparisons import Comparisons, Side
from bot.evaluation.configuration import Configuration, with_prompt
from bot.evaluation.from_use import QuestionFromUse, questions_from_use
from bot.evaluation.judging import judged
from bot.evaluation.machine_checks import compared, measures_of
from bot.settings import Settings
from bot.training.given import without_marks
from bot.truth.answers import Answers, StoredAnswer
from bot.truth.database import Database

Opened = Callable[[Settings], AbstractAsyncContextManager[Application]]
Progress = Callable[[str, int, int], None]
"""What is done, how much of it is, and of how much."""

_log = structlog.get_logger(__name__)
_SIDES: Final = ("left", "right")


class Comparing:
    """Asks, checks and keeps. One model is loaded at a time."""

    def __init__(self, database: Database, *, opened: Opened, progress: Progress) -> None:
        self._database = database
        self._answers = Answers(database)
        self._comparisons = Comparisons(database)
        self._opened = opened
        self._progress = progress

    async def compare(
        self,
        left: Configuration,
        right: Configuration,
        *,
        settings: Settings,
        limit: int | None,
        created_by: str,
        judge: bool = False,
    ) -> str:
        """The id of what was kept. ``settings`` are those in force, whose model is the judge.

        Raises ``NotFound`` when people have shown no right answer yet, and what a configuration raises.
        """
        questions = await questions_from_use(self._database, now=datetime.now(UTC), limit=limit)
        if not questions:
            raise NotFound("no answer was upvoted, edited or made the standard one yet")
        sides = {"left": left, "right": right}
        prepared = {side: one.settings() for side, one in sides.items()}
        for one in sides.values():
            await one.prompt(self._database)
        comparison_id = await self._comparisons.begin(left.differs, right.differs, created_by=created_by)
        try:
            given = {side: await self._asked(side, prepared[side], sides[side], questions) for side in _SIDES}
            both = [one for one in questions if all(one.asked_answer_id in some for some in given.values())]
            verdicts = await self._judged(settings, both, given) if judge else {}
            items = []
            for question in both:
                ids = {side: given[side][question.asked_answer_id] for side in _SIDES}
                measures = {side: measures_of(question, await self._answers.get(ids[side])) for side in _SIDES}
                if await self._comparisons.add(
                    comparison_id,
                    asked_answer_id=question.asked_answer_id,
                    left=ids["left"],
                    right=ids["right"],
                    measures=measures,
                    judged=verdicts.get(question.asked_answer_id),
                ):
                    items.append(measures)
        except BaseException:
            await self._comparisons.end(comparison_id, state="failed", figures={})
            raise
        await self._comparisons.end(comparison_id, state="done", figures=compared(items))
        return comparison_id

    async def _asked(
        self, side: str, settings: Settings, configuration: Configuration, questions: Sequence[QuestionFromUse]
    ) -> dict[str, str]:
        """Ids of answers by that of the answer from use; a question that fails is left out."""
        given: dict[str, str] = {}
        async with self._opened(settings) as application:
            prompt = await configuration.prompt(application.database)
            await application.model.start()
            try:
                with with_prompt(prompt):
                    for done, question in enumerate(questions):
                        self._progress(side, done, len(questions))
                        try:
                            given[question.asked_answer_id] = await _answered(application, question)
                        except ShiguangError as error:
                            _log.warning("a question failed", code=error.code, answer_id=question.asked_answer_id)
            finally:
                await application.model.close()
        return given

    async def _judged(
        self, settings: Settings, questions: Sequence[QuestionFromUse], given: Mapping[str, Mapping[str, str]]
    ) -> dict[str, Side]:
        verdicts: dict[str, Side] = {}
        async with self._opened(settings) as application:
            await application.model.start()
            try:
                for done, question in enumerate(questions):
                    self._progress("judge", done, len(questions))
                    texts = {
                        side: _said(await self._answers.get(given[side][question.asked_answer_id])) for side in _SIDES
                    }
                    verdicts[question.asked_answer_id] = await judged(application.model, question, **texts)
            finally:
                await application.model.close()
        return verdicts


async def _answered(application: Application, question: QuestionFromUse) -> str:
    """Asked where it was asked, of whoever reads there, as the archive is now; kept, but given to nobody."""
    result = await application.answerer.answer(
        Question(
            text=question.question,
            audience=await application.permissions.of_channel(question.channel_id),
            person_id=question.person_id,
            record_id=question.question_record_id,
            language=question.language,
            now=question.asked_at,
            searches=question.searches,
            context=question.context,
            conversation=f"compare {question.asked_answer_id}",
        )
    )
    return result.answer.answer_id


def _said(answer: StoredAnswer) -> str:
    return without_marks(answer.text)
