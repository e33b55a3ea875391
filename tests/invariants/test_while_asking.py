"""Invariant 4 while time passes: permissions that end between the question and its answer."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.application import Application
from bot.llm.scripted import ScriptedModel, ScriptedReply
from bot.texts import TEXTS
from connectors.connector import Utterance
from connectors.events import ChannelChanged, ChannelRef, Event, MembershipChanged, Visibility
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with

ANN, BEN = person("Ann"), person("Ben")


def _turned(place: ChannelRef, visibility: Visibility) -> ChannelChanged:
    now = place.model_copy(update={"visibility": visibility})
    return ChannelChanged(event_id=f"turned-{visibility}", occurred_at=at(300), channel=now)


def _left(place: ChannelRef) -> MembershipChanged:
    return MembershipChanged(event_id="left", occurred_at=at(300), channel=place, person=BEN, present=False)


async def _ask(application: Application, place: ChannelRef, meanwhile: Sequence[Event]) -> RecordingReply:
    """Ben asks in a channel; things happen while the model is speaking."""
    speaking, reply = asyncio.Event(), RecordingReply()
    model = ScriptedModel([ScriptedReply(pieces=("The launch is ", "on Friday [1]."), before_last=speaking)])
    utterance = Utterance(
        kind="mention", text="when is the launch", channel=place, person=BEN, record_id=None, thread_id=None,
        said_at=at(200),
    )  # fmt: skip
    asking = asyncio.create_task(conversation_with(application, model).converse(utterance, reply))
    await model.asked(1)
    await archive(application, *meanwhile)
    speaking.set()
    await asking
    return reply


@pytest.mark.parametrize("change", ["nothing", "turned private", "left"])
async def test_an_answer_from_a_channel_that_was_closed_meanwhile_is_not_shown(
    application: Application, change: str
) -> None:
    plans = channel("plans", "private" if change == "left" else "public")
    chat = channel("chat", "direct" if change == "left" else "public")
    await archive(
        application,
        opened(plans, (ANN, BEN)),
        opened(chat, (BEN, person("bot", is_bot=True))),
        posted(1, "The launch is on Friday", author="Ann", place=plans),
    )
    events: dict[str, list[Event]] = {
        "nothing": [],
        "turned private": [_turned(plans, "private")],
        "left": [_left(plans)],
    }
    answer = (await _ask(application, chat, events[change])).answer
    if change == "nothing":
        assert answer.citations[0].record_id == "m1"
        return
    assert (answer.text, answer.reason) == (TEXTS["not_permitted_now"]["en"], "not_permitted")
    assert answer.citations == ()
