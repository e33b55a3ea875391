"""The audit, which holds whatever was changed, and the page of operators."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from bot.desk.audit import AuditPart
from bot.desk.auditing import Auditing
from bot.desk.people import OperatorsPart
from bot.desk.route import DeskRequest, Outcome, Route
from bot.errors import BadInput
from bot.truth.database import Database
from bot.truth.tables import AuditRow, DeskSettingRow
from tests.unit.bot.desk.conftest import House


async def test_entries_come_latest_first_by_pages_and_by_who_did_what(house: House) -> None:
    await house.open([AuditPart(house.database)])
    ann = await house.sign_in("Ann")
    auditing = Auditing(house.database)
    for number in range(60):
        await auditing.note("Bob" if number % 2 else "Ann", "case_dismissed", f"case-{number}", {"n": number})
    first = await ann.get("audit")
    assert [entry["target"] for entry in first["entries"][:2]] == ["case-59", "case-58"]
    rest = await ann.get("audit", before=str(first["next_before"]))
    assert len(first["entries"]) + len(rest["entries"]) == 61
    assert rest["next_before"] is None
    assert {entry["operator"] for entry in (await ann.get("audit", operator="Bob"))["entries"]} == {"Bob"}
    assert len((await ann.get("audit", action="signed_in"))["entries"]) == 1
    assert (await ann.get("audit", target="case-7"))["entries"][0]["detail"] == {"n": 7}
    assert (await ann.call("GET", "audit", query={"before": "x"}))[0] == 400


async def test_operators_let_others_in_and_out(house: House) -> None:
    await house.open([OperatorsPart(house.database)])
    ann = await house.sign_in("Ann")
    _, added = await ann.call("POST", "operators", {"name": "Vic", "role": "viewer"})
    vic = await house.stranger()
    assert (await vic.call("POST", "login", {"token": added["token"]}))[0] == 200
    assert await vic.code("GET", "operators") == (403, "not_permitted")
    assert [(one["name"], one["role"]) for one in (await ann.get("operators"))["operators"]] == [
        ("Ann", "operator"),
        ("Vic", "viewer"),
    ]
    assert await ann.code("POST", "operators", {"name": "Vic"}) == (400, "bad_input")
    assert await ann.code("DELETE", "operators/Ann") == (400, "bad_input")
    assert (await ann.call("DELETE", "operators/Vic"))[0] == 200
    assert await vic.code("GET", "me") == (401, "not_signed_in")
    actions = [(one.action, one.target) for one in await Auditing(house.database).listed(operator="Ann")]
    assert actions == [("operator_removed", "Vic"), ("operator_added", "Vic"), ("signed_in", "")]
    assert added["token"] not in str(await Auditing(house.database).listed())


class _Changing:
    """A part that changes something in several ways, and tells what the audit holds at that very moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._later = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def routes(self) -> Sequence[Route]:
        return [Route(method="POST", path="change/{how}", handler=self._change, action="changed")]

    async def _change(self, request: DeskRequest) -> Outcome:
        how = request.path["how"]
        if how == "later":
            self._task = asyncio.create_task(self._then())
            return Outcome(target=how, detail={"n": 1})
        if how == "then":
            self._later.set()
            assert self._task is not None
            await self._task
            return Outcome(target=how)
        await self._write("one")
        async with self._database.read() as connection:
            noted = [tuple(row) for row in await connection.execute(select(AuditRow.action, AuditRow.detail))]
        assert noted[-1] == ("changed", {"unfinished": True}), "it is there with the change itself"
        if how == "dies":
            raise RuntimeError
        await self._write("two")
        return Outcome(target=how, detail={"n": 1})

    async def _then(self) -> None:
        await self._later.wait()
        await self._write("late")

    async def _write(self, key: str) -> None:
        row = {"key": key, "value": {}, "changed_at": datetime.now(UTC), "changed_by": "Ann"}
        async with self._database.begin() as connection:
            await connection.execute(insert(DeskSettingRow).values(**row))


class _Refusing(_Changing):
    async def _write(self, key: str) -> None:
        async with self._database.begin():
            raise BadInput(key)


@pytest.mark.parametrize(
    ("how", "status", "noted"), [("well", 200, ("well", {"n": 1})), ("dies", 500, ("", {"unfinished": True}))]
)
async def test_what_is_changed_is_in_the_audit_with_it_whatever_happens_then(
    house: House, how: str, status: int, noted: tuple[str, dict[str, object]]
) -> None:
    await house.open([_Changing(house.database)])
    ann = await house.sign_in("Ann")
    assert (await ann.call("POST", f"change/{how}", {}))[0] == status
    (entry,) = await Auditing(house.database).listed(action="changed")
    assert (entry.operator, entry.target, entry.detail) == ("Ann", *noted)


async def test_what_was_refused_is_not_in_the_audit(house: House) -> None:
    await house.open([_Refusing(house.database)])
    ann = await house.sign_in("Ann")
    assert await ann.code("POST", "change/anything", {}) == (400, "bad_input")
    assert await Auditing(house.database).listed(action="changed") == []


async def test_what_goes_on_after_the_reply_is_no_second_entry(house: House) -> None:
    await house.open([_Changing(house.database)])
    ann = await house.sign_in("Ann")
    assert (await ann.call("POST", "change/later", {}))[0] == 200
    assert (await ann.call("POST", "change/then", {}))[0] == 200
    entries = await Auditing(house.database).listed(action="changed")
    assert [(one.target, one.detail) for one in entries] == [("then", {}), ("later", {"n": 1})]
