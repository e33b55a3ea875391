"""The robot by long connection, over the strict fake: what people see, and what happens to connections."""

import asyncio

from connectors.wecom.site import Heard, Voice
from tests.unit.connectors.wecom.robots import line, nothing_wrong


async def test_a_question_in_a_group_is_answered_in_one_growing_message() -> None:
    async def answering(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb-1")
        await voice.show("Looking")
        await shown.wait()
        await voice.finish("The pumps come on Friday [1]")

    shown = asyncio.Event()
    async with line(answering) as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "when do the pumps come?", space="\u2005")
        await it.fake.screen.until(lambda message: message.text == "Looking")
        shown.set()
        answer = await it.fake.screen.until(lambda message: message.finished)
        assert answer.text == "The pumps come on Friday [1]"
        assert answer.feedback_id == "fb-1"
        assert len(it.fake.screen.messages) == 1
        assert it.conversing.messages[0].text == "when do the pumps come?"
        nothing_wrong(it.fake)
