"""✅ on a reply over the fake Slack: who gave it is told what came of it, and nobody else."""

from collections.abc import AsyncIterator

import pytest

from connectors.slack.ids import message_id, person_id
from connectors.slack.reaction_events import reaction_event_id
from connectors.slack.ticks import Ticks
from tests.fakes.slack import Message
from tests.fakes.slack_site import SiteInTest, slack_site


@pytest.fixture
async def it() -> AsyncIterator[SiteInTest]:
    async with slack_site() as made:
        yield made


def _reply(it: SiteInTest) -> Message:
    channel = it.workspace.add_channel("general", members=[it.ann, it.bot])
    head = it.slack.people.post(it.ann, channel, "Where is the stapler?", quietly=True)
    return it.slack.people.post(it.ann, channel, "On the shelf", thread=head, quietly=True)


async def _react(it: SiteInTest, message: Message, emoji: str) -> str:
    it.slack.people.react(it.ann, message, emoji)
    delivery = it.slack.deliveries.events("reaction_added")[-1]
    await Ticks(it.site).heard(delivery.event, delivery.payload)
    await it.tasks.idle()
    return str(delivery.event["event_ts"])


async def test_who_gave_it_is_told_what_came_of_it(it: SiteInTest) -> None:
    it.host.said_of_ticks = "proposed <it>"
    message = _reply(it)
    event_ts = await _react(it, message, "white_check_mark")
    record = message_id(message.channel.id, message.ts)
    event_id = reaction_event_id(record, "white_check_mark", it.ann.id, present=True, event_ts=event_ts)
    assert it.host.ticks == [(event_id, record, person_id(it.ann.id))]
    (told,) = it.slack.bot_messages.ephemeral
    assert (told.ephemeral_for, told.text) == (it.ann.id, "proposed &lt;it&gt;")


async def test_a_tick_that_proposes_nothing_and_other_reactions_are_met_with_silence(it: SiteInTest) -> None:
    message = _reply(it)
    await _react(it, message, "heavy_check_mark")
    await _react(it, message, "tada")
    assert len(it.host.ticks) == 1
    assert list(it.slack.bot_messages.ephemeral) == []


async def test_what_takes_too_long_is_left_unsaid(it: SiteInTest) -> None:
    async def late(*_: object, **__: object) -> str | None:
        raise TimeoutError

    it.host.proposed_by_tick = late  # type: ignore[method-assign]  # never in time
    await _react(it, _reply(it), "white_check_mark")
    assert list(it.slack.bot_messages.ephemeral) == []
