"""One stage a file: opening the application costs a second, playing on it milliseconds."""

from collections.abc import AsyncIterator
from zlib import crc32

import pytest
import pytest_asyncio

from bot.console_host import ConsoleHost
from tests.quick_application import quick_application
from tests.scenarios.slack_stage import SlackStage
from tests.scenarios.stage import Stage
from tests.slack_application import SlackApplication, slack_application


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


@pytest.fixture
def slack(stage: Stage, request: pytest.FixtureRequest) -> SlackStage:
    """A channel of Slack, another one for each test."""
    return SlackStage(stage, channel=f"C{crc32(request.node.nodeid.encode()):08X}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app() -> AsyncIterator[SlackApplication]:
    """The application in a Slack workspace."""
    async with slack_application(membership_seconds=0.0) as opened:
        yield opened
