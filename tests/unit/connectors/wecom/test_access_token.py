"""A token for many: fetched once, failures shared, never asked for in a loop."""

import asyncio

import pytest

from connectors.wecom.access_token import AccessToken
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.site import Json


class Gettoken:
    """What WeCom answers, one after the other."""

    def __init__(self, *answers: Json | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self) -> Json:
        self.asked += 1
        await self.may_answer.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def token(value: str, seconds: int = 7200) -> Json:
    return {"errcode": 0, "access_token": value, "expires_in": seconds}


async def test_many_wait_for_one() -> None:
    gettoken = Gettoken(token("a"))
    gettoken.may_answer.clear()
    access = AccessToken(gettoken)
    waiting = [asyncio.create_task(access.get()) for _ in range(50)]
    await asyncio.sleep(0)
    gettoken.may_answer.set()
    assert await asyncio.gather(*waiting) == ["a"] * 50
    assert gettoken.asked == 1


async def test_many_hear_of_the_same_failure() -> None:
    access = AccessToken(gettoken := Gettoken(WeComAway("gettoken", "TimeoutError"), token("a")))
    failed = await asyncio.gather(*(access.get() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(error, WeComAway) for error in failed) and gettoken.asked == 1
    assert await access.get() == "a"


async def test_a_bad_token_is_replaced_once_for_all_who_had_it() -> None:
    access = AccessToken(gettoken := Gettoken(token("a"), token("b")))
    assert await access.get() == "a"
    assert await asyncio.gather(*(access.renewed("a") for _ in range(5))) == ["b"] * 5
    assert await access.renewed("a") == "b" and gettoken.asked == 2


async def test_a_refusal_is_believed_for_a_while() -> None:
    now = 0.0
    gettoken = Gettoken(WeComError("gettoken", 40001, "invalid credential"), token("a"))
    access = AccessToken(gettoken, now=lambda: now)
    for _ in range(3):
        with pytest.raises(WeComError):
            await access.get()
    assert gettoken.asked == 1
    now = 11.0
    assert await access.get() == "a"


async def test_near_its_end_it_is_asked_for_seldom() -> None:
    """WeCom hands out the same one until it has expired."""
    now = 0.0
    gettoken = Gettoken(*[token("a", 7200 - second) for second in (0, 6960, 7164)], token("b"))
    access = AccessToken(gettoken, now=lambda: now)
    for now in range(0, 7199, 12):  # noqa: B007 - the clock reads it
        await access.get()
    assert gettoken.asked <= 4


async def test_a_nonsense_answer_is_no_token() -> None:
    with pytest.raises(WeComError):
        await AccessToken(Gettoken({"errcode": 0})).get()


async def test_closed_while_it_asks() -> None:
    gettoken = Gettoken(token("a"))
    gettoken.may_answer.clear()
    access = AccessToken(gettoken)
    waiting = asyncio.create_task(access.get())
    await asyncio.sleep(0)
    await access.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
