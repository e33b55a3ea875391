import asyncio

import pytest

from connectors.slack.cache import Cache


class Source:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = True
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.now = 0.0

    async def look_up(self, key: str) -> str:
        self.asked.append(key)
        await self.may_answer.wait()
        if not self.answers:
            msg = "no"
            raise OSError(msg)
        return f"{key}{len(self.asked)}"

    def cache(self, most: int = 10) -> Cache[str]:
        return Cache(self.look_up, seconds=lambda value: 100, most=most, clock=lambda: self.now)


async def test_asks_again_when_the_time_is_over_or_somebody_wants_it_newer() -> None:
    source = Source()
    cache = source.cache()
    assert await cache.get("a") == await cache.get("a") == "a1"
    source.now = 50
    assert await cache.get("a", within=60) == "a1"
    assert await cache.get("a", within=40) == "a2"
    source.now = 150
    assert await cache.get("a") == "a3"


async def test_many_who_ask_at_once_are_one_question() -> None:
    source = Source()
    cache = source.cache()
    source.may_answer.clear()
    asking = [asyncio.create_task(cache.get("a")) for _ in range(5)]
    await asyncio.sleep(0)
    source.may_answer.set()
    assert set(await asyncio.gather(*asking)) == {"a1"}


async def test_a_failure_is_told_to_all_who_wait_and_not_kept() -> None:
    source = Source()
    cache = source.cache()
    source.may_answer.clear()
    source.answers = False
    asking = [asyncio.create_task(cache.get("a")) for _ in range(3)]
    await asyncio.sleep(0)
    source.may_answer.set()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError] * 3
    assert len(source.asked) == 1
    source.answers = True
    assert await cache.get("a") == "a2"


async def test_when_the_first_goes_away_the_next_one_asks() -> None:
    source = Source()
    cache = source.cache()
    source.may_answer.clear()
    first, second = (asyncio.create_task(cache.get("a")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    source.may_answer.set()
    assert await second == "a2"


async def test_what_was_asked_before_a_change_is_not_kept() -> None:
    source = Source()
    cache = source.cache()
    source.may_answer.clear()
    early = asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0)
    cache.outdate("a")
    source.may_answer.set()
    assert await early == "a1"
    assert await cache.get("a") == "a2"
    source.may_answer.clear()
    late = asyncio.create_task(cache.get("b"))
    await asyncio.sleep(0)
    cache.put("b", "told")
    source.may_answer.set()
    await late
    assert await cache.get("b") == "told"


async def test_what_is_outdated_is_still_the_last_that_was_known() -> None:
    source = Source()
    cache = source.cache()
    cache.put("a", "told")
    cache.outdate("a")
    assert (cache.last("a"), cache.fresh("a")) == ("told", None)


async def test_what_was_used_longest_ago_goes_first() -> None:
    source = Source()
    cache = source.cache(most=2)
    for key in ("a", "b", "a", "c"):
        await cache.get(key)
    assert (cache.last("b"), cache.last("a"), cache.last("c")) == (None, "a1", "c3")
