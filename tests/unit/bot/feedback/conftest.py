"""A truth that rows of use are written into."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.truth.database import Database
from tests.unit.bot.feedback.use_of import truth


@pytest.fixture
async def use(quick_home: Path) -> AsyncIterator[Database]:
    """Empty but for channels and people."""
    async with truth(quick_home) as opened:
        yield opened
