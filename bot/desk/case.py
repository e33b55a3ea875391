"""One case: what was asked and answered, how it is mended, and what else can be decided about it."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.curating.standard_answers import StandardAnswers
from bot.desk.auditing import Auditing
from bot.desk.body import Body, Identifier, checked
from bot.desk.naming import channels_named, sources_described
from bot.desk.queue import case_view
from bot.desk.route import DeskRequest, Outcome, Route
from bot.desk.standard import StandardPart, Written, told
from bot.desk.validity import last_day
from bot.errors import BadInput, NotFound
from bot.feedback.case_views import CaseAnswer, CaseDetail
from bot.feedback.cases import Cases
from bot.truth.database import Database

_MERGE_CHOICES = 50


class _Mended(Written):
    answer_id: Identifier | None = None
    """The answer that it replaces."""
    standard_answer_id: Identifier | None = None
    """The one to be given other words, instead of a new one."""


class _Merged(Body):
    into: Identifier


class CasePart:
    """``cases/{id}``: shown with a draft, mended, merged, dismissed and opened again."""

    def __init__(
        self,
        database: Database,
        cases: Cases,
        standard: StandardAnswers,
        *,
        writing: StandardPart,
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._cases = cases
        self._standard = standard
        self._writing = writing
        self._zone = zone
        self._auditing = Auditing(database)

    def routes(self) -> Sequence[Route]:
        """All of them."""
        return [
            Route(method="GET", path="cases/{id}", handler=self._one),
            Route(method="GET", path="cases/{id}/others", handler=self._others),
            Route(method="POST", path="cases/{id}/mend", handler=self._mend, action="case_mended"),
            Route(method="POST", path="cases/{id}/merge", handler=self._merge, action="case_merged"),
            Route(method="POST", path="cases/{id}/dismiss", handler=self._dismiss, action="case_dismissed"),
            Route(method="POST", path="cases/{id}/reopen", handler=self._reopen, action="case_reopened"),
        ]

    async def _one(self, request: DeskRequest) -> Outcome:
        detail = await self._cases.case(request.path["id"])
        draft = await self._of_standard(detail) or await self._of_answer(detail, owner=request.operator.name)

        def around(session: Session) -> dict[str, Any]:
            channels = channels_named(session, [answer.channel_id for answer in detail.answers])
            sources = sources_described(session, draft.pop("sources"))
            return {
                "answers": [_answer(one) | {"channel": channels.get(one.channel_id)} for one in detail.answers],
                "draft": draft | {"sources": [source for source in sources if source["stands"]]},
            }

        async with self._database.read() as connection:
            body = await connection.run_sync(lambda sync: around(Session(sync)))
        return Outcome(body={"case": case_view(detail.case)} | body)

    async def _of_standard(self, detail: CaseDetail) -> dict[str, Any] | None:
        """The form begins with the standard answer that the case is about, or that was given in it, while it stands."""
        told_by = [detail.case.standard_answer_id, *(one.standard_answer_id for one in detail.answers)]
        this = next((one for one in told_by if one), None)
        if this is None:
            return None
        try:
            kept = await self._standard.get(this)
        except NotFound:
            return None
        if kept.state != "approved":
            return None
        known = {way.casefold() for way in kept.questions}
        return {
            "standard_answer_id": kept.standard_answer_id,
            "answer_id": None,
            "question": kept.question,
            "variants": list(kept.variants),
            "ways": [way for way in _ways(detail) if way.casefold() not in known],
            "text": kept.text,
            "sources": kept.sources,
            "owner": kept.owner,
            "last_day": last_day(kept.valid_until, self._zone),
            "channel_ids": sorted(kept.narrowed_to),
        }

    async def _of_answer(self, detail: CaseDetail, *, owner: str) -> dict[str, Any]:
        """The form begins with the newest answer that said something."""
        ways = _ways(detail) or [detail.case.question]
        spoken = next((one for one in detail.answers if not one.abstained), None)
        draft = await self._standard.from_answer(spoken.answer_id) if spoken else None
        asked_in = sorted({one.channel_id for one in detail.answers})
        return {
            "standard_answer_id": None,
            "answer_id": spoken.answer_id if spoken else None,
            "question": ways[0],
            "variants": [],
            "ways": ways[1:],
            "text": draft.text if draft else "",
            "sources": draft.sources if draft else (),
            "owner": owner,
            "last_day": None,
            "channel_ids": [] if draft and draft.sources else asked_in[:1],
        }

    async def _others(self, request: DeskRequest) -> Outcome:
        """Cases that this one could be merged into."""
        this = request.path["id"]
        found = await self._cases.listed("open", limit=_MERGE_CHOICES)
        mended = await self._cases.listed("mended", limit=_MERGE_CHOICES)
        return Outcome(body={"cases": [case_view(one) for one in (*found, *mended) if one.case_id != this]})

    async def _mend(self, request: DeskRequest) -> Outcome:
        this, body = request.path["id"], checked(_Mended, request.body)
        operator = request.operator.name
        detail = await self._cases.case(this)
        if detail.case.state == "merged" or detail.case.case_id != this:
            raise BadInput(f"merged into {detail.case.case_id}")
        if body.standard_answer_id is not None:
            await self._writing.rewrite(body.standard_answer_id, body, operator=operator)
            kept = body.standard_answer_id
        else:
            kept = await self._writing.write(body, operator=operator, replaces_answer_id=body.answer_id)
        await self._cases.mended(this, operator, kept)
        action = "standard_answer_edited" if body.standard_answer_id else "standard_answer_added"
        await self._auditing.note(operator, action, kept, told(body))
        return Outcome(
            body={"standard_answer_id": kept},
            target=this,
            detail={"standard_answer": kept, "answers": detail.case.answers},
        )

    async def _merge(self, request: DeskRequest) -> Outcome:
        this, into = request.path["id"], checked(_Merged, request.body).into
        await self._cases.merge(this, into, request.operator.name)
        return Outcome(body={"case_id": into}, target=this, detail={"into": into})

    async def _dismiss(self, request: DeskRequest) -> Outcome:
        checked(Body, request.body)
        await self._cases.dismiss(request.path["id"], request.operator.name)
        return Outcome(target=request.path["id"])

    async def _reopen(self, request: DeskRequest) -> Outcome:
        checked(Body, request.body)
        await self._cases.reopen(request.path["id"], request.operator.name)
        return Outcome(target=request.path["id"])


def _ways(detail: CaseDetail) -> list[str]:
    """Every wording once, the newest first."""
    ways: dict[str, str] = {}
    for one in detail.answers:
        ways.setdefault(one.searched.casefold(), one.searched)
    return list(ways.values())


def _answer(one: CaseAnswer) -> dict[str, Any]:
    return {
        "answer_id": one.answer_id,
        "question": one.question,
        "searched": one.searched,
        "text": one.text,
        "asked_at": one.asked_at.isoformat(),
        "person": one.person_name,
        "permalink": one.permalink,
        "abstained": one.abstained,
        "reason": one.reason,
        "standard_answer_id": one.standard_answer_id,
        "causes": list(one.causes),
        "verdicts": [
            {
                "person": verdict.person_name,
                "kind": verdict.kind,
                "reasons": list(verdict.reasons),
                "comment": verdict.comment,
                "judged_at": verdict.judged_at.isoformat(),
            }
            for verdict in one.verdicts
        ],
        "replies": [
            {
                "record_id": reply.record_id,
                "person": reply.person_name,
                "text": reply.text,
                "sent_at": reply.sent_at.isoformat(),
                "permalink": reply.permalink,
            }
            for reply in one.replies
        ],
    }
