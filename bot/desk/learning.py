"""What votes have taught search: which records come up sooner or later, why, and how to have it forgotten."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from bot.desk.body import Body, checked
from bot.desk.route import DeskRequest, Outcome, Route
from bot.feedback.inspecting import Inspecting, LearnedPassage, LearnedQuestion
from bot.feedback.wordings import kept_private
from bot.truth.database import Database

_SHOWN = 20


class _Query(Body):
    order: Literal["raised", "lowered"] = "raised"
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0


class LearningPart:
    """``learning``: read, explained by record, and reset of one record or of everything."""

    def __init__(self, database: Database, inspecting: Inspecting, *, is_used: bool) -> None:
        """``is_used``: whether the setting lets votes move anything."""
        self._database = database
        self._inspecting = inspecting
        self._is_used = is_used

    def routes(self) -> Sequence[Route]:
        """All of them."""
        return [
            Route(method="GET", path="learning", handler=self._listed),
            Route(method="GET", path="learning/{record_id}", handler=self._explained),
            Route(method="DELETE", path="learning/{record_id}", handler=self._reset_one, action="learning_reset_one"),
            Route(method="DELETE", path="learning", handler=self._reset_all, action="learning_reset_all"),
        ]

    async def _listed(self, request: DeskRequest) -> Outcome:
        query = checked(_Query, request.query)
        summary = await self._inspecting.summary()
        found = await self._inspecting.passages(
            limit=_SHOWN + 1, offset=query.offset, worst_first=query.order == "lowered"
        )
        return Outcome(
            body={
                "is_used": self._is_used,
                "bound": self._inspecting.bound,
                "answers": summary.answers,
                "votes": summary.votes,
                "people": summary.people,
                "passages": summary.passages,
                "last_reset_at": summary.last_reset_at.isoformat() if summary.last_reset_at else None,
                "records": [_record(one) for one in found[:_SHOWN]],
                "offset": query.offset,
                "limit": _SHOWN,
                "more": len(found) > _SHOWN,
            }
        )

    async def _explained(self, request: DeskRequest) -> Outcome:
        found = await self._inspecting.questions(request.path["record_id"])
        answers = [answer_id for one in found for answer_id in one.answer_ids]
        async with self._database.read() as connection:
            private = await connection.run_sync(lambda sync: kept_private(Session(sync), answers))
        return Outcome(
            body={
                "bound": self._inspecting.bound,
                "questions": [_question(one, is_private=private.issuperset(one.answer_ids)) for one in found],
            }
        )

    async def _reset_one(self, request: DeskRequest) -> Outcome:
        record_id = request.path["record_id"]
        await self._inspecting.reset(record_id, request.operator.name)
        return Outcome(target=record_id)

    async def _reset_all(self, request: DeskRequest) -> Outcome:
        summary = await self._inspecting.summary()
        await self._inspecting.reset(None, request.operator.name)
        return Outcome(detail={"answers": summary.answers, "passages": summary.passages})


def _record(one: LearnedPassage) -> dict[str, Any]:
    return {
        "record_id": one.record_id,
        "file_name": one.file_name,
        "text": one.text,
        "author": one.author,
        "channel_name": one.channel_name,
        "permalink": one.permalink,
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "bonus": one.bonus,
        "bonus_of_passage": one.bonus_of_passage,
        "up": one.up,
        "down": one.down,
        "people": one.people,
        "questions": one.questions,
        "judged_at": one.judged_at.isoformat(),
    }


def _question(one: LearnedQuestion, *, is_private: bool) -> dict[str, Any]:
    return {
        "question": "" if is_private else one.question,
        "is_private": is_private,
        "bonus": one.bonus,
        "up": one.up,
        "down": one.down,
        "people": one.people,
        "answer_id": one.answer_ids[0] if one.answer_ids and not is_private else None,
        "judged_at": one.judged_at.isoformat(),
    }
