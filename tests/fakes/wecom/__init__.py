"""A strict WeCom for tests: it signs, encrypts, limits and refuses as the platform does."""

from tests.fakes.wecom.clock import ManualClock, WallClock
from tests.fakes.wecom.screen import Shown
from tests.fakes.wecom.sent import Sent
from tests.fakes.wecom.server import Addresses, FakeWeCom
from tests.fakes.wecom.world import World, small_company

__all__ = ["Addresses", "FakeWeCom", "ManualClock", "Sent", "Shown", "WallClock", "World", "small_company"]
