"""The page of comparisons: two answers to a question side by side, without telling which configuration made which."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from bot.desk.body import Body, Identifier, checked
from bot.desk.route import DeskRequest, Outcome, Route
from bot.evaluation.comparisons import Blind, Comparisons, ComparisonView
from bot.evaluation.machine_checks import BETTER_WHEN_LESS
from bot.truth.database import Database
from connectors.connector import Answer


class _Pick(Body):
    asked_answer_id: Identifier
    place: Literal["first", "second", "neither"]


class ComparingPart:
    """``GET comparisons`` and ``comparisons/{id}``, and what a person picks."""

    def __init__(self, database: Database) -> None:
        self._comparisons = Comparisons(database)

    def routes(self) -> Sequence[Route]:
        """Read, pick and remove; comparisons are made by ``shiguang eval compare``."""
        return [
            Route(method="GET", path="comparisons", handler=self._listed),
            Route(method="GET", path="comparisons/{comparison_id}", handler=self._one),
            Route(
                method="POST",
                path="comparisons/{comparison_id}/pick",
                handler=self._pick,
                action="comparison_picked",
            ),
            Route(
                method="DELETE", path="comparisons/{comparison_id}", handler=self._remove, action="comparison_removed"
            ),
        ]

    async def _listed(self, _: DeskRequest) -> Outcome:
        return Outcome(body={"comparisons": [_head(one) for one in await self._comparisons.listed()]})

    async def _one(self, request: DeskRequest) -> Outcome:
        comparison_id = request.path["comparison_id"]
        found = await self._comparisons.get(comparison_id)
        blind = await self._comparisons.next(comparison_id)
        body: dict[str, Any] = {**_head(found), "next": None if blind is None else _blind(blind)}
        if found.is_judged:
            body["result"] = await self._result(found)
        return Outcome(body=body)

    async def _result(self, found: ComparisonView) -> Mapping[str, Any]:
        """Told only when everything was looked at: who knows which side is which does not pick freely."""
        by_model = await self._comparisons.picks(found.comparison_id, by_model=True)
        return {
            "left": dict(found.left),
            "right": dict(found.right),
            "figures": [
                {"name": name, "less_is_better": name in BETTER_WHEN_LESS, **values}
                for name, values in found.figures.items()
            ],
            "picks": (await self._comparisons.picks(found.comparison_id)).document(),
            "judge": by_model.document() if by_model.left + by_model.right + by_model.neither else None,
        }

    async def _pick(self, request: DeskRequest) -> Outcome:
        comparison_id, body = request.path["comparison_id"], checked(_Pick, request.body)
        await self._comparisons.pick(comparison_id, body.asked_answer_id, body.place, picked_by=request.operator.name)
        return Outcome(target=comparison_id, detail={"answer": body.asked_answer_id})

    async def _remove(self, request: DeskRequest) -> Outcome:
        comparison_id = request.path["comparison_id"]
        await self._comparisons.remove(comparison_id)
        return Outcome(target=comparison_id)


def _head(found: ComparisonView) -> dict[str, Any]:
    return {
        "comparison_id": found.comparison_id,
        "state": found.state,
        "created_at": found.created_at.isoformat(),
        "created_by": found.created_by,
        "questions": found.questions,
        "picked": found.picked,
        "judged": found.is_judged,
    }


def _blind(blind: Blind) -> dict[str, Any]:
    return {
        "asked_answer_id": blind.asked_answer_id,
        "question": blind.question,
        "first": _answer(blind.first),
        "second": _answer(blind.second),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    """As people would have seen it; the model's name would tell which side it is."""
    return {
        "text": answer.text,
        "language": answer.language,
        "citations": [{"n": one.n, "quote": one.quote, "author": one.author} for one in answer.citations],
    }
