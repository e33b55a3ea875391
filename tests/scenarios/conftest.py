"""One stage a file: opening the application costs a second, playing on it milliseconds."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.console_host import ConsoleHost
from tests.quick_application import quick_application
from tests.scenarios.stage import Stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """The application with its console host."""
    async with quick_application() as application:
        host = ConsoleHost(
            confirmations=application.confirmations,
            database=application.database,
            finder=application.finder,
            archivist=application.archivist,
            permissions=application.permissions,
            file_store=application.file_store,
            zone=application.zone,
            inbox=application.inbox,
            conversation=application.conversation,
            answers=application.answers,
        )
        yield Stage(application, host)
