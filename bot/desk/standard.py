"""The page of standard answers: what is given before the model is asked, and what waits for an operator."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from bot.curating.standard_answer import Attention, StandardAnswer, StandardSource, Uses
from bot.curating.standard_answers import StandardAnswers
from bot.curating.wordings import confirmed_wordings, how_many_confirmed
from bot.desk.auditing import Auditing
from bot.desk.body import Body, Identifier, Line, Text, checked
from bot.desk.naming import channels_named, people_named, sources_described
from bot.desk.route import DeskRequest, Outcome, Route
from bot.desk.validity import end_of, last_day
from bot.errors import BadInput, ShiguangError
from bot.truth.database import Database

_SHOWN = 50
_HISTORY = 30
_CONFIRMED = 20


class Source(Body):
    """A message, or a page of a file that was shared with it."""

    n: Annotated[int, Field(ge=1, le=99)]
    record_id: Identifier
    file_id: Identifier | None = None
    page: Annotated[str, Field(max_length=200)] | None = None

    def kept(self) -> StandardSource:
        """As it is stored."""
        return StandardSource(n=self.n, record_id=self.record_id, file_id=self.file_id, page=self.page)


class Written(Body):
    """A standard answer as an operator writes it."""

    question: Line
    variants: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    text: Text
    sources: Annotated[tuple[Source, ...], Field(max_length=20)] = ()
    channel_ids: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    owner: Annotated[Line, Field(max_length=80)]
    last_day: date | None = None


class _Approved(Body):
    owner: Annotated[Line, Field(max_length=80)]
    last_day: date | None = None


class _Confirmed(Body):
    answer_id: Identifier


class _Query(Body):
    state: Literal["approved", "proposed", "attention"] = "approved"
    text: Annotated[str, Field(max_length=200)] = ""
    offset: Annotated[int, Field(ge=0)] = 0


class StandardPart:
    """``standard``: listed, shown with its history, written, given other wordings, approved and removed."""

    def __init__(self, database: Database, standard: StandardAnswers, *, zone: tzinfo) -> None:
        self._database = database
        self._standard = standard
        self._zone = zone
        self._auditing = Auditing(database)

    def routes(self) -> Sequence[Route]:
        """All of them."""
        return [
            Route(method="GET", path="standard", handler=self._listed),
            Route(method="POST", path="standard", handler=self._add, action="standard_answer_added"),
            Route(method="GET", path="standard/{id}", handler=self._one),
            Route(method="PUT", path="standard/{id}", handler=self._edit, action="standard_answer_edited"),
            Route(
                method="POST", path="standard/{id}/approve", handler=self._approve, action="standard_answer_approved"
            ),
            Route(
                method="POST",
                path="standard/{id}/variants",
                handler=self._add_confirmed,
                action="standard_answer_variant_added",
            ),
            Route(method="DELETE", path="standard/{id}", handler=self._remove, action="standard_answer_removed"),
        ]

    async def write(self, written: Written, *, operator: str, replaces_answer_id: str | None = None) -> str:
        """Keep a new one and give it from now on; what cannot be given is not kept as a proposal either.

        Raises what ``StandardAnswers`` raises.
        """
        known = {one.standard_answer_id for one in await self._standard.listed("proposed", "approved")}
        added = await self._standard.propose(
            question=written.question,
            text=written.text,
            proposed_by=operator,
            channel_ids=written.channel_ids,
            variants=written.variants,
            sources=[source.kept() for source in written.sources],
            replaces_answer_id=replaces_answer_id,
        )
        try:
            await self.rewrite(added, written, operator=operator)
            await self._standard.approve(
                added, owner=written.owner, valid_until=end_of(written.last_day, self._zone), operator=operator
            )
        except ShiguangError:
            if added not in known:
                await self._standard.remove(added, operator=operator)
            raise
        return added

    async def rewrite(self, standard_answer_id: str, written: Written, *, operator: str) -> None:
        """Give one other words, sources and readers."""
        await self._standard.edit(
            standard_answer_id,
            question=written.question,
            variants=written.variants,
            text=written.text,
            sources=[source.kept() for source in written.sources],
            channel_ids=written.channel_ids,
            owner=written.owner,
            valid_until=end_of(written.last_day, self._zone),
            operator=operator,
        )

    async def _listed(self, request: DeskRequest) -> Outcome:
        query = checked(_Query, request.query)
        concerns: dict[str, Attention] = {}
        attention = await self._standard.needing_attention(datetime.now(UTC))
        if query.state == "attention":
            concerns = {one.standard_answer.standard_answer_id: one for one in attention}
            found = [one.standard_answer for one in attention]
        else:
            found = await self._standard.listed(query.state)
            if query.state == "approved":
                concerns = {one.standard_answer.standard_answer_id: one for one in attention}
        counts = {"attention": len(attention)}
        if query.text:
            wanted = query.text.casefold()
            found = [one for one in found if wanted in " ".join((*one.questions, one.text)).casefold()]
        shown = found[query.offset : query.offset + _SHOWN]
        uses = await self._standard.uses([one.standard_answer_id for one in shown])

        def view(session: Session) -> list[dict[str, Any]]:
            people = people_named(session, [one.proposed_by for one in shown])
            channels = channels_named(session, [channel for one in shown for channel in one.channel_ids])
            confirmed = how_many_confirmed(session, shown)
            return [
                self._view(one, uses.get(one.standard_answer_id, Uses()), people, channels)
                | _concern(concerns.get(one.standard_answer_id))
                | {"confirmed": confirmed.get(one.standard_answer_id, 0)}
                for one in shown
            ]

        async with self._database.read() as connection:
            views = await connection.run_sync(lambda sync: view(Session(sync)))
        return Outcome(
            body={
                "standard": views,
                "total": len(found),
                "offset": query.offset,
                "limit": _SHOWN,
                "counts": counts | {"proposed": len(await self._standard.listed("proposed"))},
            }
        )

    async def _one(self, request: DeskRequest) -> Outcome:
        one = await self._standard.get(request.path["id"])
        attention = await self._standard.needing_attention(datetime.now(UTC))
        concern = next(
            (held for held in attention if held.standard_answer.standard_answer_id == one.standard_answer_id), None
        )
        uses = (await self._standard.uses([one.standard_answer_id])).get(one.standard_answer_id, Uses())
        history = await self._auditing.listed(target=one.standard_answer_id, limit=_HISTORY)

        def view(session: Session) -> dict[str, Any]:
            people = people_named(session, [one.proposed_by])
            channels = channels_named(session, one.channel_ids)
            contested = [StandardSource(n=1, record_id=one.contested_by)] if one.contested_by else []
            return (
                self._view(one, uses, people, channels)
                | _concern(concern)
                | {
                    "sources": sources_described(session, one.sources),
                    "contested_by": sources_described(session, contested),
                    "confirmed": [
                        {"question": it.question, "answer_id": it.answer_id, "people": it.people}
                        for it in confirmed_wordings(session, one)[:_CONFIRMED]
                    ],
                    "history": [
                        {"done_at": entry.done_at.isoformat(), "operator": entry.operator, "action": entry.action}
                        for entry in history
                    ],
                }
            )

        async with self._database.read() as connection:
            return Outcome(body=await connection.run_sync(lambda sync: view(Session(sync))))

    async def _add(self, request: DeskRequest) -> Outcome:
        written = checked(Written, request.body)
        added = await self.write(written, operator=request.operator.name)
        return Outcome(body={"standard_answer_id": added}, target=added, detail=told(written))

    async def _edit(self, request: DeskRequest) -> Outcome:
        written, this = checked(Written, request.body), request.path["id"]
        await self.rewrite(this, written, operator=request.operator.name)
        return Outcome(body={"standard_answer_id": this}, target=this, detail=told(written))

    async def _approve(self, request: DeskRequest) -> Outcome:
        body, this = checked(_Approved, request.body), request.path["id"]
        await self._standard.approve(
            this,
            owner=body.owner,
            valid_until=end_of(body.last_day, self._zone),
            operator=request.operator.name,
        )
        return Outcome(target=this, detail={"last_day": body.last_day.isoformat()} if body.last_day else {})

    async def _add_confirmed(self, request: DeskRequest) -> Outcome:
        body, this = checked(_Confirmed, request.body), request.path["id"]
        await self._standard.add_confirmed(this, body.answer_id, operator=request.operator.name)
        return Outcome(target=this, detail={"answer_id": body.answer_id})

    async def _remove(self, request: DeskRequest) -> Outcome:
        if request.body:
            raise BadInput("no body was expected")
        await self._standard.remove(request.path["id"], operator=request.operator.name)
        return Outcome(target=request.path["id"])

    def _view(
        self, one: StandardAnswer, uses: Uses, people: Mapping[str, str], channels: Mapping[str, dict[str, Any]]
    ) -> dict[str, Any]:
        return {
            "standard_answer_id": one.standard_answer_id,
            "state": one.state,
            "question": one.question,
            "variants": list(one.variants),
            "text": one.text,
            "owner": one.owner,
            "proposed_by": people.get(one.proposed_by, one.proposed_by),
            "proposed_at": one.proposed_at.isoformat(),
            "approved_at": one.approved_at.isoformat() if one.approved_at else None,
            "last_day": last_day(one.valid_until, self._zone),
            "given": uses.given,
            "up": uses.up,
            "down": uses.down,
            "rests_on": len(one.sources),
            "channel_ids": sorted(one.narrowed_to),
            "channels": [channels[channel] for channel in sorted(one.channel_ids) if channel in channels],
        }


def told(written: Written) -> dict[str, Any]:
    """What the audit is told of it: no words."""
    detail: dict[str, Any] = {"variants": len(written.variants), "sources": len(written.sources)}
    return detail | ({"last_day": written.last_day.isoformat()} if written.last_day else {})


def _concern(attention: Attention | None) -> dict[str, Any]:
    if attention is None:
        return {"concern": None, "concern_since": None}
    return {"concern": attention.concern, "concern_since": attention.since.isoformat()}
