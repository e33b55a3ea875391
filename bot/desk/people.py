"""The page of those who work at the desk."""

from collections.abc import Sequence

from bot.desk.body import Body, Line, checked
from bot.desk.operators import Operators
from bot.desk.route import DeskRequest, Outcome, Role, Route
from bot.errors import BadInput, NotPermitted
from bot.truth.database import Database


class _Added(Body):
    name: Line
    role: Role = "operator"


class OperatorsPart:
    """``operators``: listed, added (the token is in the answer, once) and removed."""

    def __init__(self, database: Database) -> None:
        self._operators = Operators(database)

    def routes(self) -> Sequence[Route]:
        """All of them."""
        return [
            Route(method="GET", path="operators", handler=self._listed),
            Route(method="POST", path="operators", handler=self._add, action="operator_added"),
            Route(method="DELETE", path="operators/{name}", handler=self._remove, action="operator_removed"),
        ]

    async def _listed(self, request: DeskRequest) -> Outcome:
        if request.operator.role != "operator":
            raise NotPermitted
        listed = [
            {
                "name": one.name,
                "role": one.role,
                "created_at": one.created_at.isoformat(),
                "seen_at": one.seen_at.isoformat() if one.seen_at else None,
            }
            for one in await self._operators.listed()
        ]
        return Outcome(body={"operators": listed})

    async def _add(self, request: DeskRequest) -> Outcome:
        body = checked(_Added, request.body)
        if any(one.name == body.name for one in await self._operators.listed()):
            raise BadInput(f"name: {body.name!r} exists")
        token = await self._operators.add(body.name, role=body.role)
        return Outcome(body={"name": body.name, "token": token}, target=body.name, detail={"role": body.role})

    async def _remove(self, request: DeskRequest) -> Outcome:
        name = request.path["name"]
        if name == request.operator.name:
            raise BadInput("name: you cannot remove yourself")
        await self._operators.remove(name)
        return Outcome(target=name)
