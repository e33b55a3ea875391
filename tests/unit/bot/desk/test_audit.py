"""The audit and the page of operators."""

from bot.desk.audit import AuditPart
from bot.desk.auditing import Auditing
from bot.desk.people import OperatorsPart
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
