"""The robot by callback, over the strict fake: each question of the platform has its answer."""

import asyncio

from connectors.wecom.site import Heard, Voice
from tests.unit.connectors.wecom.robots import called, nothing_wrong


async def test_the_address_is_verified() -> None:
    async with called() as it:
        assert await it.fake.verify_robot_callback()


async def test_a_question_in_a_group_is_answered_in_one_growing_message() -> None:
    async def answering(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb-1")
        await voice.show("Looking")
        await go_on.wait()
        await voice.finish("The pumps come on Friday [1]")

    go_on = asyncio.Event()
    async with called(answering) as it:
        sent = await it.fake.robot.mention("alice", "wrPUMPS", "when do the pumps come?")
        (answer,) = it.fake.screen.messages
        assert (answer.text, answer.finished, answer.feedback_id) == ("Looking", False, "fb-1")
        go_on.set()
        await it.follow(sent)
        assert (answer.text, answer.finished) == ("The pumps come on Friday [1]", True)
        assert it.conversing.messages[0].text == "when do the pumps come?"
        nothing_wrong(it.fake)
