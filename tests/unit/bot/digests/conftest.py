"""One application for a file; each test has channels and a clock of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.application import Application
from tests.quick_application import quick_application


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    """Opened over real stores in memory."""
    async with quick_application() as opened:
        yield opened
