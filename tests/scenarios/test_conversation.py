"""Two conversations run through each other in one channel: they are told apart, whatever is changed afterwards."""

import pytest
from sqlalchemy.orm import Session

from bot.truth.conversations import conversations_of, messages_of
from connectors.events import ChannelRef
from tests.builders import channel, deleted, edited, posted
from tests.scenarios.stage import Stage
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _conversation(stage: Stage, number: int) -> list[str]:
    """The messages of a message's conversation."""

    def read(session: Session) -> list[str]:
        found = conversations_of(session, [f"m{number}"])
        return messages_of(session, found[f"m{number}"]) if found else []

    async with stage.application.database.read() as connection:
        return await connection.run_sync(lambda sync: read(Session(sync)))


async def _interleaved(stage: Stage, place: ChannelRef, first: int) -> None:
    await stage.tell(
        posted(first, "does anyone know why grub fails after the kernel update?", author="Cy", place=place),
        posted(first + 1, "大家好，海报模板放在哪里？", author="王小明", place=place),
        posted(first + 2, "Cy: run update-grub after the kernel update", author="Dee", place=place),
        posted(first + 3, "@王小明 海报模板在共享盘", author="陈静", place=place),
        posted(first + 4, "Dee: thanks, grub works now", author="Cy", place=place),
    )


async def test_two_conversations_are_told_apart_and_follow_edits_deletions_and_late_messages(stage: Stage) -> None:
    place = channel("two-at-once")
    await _interleaved(stage, place, 1)
    assert await _conversation(stage, 1) == ["m1", "m3", "m5"]
    assert await _conversation(stage, 2) == ["m2", "m4"]
    # Taken back and said anew, to somebody else.
    await stage.tell(edited(3, "@王小明 海报模板我发你", minutes=30))
    assert await _conversation(stage, 3) == ["m2", "m3", "m4"]
    await stage.tell(edited(3, "Cy: run update-grub after the kernel update", minutes=31))
    assert await _conversation(stage, 1) == ["m1", "m3", "m5"]
    # What began it is deleted; what is left stays together.
    await stage.tell(deleted(1))
    assert await _conversation(stage, 1) == []
    assert await _conversation(stage, 5) == ["m3", "m5"]
    await stage.tell(posted(6, "@陈静 找到海报模板了，谢谢", author="王小明", place=place, minutes=4.5))
    assert await _conversation(stage, 2) == ["m2", "m4", "m6"]


async def test_a_running_bot_keeps_up_by_itself(stage: Stage) -> None:
    place = channel("running")
    await stage.application.archivist.start()
    try:
        await stage.application.inbox.append(
            [
                posted(20, "who ordered the zircon valve?", author="Ann", place=place),
                posted(21, "Ann: I did, two of them", author="Bo", place=place),
            ]
        )
        stage.application.archivist.wake()

        async def together() -> bool:
            return await _conversation(stage, 21) == ["m20", "m21"]

        await eventually(together)
    finally:
        await stage.application.archivist.close()
