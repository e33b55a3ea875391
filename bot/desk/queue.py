"""The queue: cases by weight, what they are about, and what else waits for an operator."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.curating.standard_answers import StandardAnswers
from bot.desk.body import Body, Identifier, checked
from bot.desk.naming import channel_choices, channels_named
from bot.desk.route import DeskRequest, Outcome, Route
from bot.feedback.case_views import CaseView
from bot.feedback.cases import Cases
from bot.feedback.failing import Cause
from bot.truth.database import Database
from bot.truth.tables import CaseAnswerRow

_SHOWN = 25


class _Query(Body):
    state: Literal["open", "mended", "dismissed"] = "open"
    cause: Cause | None = None
    channel: Identifier | None = None
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class QueuePart:
    """``GET queue``."""

    def __init__(self, database: Database, cases: Cases, standard: StandardAnswers) -> None:
        self._database = database
        self._cases = cases
        self._standard = standard

    def routes(self) -> Sequence[Route]:
        """One to read; deciding is done at the case."""
        return [Route(method="GET", path="queue", handler=self._listed)]

    async def _listed(self, request: DeskRequest) -> Outcome:
        query, now = checked(_Query, request.query), datetime.now(UTC)
        cases = await self._cases.listed(
            query.state,
            cause=query.cause,
            channel_id=query.channel,
            since=now - timedelta(days=query.days) if query.days else None,
            limit=_SHOWN + 1,
            offset=query.offset,
        )
        shown = cases[:_SHOWN]

        def around(session: Session) -> tuple[Mapping[str, list[dict[str, Any]]], list[dict[str, Any]]]:
            return _channels_of(session, [case.case_id for case in shown]), channel_choices(session)

        async with self._database.read() as connection:
            channels, choices = await connection.run_sync(lambda sync: around(Session(sync)))
        return Outcome(
            body={
                "cases": [case_view(case) | {"channels": channels.get(case.case_id, [])} for case in shown],
                "more": len(cases) > _SHOWN,
                "offset": query.offset,
                "limit": _SHOWN,
                "counts": dict(await self._cases.counts()),
                "attention": len(await self._standard.needing_attention(now)),
                "proposed": len(await self._standard.listed("proposed")),
                "channels": choices,
            }
        )


def case_view(case: CaseView) -> dict[str, Any]:
    """A case as pages show it."""
    return {
        "case_id": case.case_id,
        "state": case.state,
        "question": case.question,
        "answers": case.answers,
        "people": case.people,
        "causes": dict(case.causes),
        "asked_at": case.asked_at.isoformat() if case.asked_at else None,
        "changed_at": case.changed_at.isoformat(),
        "decided_by": case.decided_by,
        "standard_answer_id": case.standard_answer_id,
    }


def _channels_of(session: Session, case_ids: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    pairs = session.execute(
        select(CaseAnswerRow.case_id, CaseAnswerRow.channel_id).where(CaseAnswerRow.case_id.in_(case_ids)).distinct()
    ).all()
    named = channels_named(session, [channel_id for _, channel_id in pairs])
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case_id, channel_id in pairs:
        if channel_id is not None and channel_id in named:
            found[case_id].append(named[channel_id])
    return found
