"""The page of the audit."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from bot.desk.auditing import Auditing
from bot.desk.body import Body, Identifier, checked
from bot.desk.route import DeskRequest, Outcome, Route
from bot.truth.database import Database


class _Query(Body):
    operator: Identifier | None = None
    action: Identifier | None = None
    target: Identifier | None = None
    before: Annotated[int, Field(ge=1)] | None = None


class AuditPart:
    """``GET audit``: who did what when."""

    def __init__(self, database: Database) -> None:
        self._auditing = Auditing(database)

    def routes(self) -> Sequence[Route]:
        """One to read; nothing writes but the desk itself."""
        return [Route(method="GET", path="audit", handler=self._listed)]

    async def _listed(self, request: DeskRequest) -> Outcome:
        query = checked(_Query, request.query)
        limit = 50
        entries = await self._auditing.listed(**query.model_dump(), limit=limit + 1)
        shown = [{**asdict(entry), "done_at": entry.done_at.isoformat()} for entry in entries[:limit]]
        following = entries[limit - 1].audit_id if len(entries) > limit else None
        return Outcome(body={"entries": shown, "next_before": following})
