"""The trace of an answer: what was searched, found, put to the model, said, checked, and thought of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.naming import channels_named, people_named
from bot.desk.route import DeskRequest, Outcome, Route
from bot.truth.answers import Answers, StoredAnswer
from bot.truth.database import Database
from bot.truth.tables import CaseAnswerRow, FileRow, MessageRow, SignRow, VerdictRow


class TracePart:
    """``GET answers/{id}``. Of an answer that was withdrawn nothing is left to be shown."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answers = Answers(database)

    def routes(self) -> Sequence[Route]:
        """One to read."""
        return [Route(method="GET", path="answers/{id}", handler=self._one)]

    async def _one(self, request: DeskRequest) -> Outcome:
        answer = await self._answers.get(request.path["id"])
        async with self._database.read() as connection:
            return Outcome(body=await connection.run_sync(lambda sync: _view(Session(sync), answer)))


def _view(session: Session, answer: StoredAnswer) -> dict[str, Any]:
    named = channels_named(session, [answer.channel_id, *(source.channel_id for source in answer.sources)])
    people = people_named(session, [answer.person_id])
    shown: dict[str, Any] = {
        "answer_id": answer.answer_id,
        "asked_at": answer.asked_at.isoformat(),
        "channel": named.get(answer.channel_id or ""),
        "person": people.get(answer.person_id or "", ""),
        "question": answer.question,
        "language": answer.language,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "standard_answer_id": answer.standard_answer_id,
        "withdrawn_at": answer.withdrawn_at.isoformat() if answer.withdrawn_at else None,
        "timings_ms": dict(answer.timings_ms),
        "case_id": session.scalar(select(CaseAnswerRow.case_id).where(CaseAnswerRow.answer_id == answer.answer_id)),
        "verdicts": _verdicts(session, answer.answer_id),
        "signs": _signs(session, answer.answer_id),
    }
    if answer.withdrawn_at is not None:
        return shown
    trace = answer.trace
    return shown | {
        "text": answer.text,
        "searches": list(trace.get("searches") or ()),
        "messages": list(trace.get("messages") or ()),
        "sampling": dict(trace.get("sampling") or {}),
        "raw": trace.get("raw"),
        "checks": list(trace.get("checks") or ()),
        "check_version": trace.get("check_version"),
        "passages": _passages(session, answer, named),
    }


def _passages(session: Session, answer: StoredAnswer, named: Any) -> list[dict[str, Any]]:
    """What it was given, with the scores of the search where they were kept."""
    kept = {passage.get("n"): passage for passage in answer.trace.get("passages") or ()}
    messages = {
        row.record_id: row
        for row in session.scalars(
            select(MessageRow).where(MessageRow.record_id.in_([source.record_id for source in answer.sources]))
        )
    }
    files: dict[str, str] = dict(
        session.execute(
            select(FileRow.file_id, FileRow.name).where(
                FileRow.file_id.in_([source.file_id for source in answer.sources if source.file_id])
            )
        ).all()
    )
    people = people_named(session, [message.author_id for message in messages.values()])
    shown = []
    for source in answer.sources:
        message, passage = messages.get(source.record_id), kept.get(source.n, {})
        time = (message.sent_at or message.version_at) if message else None
        shown.append(
            {
                "n": source.n,
                "record_id": source.record_id,
                "quote": source.quote,
                "cited": source.cited,
                "page": source.page,
                "file_name": files.get(source.file_id or ""),
                "channel": named.get(source.channel_id),
                "author": people.get(message.author_id or "", "") if message else "",
                "time": time.isoformat() if time else None,
                "permalink": message.permalink if message else None,
                "score": passage.get("score"),
                "signals": dict(passage.get("signals") or {}),
            }
        )
    return shown


def _verdicts(session: Session, answer_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(VerdictRow).where(VerdictRow.answer_id == answer_id).order_by(VerdictRow.judged_at)
    ).all()
    people = people_named(session, [row.person_id for row in rows])
    return [
        {
            "person": people.get(row.person_id, ""),
            "kind": row.kind,
            "reasons": list(row.reasons),
            "comment": row.comment,
            "judged_at": row.judged_at.isoformat(),
        }
        for row in rows
    ]


def _signs(session: Session, answer_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(select(SignRow).where(SignRow.answer_id == answer_id).order_by(SignRow.seen_at)).all()
    people = people_named(session, [row.person_id for row in rows])
    return [
        {"person": people.get(row.person_id, ""), "kind": row.kind, "seen_at": row.seen_at.isoformat()} for row in rows
    ]
