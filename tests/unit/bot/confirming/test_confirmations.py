import asyncio
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from bot.application import Application
from bot.confirming import Asked, Confirmations
from bot.errors import NotFound, NotPermitted, ShiguangError
from bot.truth.database import Database
from tests.builders import person

_START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_ANN, _BO = person("Ann"), person("Bo")


class Counting:
    """An action that counts how often it was done, and may wait or fail."""

    deletes: ClassVar[bool] = False

    def __init__(self) -> None:
        self.done: list[str] = []
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.error: Exception | None = None

    def question(self, asked: Asked) -> str:
        return f"Do {asked.details['what']}?"

    async def carry_out(self, asked: Asked) -> str:
        self.began.set()
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        self.done.append(str(asked.details["what"]))
        return f"{asked.details['what']} is done."


class Clock:
    def __init__(self) -> None:
        self.now = _START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def database(application: Application) -> Database:
    return application.database


async def _put(confirmations: Confirmations) -> str:
    asked = Asked(person=_ANN, details={"what": "it"}, language="en")
    return (await confirmations.put("count", asked, channel_id="console:launch")).card_id


async def test_nothing_happens_before_the_person_confirms(database: Database) -> None:
    action, clock = Counting(), Clock()
    confirmations = Confirmations(database, {"count": action}, clock=clock)
    card_id = await _put(confirmations)
    [card] = await confirmations.open_cards(_ANN.person_id)
    assert (card.card_id, card.text, card.confirm, card.cancel) == (card_id, "Do it?", "Confirm", "Cancel")
    assert card.expires_at == _START + timedelta(minutes=10)
    assert not await confirmations.open_cards(_BO.person_id)
    assert not action.done
    decision = await confirmations.decide(card_id, _ANN, accepted=True)
    assert (decision.state, decision.text) == ("done", "it is done.")
    assert action.done == ["it"]
    assert not await confirmations.open_cards(_ANN.person_id)


async def test_twice_is_once(database: Database) -> None:
    action = Counting()
    confirmations = Confirmations(database, {"count": action}, clock=Clock())
    card_id = await _put(confirmations)
    both = await asyncio.gather(*(confirmations.decide(card_id, _ANN, accepted=True) for _ in range(2)))
    assert {decision.text for decision in both} == {"it is done."}
    late = await confirmations.decide(card_id, _ANN, accepted=False)
    assert (late.state, late.text) == ("done", "This was confirmed before.\nit is done.")
    assert action.done == ["it"]


async def test_what_was_cancelled_stays_cancelled(database: Database) -> None:
    action = Counting()
    confirmations = Confirmations(database, {"count": action}, clock=Clock())
    card_id = await _put(confirmations)
    assert (await confirmations.decide(card_id, _ANN, accepted=False)).state == "cancelled"
    later = await confirmations.decide(card_id, _ANN, accepted=True)
    assert (later.state, later.text) == ("cancelled", "This was cancelled before; nothing was changed.")
    assert not action.done


async def test_only_who_asked_decides(database: Database) -> None:
    confirmations = Confirmations(database, {"count": Counting()}, clock=Clock())
    card_id = await _put(confirmations)
    with pytest.raises(NotPermitted):
        await confirmations.decide(card_id, _BO, accepted=True)
    with pytest.raises(NotFound):
        await confirmations.decide("nothing", _ANN, accepted=True)
    assert (await confirmations.decide(card_id, _ANN, accepted=True)).state == "done"


async def test_a_card_expires_after_ten_minutes(database: Database) -> None:
    action, clock = Counting(), Clock()
    confirmations = Confirmations(database, {"count": action}, clock=clock)
    card_id = await _put(confirmations)
    clock.now += timedelta(minutes=10)
    assert not await confirmations.open_cards(_ANN.person_id)
    decision = await confirmations.decide(card_id, _ANN, accepted=True)
    assert decision.state == "expired"
    assert not action.done


async def test_a_restart_in_between_loses_nothing(database: Database) -> None:
    stopped, action = Counting(), Counting()
    stopped.may_end.clear()
    before = Confirmations(database, {"count": stopped}, clock=Clock())
    card_id = await _put(before)
    deciding = asyncio.create_task(before.decide(card_id, _ANN, accepted=True))
    await stopped.began.wait()
    await before.close()
    deciding.cancel()
    await asyncio.gather(deciding, return_exceptions=True)
    after = Confirmations(database, {"count": action}, clock=Clock())
    await after.resume()
    decision = await after.decide(card_id, _ANN, accepted=True)
    assert (decision.state, action.done) == ("done", ["it"])
    await after.resume()
    assert action.done == ["it"]


@pytest.mark.parametrize(
    ("error", "code"), [(NotPermitted(), "not_permitted"), (RuntimeError("secret detail"), ShiguangError.code)]
)
async def test_a_failure_is_told_and_not_tried_again(database: Database, error: Exception, code: str) -> None:
    action = Counting()
    action.error = error
    confirmations = Confirmations(database, {"count": action}, clock=Clock())
    card_id = await _put(confirmations)
    decision = await confirmations.decide(card_id, _ANN, accepted=True)
    assert decision.state == "failed"
    assert f"({code})" in decision.text
    assert "secret detail" not in decision.text
    action.error = None
    assert (await confirmations.decide(card_id, _ANN, accepted=True)).state == "failed"
    assert not action.done
