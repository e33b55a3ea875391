"""The whole path with the small model, measured: floors that it must not fall below, and a limit to its time.

The floors are those of a 0.5B model on questions that it half understands; figures of the default model are in the
benchmarks.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.answering.answerer import Question
from bot.answering.grounding import GroundingCheck
from bot.answering.replaying import Replaying
from bot.application import Application, open_application
from bot.evaluation.answers import measured
from bot.evaluation.asking import Judged, ask_and_judge
from bot.llm.factory import create_model
from bot.sample.archive import sample_events, sample_questions
from bot.settings import LlmSettings, Settings, load_settings
from knowledge.passage import Audience, ChannelId, PassageFilter
from tests.benchmarks.answer_samples import locomo, written
from tests.benchmarks.texts import data
from tests.e2e.real_models import CHAT_MODEL, SETTINGS, home_with_models, needs_models
from tests.processes import environment, shiguang

pytestmark = [pytest.mark.slow, pytest.mark.model, needs_models, pytest.mark.timeout(1200)]

_TEN_MINUTES = 600


@asynccontextmanager
async def _sample(folder: Path, now: datetime) -> AsyncIterator[Application]:
    """The application over the sample archive, with its model loaded."""
    settings = _settings(home_with_models(folder / "home"))
    async with open_application(settings) as application:
        events = await asyncio.to_thread(sample_events, now, application.file_store)
        await application.inbox.append(events)
        await application.archivist.drain()
        await application.model.start()
        try:
            yield application
        finally:
            await application.model.close()


def _settings(home: Path) -> Settings:
    return load_settings(home=home, timezone="Asia/Shanghai", llm=LlmSettings(backend="llamacpp", model=CHAT_MODEL))


async def test_answers_about_the_sample(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with _sample(tmp_path, now) as application:
        judged: list[Judged] = []
        for question in sample_questions(now):
            where = PassageFilter(channel_ids=frozenset({ChannelId(question.channel)}))
            judged.append(await ask_and_judge(application, question, audience=Audience.operator(), where=where))
    found = measured([one.outcome for one in judged])
    told = {name: round(value.mean, 3) for name, value in found.items()}
    assert not [one.outcome.reason for one in judged if one.outcome.deed == "failed"]
    assert told["support_rate"] >= 0.9, json.dumps(told)
    assert told["citation_precision_near"] >= 0.5, json.dumps(told)
    assert told["answer_precision"] >= 0.8, json.dumps(told)
    assert told["answer_recall"] >= 0.15, json.dumps(told)


async def test_fifty_questions_fit_in_ten_minutes(tmp_path: Path) -> None:
    messages = data("locomo") / "messages.jsonl"
    env = environment(home_with_models(tmp_path / "home"))
    imported = await shiguang("import", "jsonl", str(messages), "--json", env=env, module="bot", seconds=_TEN_MINUTES)
    assert imported.status == 0, imported.err
    questions = tmp_path / "questions.jsonl"
    questions.write_text(written(locomo(50, 4)), "utf-8")
    finished = await shiguang(
        "eval", "answers", str(questions), "--json", env={**env, **SETTINGS}, module="bot", seconds=_TEN_MINUTES
    )
    assert finished.status == 0, finished.err
    told: dict[str, Any] = finished.json
    assert (told["questions"], told["failures"]) == (50, 0)
    means = {name: round(value["mean"], 3) for name, value in told["all"].items()}
    assert means["support_rate"] >= 0.9, json.dumps(means)
    assert means["citation_precision_near"] >= 0.5, json.dumps(means)
    assert means["answer_or_abstain_f1"] >= 0.3, json.dumps(means)


async def test_an_answer_is_replayed_to_the_byte_whatever_was_asked_in_between(tmp_path: Path) -> None:
    """The prefix cache holds another beginning each time: of the last prompt, of the same one, of none."""
    now = datetime.now(UTC)
    async with _sample(tmp_path, now) as application:
        asked = [
            (await application.answerer.answer(Question(text=question.question, audience=Audience.operator(), now=now)))
            for question in sample_questions(now)[:4]
        ]
        check = GroundingCheck(application.embedder, zone=application.zone)
        other = create_model(application.settings)
        await other.start()
        try:
            for model in (application.model, other):
                replaying = Replaying(answers=application.answers, model=model, check=check, zone=application.zone)
                for result in reversed(asked):
                    for _ in range(2):
                        replay = await replaying.replay(result.answer.answer_id)
                        assert replay.now.raw
                        assert replay.same_output, (replay.then.raw, replay.now.raw)
                        assert replay.same_answer
        finally:
            await other.close()
