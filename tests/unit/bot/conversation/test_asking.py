"""A question that finds nothing where everybody reads: who may read more is told where to ask, and nobody else."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.application import Application
from bot.texts import TEXTS
from connectors.connector import UtteranceKind
from tests.builders import opened, person, posted
from tests.quick_application import archive, quick_application
from tests.unit.bot.conversation.test_router import BOARD, DIRECT, LAUNCH, say

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as running:
        ann, bo, bot = person("Ann"), person("Bo"), person("bot", is_bot=True)
        await archive(
            running,
            opened(LAUNCH, (ann, bo)),
            opened(BOARD, (ann,)),
            opened(DIRECT, (ann, bot)),
            posted(1, "The poster is printed"),
            posted(2, "The secret budget of the board is 9,000 yuan", place=BOARD),
        )
        yield running


@pytest.mark.parametrize(
    ("name", "kind", "is_told"),
    [("Ann", "mention", True), ("Bo", "mention", False), ("Ann", "command", False)],
)
async def test_only_who_may_read_more_is_told_to_ask_directly(
    application: Application, name: str, kind: UtteranceKind, is_told: bool
) -> None:
    text = "/ask How much is the budget?" if kind == "command" else "How much is the budget of the board?"
    reply = await say(application, text, "NOT FOUND", name=name, kind=kind)
    assert reply.answer.abstained
    assert (TEXTS["ask_me_directly"]["en"] in reply.answer.text) is is_told
    if kind == "mention":
        assert "9,000" not in reply.answer.text


async def test_in_a_direct_chat_everything_was_searched_already(application: Application) -> None:
    reply = await say(application, "How much is the moon?", "NOT FOUND", kind="direct", place=DIRECT)
    assert TEXTS["ask_me_directly"]["en"] not in reply.answer.text
