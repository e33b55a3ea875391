"""A strict WeCom for tests: it signs, encrypts, limits and refuses as the platform does.

fake = FakeWeCom(small_company(mode="long_connection"), clock=ManualClock())
async with fake.running():
    ...                                          # start the bot with fake.addresses and fake.world's credentials
    await fake.long_connection.until_live()
    await fake.robot.mention("alice", "wrPUMPS", "泵什么时候到？")
    answer = await fake.screen.until(lambda shown: shown.finished)
    await fake.robot.rate("bob", answer, "down", reasons=[2])
    assert not fake.ledger.refusals              # what the platform refused
    assert not fake.ledger.warnings              # what it took and would not show as meant
"""

from tests.fakes.wecom.clock import ManualClock, WallClock
from tests.fakes.wecom.screen import Shown
from tests.fakes.wecom.sent import Sent
from tests.fakes.wecom.server import Addresses, FakeWeCom
from tests.fakes.wecom.world import World, small_company

__all__ = ["Addresses", "FakeWeCom", "ManualClock", "Sent", "Shown", "WallClock", "World", "small_company"]
