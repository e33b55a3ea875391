"""So many a minute and an hour, to each place."""

import pytest

from connectors.wecom.errors import WeComPaused
from connectors.wecom.send_pacing import SendPacing


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


async def test_by_minute_and_place() -> None:
    clock = Clock()
    pacing = SendPacing(per_minute=2, now=clock.now, sleep=clock.sleep)
    for _ in range(2):
        await pacing.turn("a", call="x")
        await pacing.turn("b", call="x")
    assert clock.at == 1000.0 and pacing.pause("a") > 0 and pacing.pause("c") == 0
    await pacing.turn("a", call="x")
    assert 1060 < clock.at < 1061


async def test_by_hour() -> None:
    clock = Clock()
    pacing = SendPacing(per_minute=2, per_hour=3, now=clock.now, sleep=clock.sleep)
    for _ in range(3):
        await pacing.turn("a", call="x")
    with pytest.raises(WeComPaused) as caught:
        await pacing.turn("a", call="x", patience=100)
    assert 3400 < caught.value.seconds < 3601
    clock.at += caught.value.seconds
    await pacing.turn("a", call="x")


async def test_what_is_remembered_counts() -> None:
    clock = Clock()
    before = SendPacing(per_minute=2, now=clock.now, sleep=clock.sleep)
    for _ in range(2):
        await before.turn("a", call="x")
    after = SendPacing(per_minute=2, now=clock.now, sleep=clock.sleep)
    after.remember("a", [*before.times("a"), 5.0, clock.at + 99999])
    assert after.pause("a") > 59 and after.times("a") == [1000.0, 1000.0]


async def test_places_are_forgotten() -> None:
    clock = Clock()
    pacing = SendPacing(per_minute=2, now=clock.now, sleep=clock.sleep)
    for number in range(5_001):
        await pacing.turn(f"{number}", call="x")
    clock.at += 4000
    await pacing.turn("last", call="x")
    assert len(pacing._sent) == 1
