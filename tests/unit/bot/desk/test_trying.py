"""Searching for sources over the whole archive, and trying questions."""

from tests.builders import record
from tests.unit.bot.desk.conftest import Team


async def test_operators_find_what_stands_in_every_channel(team: Team) -> None:
    hits = (await (await team.sign_in()).get("find", text="lowest price of the fountain"))["hits"]
    assert str(record(3)) in {hit["record_id"] for hit in hits}
    hit = next(hit for hit in hits if hit["record_id"] == str(record(3)))
    assert (hit["author"], hit["channel"]["name"], hit["channel"]["visibility"]) == ("Ann", "board", "private")
    assert "349" in hit["quote"]


async def test_what_has_no_standard_answer_is_told_to_viewers_too(team: Team) -> None:
    tried = await (await team.sign_in("Vic", "viewer")).get("try", question="Where is the key?")
    assert (tried["standard_answer_id"], tried["matched"]) == (None, None)


async def test_what_everybody_may_be_given_is_found(team: Team) -> None:
    mei = await team.sign_in()
    written = {"question": "Where is the key?", "text": "In the drawer", "channel_ids": ["*"], "owner": "Mei"}
    _, added = await mei.call("POST", "standard", written)
    tried = await mei.get("try", question="Where is the key?")
    assert tried["standard_answer_id"] == added["standard_answer_id"]


async def test_what_cannot_be_tried_is_refused(team: Team) -> None:
    mei = await team.sign_in()
    for query in ({}, {"question": ""}, {"question": "x" * 501}, {"question": "x", "more": "1"}):
        status, body = await mei.call("GET", "try", query=query)
        assert (status, body["error"]["code"]) == (400, "bad_input")
