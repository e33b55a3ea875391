"""Invariant 1, nothing acknowledged is lost: what Slack delivers is kept before it is acknowledged. Invariant 2 too."""

import asyncio

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from connectors.live_host import Json
from connectors.slack.fields import text_of
from tests.fakes.live_host import FakeLiveHost, MailboxInMemory
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_site import slack_site
from tests.unit.connectors.slack.gateway import opened


class _BreakingMailbox(MailboxInMemory):
    """Cannot write the first letter."""

    def __init__(self) -> None:
        super().__init__()
        self.has_failed = asyncio.Event()

    async def keep(self, source: str, key: str, body: Json) -> bool:
        if not self.has_failed.is_set():
            self.has_failed.set()
            raise OSError("disk full")
        return await super().keep(source, key, body)


async def test_what_is_acknowledged_was_kept_and_is_heard_once() -> None:
    async with slack_site() as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        async with opened(it) as gate:
            it.slack.people.post(it.ann, general, "hello")
            await it.slack.acknowledged()
            (delivery,) = it.slack.deliveries.events("message")
            known = {*it.host.mailbox.letters, *it.host.mailbox.handled}
            assert (it.site.source, delivery.payload["event_id"]) in known
            it.slack.moods.redeliver(delivery)
            it.slack.people.post(it.ann, general, "again")
            await it.slack.acknowledged()
            await gate.ears.until(lambda: gate.ears.texts == ["hello", "again"])
            assert gate.tally.deliveries["known"] == 1
            assert gate.tally.deliveries["received"] == gate.tally.deliveries["acknowledged"] == 3
        assert not it.slack.journal.refusals


async def test_what_could_not_be_written_is_not_acknowledged_and_comes_again() -> None:
    mailbox = _BreakingMailbox()
    async with slack_site(slack=FakeSlack(retry_delays=(0.0,)), host=FakeLiveHost(mailbox=mailbox)) as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        async with opened(it) as gate:
            it.slack.people.post(it.ann, general, "hello")
            (delivery,) = it.slack.deliveries.events("message")
            await asyncio.wait_for(mailbox.has_failed.wait(), 30)
            assert delivery.state == "sent"
            it.slack.clock.advance(3)  # A socket is simply not answered: Slack waits so long.
            await it.slack.acknowledged()
            await gate.ears.until(lambda: gate.ears.texts == ["hello"])
            assert len(delivery.attempts) == 2


async def test_dropped_and_unhandled_events_are_acknowledged_and_counted() -> None:
    async with slack_site() as it:
        it.app.events |= {"emoji_changed"}
        async with opened(it) as gate:
            missed = len(gate.missed)
            it.slack.moods.limit_events(it.installation)
            it.slack.announcer.offer(it.installation, {"type": "emoji_changed", "subtype": "add", "name": "x"})
            await it.slack.acknowledged()
            assert all(delivery.state == "acknowledged" for delivery in it.slack.deliveries.log)
            assert gate.tally.deliveries["dropped_by_slack"] == 1
            assert gate.tally.deliveries["unhandled"] == 1
            assert len(gate.missed) == missed + 1
            assert not it.host.mailbox.letters
            assert not it.host.mailbox.handled


async def test_what_nobody_listens_to_is_acknowledged_and_counted() -> None:
    async with slack_site() as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        button = {"type": "button", "text": {"type": "plain_text", "text": "x"}, "action_id": "nobody", "value": "1"}
        async with opened(it) as gate:
            posted = await it.site.api.call(
                "chat.postMessage", channel=general.id, text="x", blocks=[{"type": "actions", "elements": [button]}]
            )
            message = general.messages[text_of(posted, "ts")]
            it.slack.hands.press(it.ann, message, "nobody")
            await it.slack.acknowledged()
            assert gate.tally.deliveries["unhandled"] == 1
        assert not it.slack.journal.refusals


class _Answering:
    """Acknowledges a command with words."""

    def register(self, app: AsyncApp) -> None:
        app.command("/shiguang")(self._answer)

    async def _answer(self, ack: AsyncAck) -> None:
        await ack("working on it")


async def test_commands_are_kept_before_they_are_answered_and_heard_with_an_empty_event() -> None:
    async with slack_site() as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        async with opened(it, registering=[_Answering()]) as gate:
            it.slack.hands.run_command(it.ann, it.installation, general, "/shiguang help")
            await it.slack.acknowledged()
            (delivery,) = [delivery for delivery in it.slack.deliveries.log if delivery.kind == "slash_commands"]
            assert delivery.answer == {"text": "working on it"}
            await gate.ears.until(lambda: gate.ears.bodies)
            assert not gate.ears.heard_events[0]
            assert gate.ears.bodies[0]["command"] == "/shiguang"


async def test_events_of_another_workspace_of_the_same_app_go_there() -> None:
    async with slack_site() as it:
        other = it.slack.add_workspace("other")
        bob = other.add_person("bob")
        theirs = other.add_channel("theirs", members=[bob, it.slack.install(it.app, other).bot])
        there, seen = _another_app(), list[str]()

        def find(workspace_id: str) -> AsyncApp | None:
            seen.append(workspace_id)
            return there if len(seen) == 1 else None

        async with opened(it, elsewhere=find) as gate:
            for text in ("for the other", "for nobody"):
                it.slack.people.post(bob, theirs, text)
                await it.slack.acknowledged()
            assert seen == [other.id, other.id]
            assert gate.tally.deliveries["unhandled"] == 1
            assert not it.host.mailbox.letters
            assert not it.host.mailbox.handled


def _another_app() -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T2", bot_token="xoxb-2")

    async def nothing() -> None:
        pass

    app = AsyncApp(authorize=authorize, request_verification_enabled=False)
    app.event("message")(nothing)
    return app
