"""A second answer, and which of the two is better."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.connector import Answer
from connectors.console import again
from connectors.console.ids import answer_record_id
from connectors.events import MessageDeleted, MessagePosted
from tests.unit.connectors.console.conftest import Console, Socket


async def _answered(console: Console, *, where: str | None = None) -> tuple[Answer, str, Socket]:
    """An answer to Ada with its message, in a public channel."""
    await console.enter("Ada")
    channel = where or await console.create("launch")
    socket = await console.socket()
    await console.say(channel, "@拾光 hello?")
    answer_id = str((await socket.next("ask", phase="finished"))["answer"]["answer_id"])
    await console.host.settled()
    answer = await console.host.answer(answer_id)
    assert answer is not None
    console.host.second = replace(answer, answer_id="second", text="Quite another one.", abstained=False)
    return answer, channel, socket


async def _again(console: Console, answer_id: str, person: str = "Ada") -> tuple[int, Any]:
    return await console.send("POST", "/api/again", {"answer_id": answer_id}, person)


async def test_both_answers_come_in_an_order_that_chance_decides(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, _, _ = await _answered(console)
    tossed = iter([0, 1])
    monkeypatch.setattr(again, "secrets", SimpleNamespace(randbelow=lambda sides: next(tossed) % sides))
    orders = set()
    for _ in range(2):
        status, data = await _again(console, answer.answer_id)
        assert status == 200
        orders.add(tuple(one["answer_id"] for one in data["pair"]["answers"]))
    assert orders == {(answer.answer_id, "second"), ("second", answer.answer_id)}
    assert not console.host.pairs, "what somebody asked for cannot be let pass"
    asked, utterance = console.host.again[0]
    assert (asked, utterance.text, utterance.kind) == (answer.answer_id, answer.question, "mention")


async def test_what_is_picked_takes_the_place_of_the_other(console: Console) -> None:
    answer, channel, _ = await _answered(console)
    await _again(console, answer.answer_id)
    pick = {"chosen": "second", "other": answer.answer_id, "first_shown": "second"}
    assert (await console.send("PUT", "/api/preferences", pick))[0] == 200
    await console.host.settled()
    assert console.host.preferences == [("second", answer.answer_id, "second", console.host.person("Ada").person_id)]
    posted, gone = console.host.accepted[-2:]
    assert isinstance(posted, MessagePosted)
    assert (posted.text, posted.answer_id, posted.channel.channel_id) == ("Quite another one.", "second", channel)
    assert isinstance(gone, MessageDeleted)
    assert gone.record_id == answer_record_id(answer.answer_id)
    # Once more, as after a lost reply: nothing is posted twice.
    before = len(console.host.accepted)
    assert (await console.send("PUT", "/api/preferences", pick))[0] == 200
    assert len(console.host.accepted) == before


async def test_the_first_stays_when_it_is_picked(console: Console) -> None:
    answer, _, _ = await _answered(console)
    await _again(console, answer.answer_id)
    before = len(console.host.accepted)
    pick = {"chosen": answer.answer_id, "other": "second", "first_shown": "second"}
    assert (await console.send("PUT", "/api/preferences", pick))[0] == 200
    assert len(console.host.accepted) == before
    assert console.host.preferences


async def test_the_same_words_are_no_choice(console: Console) -> None:
    answer, _, _ = await _answered(console)
    console.host.second = replace(answer, answer_id="second")
    assert (await _again(console, answer.answer_id))[1] == {"pair": None, "notice": None}


async def test_only_who_may_read_the_answer_gets_another(console: Console) -> None:
    channel = await console.create("secret", members=("Ada",))
    answer, _, _ = await _answered(console, where=channel)
    assert (await _again(console, answer.answer_id, "Bo"))[0] in (403, 404)
    assert (await _again(console, "unknown"))[0] == 404
    pick = {"chosen": "unknown", "other": answer.answer_id, "first_shown": "unknown"}
    assert (await console.send("PUT", "/api/preferences", pick))[0] == 404
    assert not console.host.again


async def test_now_and_then_who_asked_is_asked_which_is_better(console: Console) -> None:
    answer, channel, socket = await _answered(console)
    console.host.wants_pairs = True
    await console.say(channel, "@拾光 hello?")
    pair = (await socket.next("pair"))["pair"]
    assert {one["answer_id"] for one in pair["answers"]} == {pair["asked"], "second"}
    assert console.host.pairs == [(pair["asked"], "second", console.host.person("Ada").person_id)]
    decline = {"first": pair["asked"], "second": "second"}
    assert (await console.send("DELETE", "/api/preferences", **decline))[0] == 200
    assert console.host.declined == [(pair["asked"], "second", console.host.person("Ada").person_id)]
    assert pair["asked"] != answer.answer_id
