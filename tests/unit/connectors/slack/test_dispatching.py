"""The worker: order, other tries, letters that cannot be handled, and what waits while Slack is away."""

from collections.abc import Sequence

import pytest

from connectors.events import Event
from connectors.slack.dispatching import Dispatching
from connectors.slack.errors import SlackAway
from connectors.slack.fields import Payload, text_of
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.gateway import Ears, PlainTranslator, Tally, opened


async def _keep(it: SiteInTest, *texts: str) -> None:
    channel = it.workspace.add_channel("general", members=[it.ann, it.bot])
    for text in texts:
        message = it.slack.people.post(it.ann, channel, text)
        event = {"type": "message", "channel": channel.id, "user": it.ann.id, "text": text, "ts": message.ts}
        body = {"type": "event_callback", "event_time": 1_790_000_000, "event": event}
        await it.host.mailbox.keep(it.site.source, text, body)


class _Trouble:
    """An error for one text, so many times."""

    def __init__(self, text: str, error: Exception, *, times: int = 99) -> None:
        self._text = text
        self._error = error
        self._left = times

    def __call__(self, event: Payload) -> Exception | None:
        if text_of(event, "text") != self._text or not self._left:
            return None
        self._left -= 1
        return self._error


async def test_letters_are_heard_in_order_after_the_archive_has_them_all() -> None:
    async with slack_site(translator=PlainTranslator) as it:
        await _keep(it, *"abcdef")
        had: list[int] = []
        ears = Ears(trouble=lambda event: had.append(len(it.host.live)))
        assert await Dispatching(it.site, [ears], observer=Tally()).handle_waiting() == 6
        assert ears.texts == list("abcdef")
        assert had == [6] * 6
        assert not it.host.mailbox.letters


@pytest.mark.parametrize("where", ["translator", "listener"])
async def test_a_letter_that_cannot_be_handled_is_set_aside_and_holds_up_nobody(where: str) -> None:
    trouble = _Trouble("b", ValueError("poison"))
    none = _Trouble("", ValueError())
    in_translator, in_ears = (trouble, none) if where == "translator" else (none, trouble)
    async with slack_site(translator=lambda site: PlainTranslator(site, in_translator)) as it:
        ears, tally = Ears(trouble=in_ears), Tally()
        await _keep(it, *"abc")
        worker = Dispatching(it.site, [ears], observer=tally)
        for _ in range(6):
            await worker.handle_waiting()
        assert ears.texts == ["a", "c"]
        assert it.host.mailbox.errors == {(it.site.source, "b"): "ValueError"}
        assert (tally.deliveries["failed"], tally.deliveries["set_aside"]) == (4, 1)


class _Host(FakeLiveHost):
    """Cannot take some words, or nothing at all."""

    refused = frozenset({"b"})
    is_full = False

    async def accept(self, events: Sequence[Event]) -> None:
        if self.is_full or self.refused & {event.text for event in events if event.type == "message_posted"}:
            raise OSError("not now")
        await super().accept(events)


async def test_what_the_archive_cannot_take_is_set_aside_alone_and_a_full_archive_is_waited_for() -> None:
    host = _Host()
    async with slack_site(host=host, translator=PlainTranslator) as it:
        ears, tally = Ears(), Tally()
        await _keep(it, *"abc")
        worker = Dispatching(it.site, [ears], observer=tally)
        host.is_full = True
        for _ in range(7):
            with pytest.raises(OSError, match="not now"):
                await worker.handle_waiting()
        assert not tally.deliveries
        host.is_full = False
        for _ in range(6):
            await worker.handle_waiting()
        assert ears.texts == ["a", "c"]
        assert (tally.deliveries["failed"], tally.deliveries["set_aside"]) == (4, 1)


async def test_a_letter_that_fails_once_is_handled_at_the_second_try() -> None:
    async with slack_site(translator=PlainTranslator) as it:
        ears = Ears(trouble=_Trouble("a", ValueError("once"), times=1))
        await _keep(it, "a")
        worker = Dispatching(it.site, [ears], observer=Tally())
        await worker.handle_waiting()
        await worker.handle_waiting()
        assert ears.texts == ["a"]


async def test_while_slack_is_away_letters_wait_without_being_counted_as_failed() -> None:
    trouble = _Trouble("a", SlackAway("users.info", "no answer"), times=7)
    async with slack_site(translator=lambda site: PlainTranslator(site, trouble)) as it:
        ears, tally = Ears(), Tally()
        await _keep(it, *"ab")
        worker = Dispatching(it.site, [ears], observer=tally)
        for _ in range(7):
            with pytest.raises(SlackAway):
                await worker.handle_waiting()
        assert ears.texts == ["b"]
        await worker.handle_waiting()
        assert ears.texts == ["b", "a"]
        assert not tally.deliveries


async def test_a_new_letter_wakes_the_worker_and_a_restart_finds_what_was_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connectors.slack.dispatching._LOOK_AGAIN_SECONDS", 3600.0)
    async with slack_site(translator=PlainTranslator) as it:
        await _keep(it, "left from before")
        async with opened(it) as gate:
            await gate.ears.until(lambda: gate.ears.texts == ["left from before"])
            channel = next(iter(it.workspace.channels.values()))
            it.slack.people.post(it.ann, channel, "now")
            await gate.ears.until(lambda: gate.ears.texts == ["left from before", "now"])
