"""Signing in."""

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.desk.operators import Operators
from bot.desk.session import COOKIE, Sessions
from bot.errors import NotSignedIn, TooManyAttempts, WrongToken
from tests.unit.bot.desk.conftest import House


async def test_guessing_is_slowed_down_and_ends_with_a_minute(house: House) -> None:
    operators = Operators(house.database)
    token = await operators.add("Ann")
    now = 100.0
    sessions = Sessions(operators, clock=lambda: now)
    request = make_mocked_request("POST", "/admin/api/login")
    for _ in range(10):
        with pytest.raises(WrongToken):
            await sessions.login(request, "guess")
    with pytest.raises(TooManyAttempts):
        await sessions.login(request, token)
    now += 61
    operator, _ = await sessions.login(request, token)
    assert operator.name == "Ann"


@pytest.mark.parametrize("cookie", [None, "", "guess", "x" * 5000])
async def test_no_other_cookie_is_a_session(house: House, cookie: str | None) -> None:
    await Operators(house.database).add("Ann")
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    with pytest.raises(NotSignedIn):
        await Sessions(Operators(house.database)).operator(make_mocked_request("GET", "/admin", headers=headers))
