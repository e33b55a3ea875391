"""Letters of a robot: handled once at a time, again when they failed; what the mailbox still lists is not new."""

import asyncio
from collections.abc import Sequence

from connectors.live_host import Letter
from connectors.wecom.robot_letters import RobotLetters
from connectors.wecom.site import Json
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom
from tests.unit.connectors.wecom.robots import line_configuration, site_of


def letters(host: FakeLiveHost, handle: "Handle") -> RobotLetters:
    fake = FakeWeCom()
    return RobotLetters(site_of(fake, host, line_configuration(fake)), name="main", handle=handle)


class Handle:
    def __init__(self) -> None:
        self.keys: list[str] = []
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, letter: Letter) -> Json | None:
        self.keys.append(letter.key)
        await self.may_end.wait()
        return {"reply": letter.key}


async def test_a_letter_is_handled_once_at_a_time() -> None:
    handle = Handle()
    handle.may_end.clear()
    of = letters(FakeLiveHost(), handle)
    letter = await of.keep("m1", {})
    assert letter is not None and await of.keep("m1", {}) is None
    first, second = of.begin(letter), of.begin(letter)
    assert first is second
    handle.may_end.set()
    assert await first == {"reply": "m1"}
    assert handle.keys == ["m1"]
    await of.close()


async def test_what_ended_while_the_mailbox_was_asked_is_not_begun_again() -> None:
    handle, host = Handle(), FakeLiveHost()
    of = letters(host, handle)
    letter = await of.keep("m1", {})
    assert letter is not None
    waiting = host.mailbox.waiting

    async def slowly(source: str, *, limit: int) -> Sequence[Letter]:
        found = await waiting(source, limit=limit)
        await of.begin(letter)
        return found

    host.mailbox.waiting = slowly  # type: ignore[method-assign]  # a mailbox that takes its time
    await of._look()
    await asyncio.sleep(0)
    assert handle.keys == ["m1"]
    await of.close()


async def test_what_was_cut_off_by_a_stop_is_handled_at_the_next_start() -> None:
    handle, host = Handle(), FakeLiveHost()
    handle.may_end.clear()
    of = letters(host, handle)
    letter = await of.keep("m1", {})
    assert letter is not None
    of.begin(letter)
    await asyncio.sleep(0)
    await of.close()
    again = Handle()
    fake = FakeWeCom()
    fake.world.corpid = next(iter(host.mailbox.letters))[0].split(":")[1]
    following = RobotLetters(site_of(fake, host, line_configuration(fake)), name="main", handle=again)
    await following.start()
    await asyncio.gather(*following._in_flight.values())
    assert again.keys == ["m1"] and not host.mailbox.letters
    await following.close()


async def test_what_was_kept_while_it_stopped_is_left_to_the_next_start() -> None:
    handle, host = Handle(), FakeLiveHost()
    of = letters(host, handle)
    letter = await of.keep("m1", {})
    assert letter is not None
    await of.close()
    assert await of.begin(letter) is None
    assert handle.keys == [] and len(host.mailbox.letters) == 1
