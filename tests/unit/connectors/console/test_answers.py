from datetime import UTC, datetime, timedelta

from connectors.connector import Card
from connectors.events import ChannelId
from tests.fakes.console_host import Script
from tests.unit.connectors.console.conftest import Console


async def _answer(console: Console) -> str:
    direct = await console.enter("Ada")
    page = await console.socket()
    await console.say(direct, "hello?")
    return str((await page.next("ask", phase="finished"))["answer"]["answer_id"])


async def test_the_last_verdict_counts_and_can_be_withdrawn(console: Console) -> None:
    answer_id = await _answer(console)
    ada = console.host.person("Ada").person_id
    down = {"answer_id": answer_id, "verdict": "down", "reasons": ["wrong", "outdated"], "comment": " 19 not 12 "}
    for body, stored in (
        ({"answer_id": answer_id, "verdict": "up"}, ("up", (), "")),
        (down, ("down", ("wrong", "outdated"), "19 not 12")),
        ({**down, "verdict": "withdrawn"}, ("withdrawn", (), "")),
    ):
        assert (await console.send("PUT", "/api/verdicts", body))[0] == 200
        assert console.host.verdicts[answer_id, ada] == stored


async def test_verdicts_are_checked(console: Console) -> None:
    answer_id = await _answer(console)
    assert (await console.send("PUT", "/api/verdicts", {"answer_id": answer_id, "verdict": "meh"}))[0] == 400
    assert (await console.send("PUT", "/api/verdicts", {"answer_id": "unknown", "verdict": "up"}))[0] == 404


async def test_a_card_is_decided_by_the_person_who_asked_alone(console: Console) -> None:
    channel = await console.create("launch")
    card = Card(
        card_id="card-1",
        text="Delete?",
        confirm="Yes",
        cancel="No",
        deletes=True,
        language="en",
        expires_at=datetime.now(UTC) + timedelta(minutes=10),
        channel_id=ChannelId(channel),
    )
    console.host.scripts.insert(0, Script(about="forget", text="", card=card))
    socket = await console.socket()
    await console.say(channel, "@拾光 forget it")
    shown = await socket.next("ask", phase="card")
    assert shown["card"]["text"] == "Delete?"
    again = await console.session.ws_connect(console.url("/ws"))
    assert [one["card_id"] for one in (await again.receive_json())["cards"]] == ["card-1"]
    body = {"card_id": "card-1", "accepted": True}
    assert (await console.send("PUT", "/api/cards", body, "Bo"))[0] == 403
    assert (await console.send("PUT", "/api/cards", {**body, "card_id": "nothing"}))[0] == 404
    status, data = await console.send("PUT", "/api/cards", body)
    assert (status, data["decision"]["state"]) == (200, "done")
    assert console.host.decisions == {"card-1": True}


async def test_that_a_source_was_opened_is_told(console: Console) -> None:
    answer_id = await _answer(console)
    ada = console.host.person("Ada").person_id
    body = {"answer_id": answer_id, "record_id": "m1"}
    assert (await console.send("POST", "/api/signs", body))[0] == 200
    assert console.host.opened == [(answer_id, "m1", ada)]
    assert (await console.send("POST", "/api/signs", {**body, "answer_id": "unknown"}))[0] == 404
    assert (await console.send("POST", "/api/signs", {"answer_id": answer_id}))[0] == 400
