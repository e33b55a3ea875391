"""Searching for sources over the whole archive, and trying questions."""

import pytest

from tests.builders import record
from tests.unit.bot.desk.conftest import Team


async def test_operators_find_what_stands_in_every_channel(team: Team) -> None:
    hits = (await (await team.sign_in()).get("find", text="lowest price of the fountain"))["hits"]
    assert str(record(3)) in {hit["record_id"] for hit in hits}
    hit = next(hit for hit in hits if hit["record_id"] == str(record(3)))
    assert (hit["author"], hit["channel"]["name"], hit["channel"]["visibility"]) == ("Ann", "board", "private")
    assert "349" in hit["quote"]


async def test_what_has_no_standard_answer_is_told(team: Team) -> None:
    mei = await team.sign_in()
    status, body = await mei.call("POST", "try", {"questions": [{"question": "Where is the key?"}]})
    assert status == 200
    assert body["results"][0]["standard_answer_id"] is None


@pytest.mark.parametrize("body", [{}, {"questions": []}, {"questions": [{"question": ""}]}, {"questions": "x"}])
async def test_what_cannot_be_tried_is_refused(team: Team, body: object) -> None:
    assert await (await team.sign_in()).code("POST", "try", body) == (400, "bad_input")
    assert await (await team.sign_in("Vic", "viewer")).code("POST", "try", body) == (403, "not_permitted")
