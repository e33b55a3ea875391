"""The application's side of connectors: what people get is counted, and only who sees an answer may judge it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.application import Application
from bot.errors import NotFound, NotPermitted
from bot.host import ApplicationHost
from bot.llm.scripted import ScriptedModel, ScriptedReply
from bot.metrics import Metrics
from bot.truth.tables import VerdictRow
from connectors.connector import Answer, Card, Citation, Notice, Utterance, UtteranceKind
from connectors.events import RecordId
from tests.builders import channel, opened, person, posted
from tests.conftest import ApplicationFactory


class Shown:
    """A reply that remembers."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.answer: Answer | None = None
        self.notice: Notice | None = None

    async def status(self, text: str) -> None:
        assert text
        self.steps.append("status")

    async def sources(self, citations: Sequence[Citation]) -> None:
        assert citations
        self.steps.append("sources")

    async def delta(self, text: str) -> None:
        assert text
        self.steps.append("delta")

    async def finish(self, answer: Answer) -> None:
        self.answer = answer

    async def fail(self, notice: Notice) -> None:
        self.notice = notice

    async def drop(self) -> None:
        """Nothing is shown."""

    async def confirm(self, card: Card) -> None:
        """Nothing is shown."""


def _host(application: Application, metrics: Metrics) -> ApplicationHost:
    return ApplicationHost(
        database=application.database,
        inbox=application.inbox,
        archivist=application.archivist,
        conversation=application.conversation,
        answers=application.answers,
        permissions=application.permissions,
        confirmations=application.confirmations,
        file_store=application.file_store,
        metrics=metrics,
    )


def _asked(text: str, *, kind: UtteranceKind = "mention", place: str = "launch") -> Utterance:
    return Utterance(
        kind=kind, text=text, channel=channel(place), person=person("Ann"), record_id=RecordId("q1"),
        thread_id=None, said_at=datetime.now(UTC),
    )  # fmt: skip


def _count(metrics: Metrics, outcome: str) -> float:
    return metrics.registry.get_sample_value("shiguang_answers_total", {"outcome": outcome}) or 0.0


def _timed(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value("shiguang_answer_seconds_count") or 0.0


async def test_answers_and_verdicts_are_counted_by_outcome(open_app: ApplicationFactory) -> None:
    model = ScriptedModel(["The launch is on Tuesday [1]."])
    async with open_app(model=model) as application:
        metrics = Metrics()
        host = _host(application, metrics)
        await host.accept(
            [opened(channel(), (person("Ann"), person("Ben"))), posted(1, "the launch is on Tuesday", author="Ben")]
        )
        await application.archivist.drain()
        reply = Shown()
        await host.converse(_asked("When is the launch?"), reply)
        assert reply.answer is not None
        assert reply.steps.index("sources") < reply.steps.index("delta")
        assert (_count(metrics, "answered"), _timed(metrics)) == (1, 1)
        await host.converse(_asked("hello"), Shown())
        assert (_count(metrics, "said"), _timed(metrics)) == (1, 1)
        await host.converse(_asked("what is the launch?"), Shown())
        assert _timed(metrics) == 2, "the script is over: what is found is shown, by the code of the failure"
        await host.converse(_asked("anything here?", place="nowhere"), Shown())
        assert _count(metrics, "nothing_found") == 1
        await host.judge(answer_id=reply.answer.answer_id, person=person("Ann"), verdict="down", reasons=["wrong"])
        await host.judge(answer_id=reply.answer.answer_id, person=person("Ann"), verdict="up", comment="ignored")
        assert metrics.registry.get_sample_value("shiguang_verdicts_total", {"kind": "up"}) == 1
        assert metrics.registry.get_sample_value("shiguang_verdicts_total", {"kind": "down"}) == 1
        async with application.database.read() as connection:
            rows = (await connection.execute(select(VerdictRow.kind, VerdictRow.reasons, VerdictRow.comment))).all()
        assert [tuple(row) for row in rows] == [("up", [], "")], "the last verdict of a person counts"


async def test_a_failure_is_counted_by_its_code(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    from knowledge.qdrant.errors import VectorStoreUnavailable

    async def away(*_: object, **__: object) -> None:
        raise VectorStoreUnavailable("away")

    monkeypatch.setattr(application.store, "search_batch", away)
    metrics = Metrics()
    host = _host(application, metrics)
    await host.accept([opened(channel(), (person("Ann"),)), posted(1, "hello")])
    await application.archivist.drain()
    reply = Shown()
    await host.converse(_asked("When is the launch?"), reply)
    assert reply.notice is not None
    assert reply.notice.code == "archive_unavailable"
    assert _count(metrics, "archive_unavailable") == 1


async def test_an_answer_that_was_stopped_is_counted_as_cancelled(open_app: ApplicationFactory) -> None:
    never = asyncio.Event()
    model = ScriptedModel([ScriptedReply(("Well, ", "never"), before_last=never)])
    async with open_app(model=model) as application:
        metrics = Metrics()
        host = _host(application, metrics)
        await host.accept([opened(channel(), (person("Ann"),)), posted(1, "the launch is on Tuesday")])
        await application.archivist.drain()
        asking = asyncio.create_task(host.converse(_asked("When is the launch?"), Shown()))
        await model.asked(1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert _count(metrics, "cancelled") == 1
        assert model.stopped == 1


async def test_only_those_who_see_the_answer_may_judge_it(open_app: ApplicationFactory) -> None:
    async with open_app(model=ScriptedModel(["The launch is on Tuesday [1]."])) as application:
        host = _host(application, Metrics())
        secret = channel("board", "private")
        await host.accept(
            [opened(secret, (person("Ann"),)), posted(1, "the launch is on Tuesday", place=secret, author="Ann")]
        )
        await application.archivist.drain()
        reply = Shown()
        await host.converse(_asked("When is the launch?", place="board"), reply)
        assert reply.answer is not None
        with pytest.raises(NotPermitted):
            await host.judge(answer_id=reply.answer.answer_id, person=person("Ben"), verdict="up")
        with pytest.raises(NotFound):
            await host.judge(answer_id="no-such-answer", person=person("Ann"), verdict="up")
        await host.judge(answer_id=reply.answer.answer_id, person=person("Ann"), verdict="up")
