"""The home tab and the settings on it, over the fake Slack."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from connectors.connector import Answer, Card, Decision, Language, Reply, Utterance
from connectors.events import ChannelId, PersonRef
from connectors.live_host import ArchivedChannel, HomeView, SharedFileView
from connectors.slack.channel_settings import ChannelSettings
from connectors.slack.errors import MembershipUnknown
from connectors.slack.home import Home
from connectors.slack.home_blocks import CHANNELS
from connectors.slack.home_texts import HOME_TEXTS
from connectors.slack.ids import person_id
from connectors.slack.kit import Block
from connectors.slack.site import Site
from tests.fakes.slack import Channel, Person
from tests.fakes.slack.views import View
from tests.fakes.slack_desk import Desk, at_desk, words_of

SINCE = datetime(2025, 3, 2, tzinfo=UTC)


class HomeAndSettings:
    """Both, as a workspace has them."""

    def __init__(self, site: Site) -> None:
        self.home = Home(site, now=lambda: SINCE)
        self.settings = ChannelSettings(site, self.home)

    def register(self, app: AsyncApp) -> None:
        self.home.register(app)
        self.settings.register(app)


@pytest.fixture
async def desk() -> AsyncIterator[Desk[HomeAndSettings]]:
    async with at_desk(HomeAndSettings) as desk:
        yield desk


def archived(channel_id: str, **more: Any) -> ArchivedChannel:
    facts: dict[str, Any] = {
        "name": "general",
        "messages": 12345,
        "files": 67,
        "since": SINCE,
        "complete": True,
        "answers_unasked": False,
        "may_change": False,
        "digest": "",
    }
    return ArchivedChannel(channel_id=ChannelId(f"slack:{channel_id}"), **{**facts, **more})


def shared(name: str = "预算.xlsx", **more: Any) -> SharedFileView:
    facts: dict[str, Any] = {
        "channel_name": "general",
        "author": "Ann",
        "shared_at": SINCE,
        "permalink": "https://shiguang.slack.com/archives/C1/p1",
    }
    return SharedFileView(name=name, **{**facts, **more})


async def opened(desk: Desk[HomeAndSettings], person: Person | None = None) -> Block:
    person = person or desk.it.ann
    [delivery] = desk.it.slack.surfaces.open_home(person, desk.it.installation)
    await desk.part.home.heard(delivery.event, delivery.payload)
    await desk.quiet()
    return shown_to(desk, person).content


def shown_to(desk: Desk[HomeAndSettings], person: Person) -> View:
    return desk.it.slack.views.home[desk.it.app.id, person.id]


async def test_a_new_workspace_is_told_how_to_begin(desk: Desk[HomeAndSettings]) -> None:
    words = words_of(await opened(desk))
    assert "还没有存下任何频道。" in words
    assert "/invite @Shiguang" in words
    assert "我的日报" not in words
    assert f"<@{desk.it.bot.id}> 提问" in words
    assert desk.it.site.memberships.people == [desk.it.ann.id]  # type: ignore[attr-defined]  # recorded
    assert not desk.refusals()


async def test_what_is_kept_here(desk: Desk[HomeAndSettings]) -> None:
    channel = desk.it.workspace.add_channel("general", members=[desk.it.ann, desk.it.bot])
    desk.it.host.home_view = HomeView(
        channels=(
            archived(channel.id, may_change=True, answers_unasked=True, digest="每天 09:00"),
            archived("C2", complete=False, files=0),
        ),
        channels_left_out=3,
        digests=("#general：每天 09:00 <!channel>",),
        files=(shared(), shared("no link.pdf", permalink=None)),
    )
    words = words_of(await opened(desk))
    since = "<!date^1740873600^{date_short}|2025-03-02>"
    assert f"*<#{channel.id}>*\n12,345 条消息 · 67 个文件 · 自 {since} 起 · 历史已读完" in words
    assert "👂 会主动回答 · 📰 每天 09:00" in words
    assert "12,345 条消息 · 自" in words
    assert "还在读更早的历史" in words
    assert "还有 3 个频道" in words
    assert "<https://shiguang.slack.com/archives/C1/p1|预算.xlsx>" in words
    assert "<!channel>" not in words
    assert not desk.refusals()


async def test_who_reads_english_reads_english(desk: Desk[HomeAndSettings]) -> None:
    bob = desk.it.workspace.add_person("bob", locale="en-US")
    languages: list[Language] = []

    async def home(person: PersonRef, *, workspace_id: str, language: Language, channels: int) -> HomeView:
        languages.append(language)
        assert (person.person_id, workspace_id, channels) == (person_id(bob.id), desk.it.workspace.id, CHANNELS)
        return desk.it.host.home_view

    desk.it.host.home = home  # type: ignore[method-assign]  # watched
    assert "No channel is kept yet." in words_of(await opened(desk, bob))
    assert languages == ["en"]


async def test_a_hundred_blocks_are_enough_for_anybody(desk: Desk[HomeAndSettings]) -> None:
    desk.it.host.home_view = HomeView(
        channels=tuple(archived(f"C{number}", may_change=True, digest="每" * 500) for number in range(300)),
        channels_left_out=9_700,
        digests=tuple("#general：" + "每" * 900 for _ in range(100)),
        files=tuple(shared("长" * 900, author="人" * 300, channel_name="频" * 300) for _ in range(100)),
    )
    view = await opened(desk)
    assert len(view["blocks"]) <= 100
    assert f"还有 {9_700 + 300 - CHANNELS} 个频道" in words_of(view)
    assert not desk.refusals()


async def test_while_it_cannot_be_known_who_may_read_nothing_is_shown_and_why(desk: Desk[HomeAndSettings]) -> None:
    async def unknown(user_id: str) -> None:
        raise MembershipUnknown

    desk.it.site.memberships.refresh_person = unknown  # type: ignore[method-assign]  # Slack is away
    desk.it.host.home_view = HomeView(channels=(archived("C1"),), channels_left_out=0, digests=(), files=())
    words = words_of(await opened(desk))
    assert "没法从 Slack 确认" in words
    assert "12,345" not in words


async def test_the_messages_tab_is_none_of_its_business(desk: Desk[HomeAndSettings]) -> None:
    [delivery] = desk.it.slack.surfaces.open_messages(desk.it.ann, desk.it.installation)
    await desk.part.home.heard(delivery.event, delivery.payload)
    await desk.quiet()
    assert not desk.it.slack.views.home


async def test_opened_many_times_at_once_it_is_made_twice(desk: Desk[HomeAndSettings]) -> None:
    for _ in range(20):
        desk.part.home.refresh(desk.it.ann.id)
    await desk.quiet()
    assert len(desk.it.slack.journal.calls("views.publish")) == 2


async def channel_with_settings(desk: Desk[HomeAndSettings], **more: Any) -> tuple[Channel, View]:
    channel = desk.it.workspace.add_channel("general", members=[desk.it.ann, desk.it.bot])
    desk.it.host.home_view = HomeView(
        channels=(archived(channel.id, may_change=True, **more),), channels_left_out=0, digests=(), files=()
    )
    await opened(desk)
    return channel, shown_to(desk, desk.it.ann)


async def says(desk: Desk[HomeAndSettings], text: str) -> View:
    """Wait for the form to say this."""
    await desk.it.slack.journal.until(
        lambda: any(text in words_of(view.content) for view in desk.it.slack.views.open.values())
    )
    [form] = desk.it.slack.views.open.values()
    return form


def said(text: str) -> Answer:
    return Answer(
        answer_id="s1", question="", text=text, abstained=False, reason="said", citations=(), model="", language="zh"
    )


async def test_answering_unasked_is_switched_by_the_command_of_the_channel(desk: Desk[HomeAndSettings]) -> None:
    async def switches(utterance: Utterance, reply: Reply) -> None:
        [channel] = desk.it.host.home_view.channels
        desk.it.host.home_view = replace(desk.it.host.home_view, channels=(replace(channel, answers_unasked=True),))
        await reply.finish(said("旁听：开。"))

    desk.it.host.conversing = switches
    channel, home = await channel_with_settings(desk)
    value = f"listen_on:{channel.id}"
    desk.it.slack.hands.press_in_view(desk.it.ann, desk.it.installation, home, "home_settings", choose=value)
    await says(desk, "旁听：开。")
    await desk.quiet()
    [utterance] = desk.it.host.utterances
    assert (utterance.kind, utterance.text, utterance.language) == ("command", "/listen on", "zh")
    assert utterance.channel.channel_id == f"slack:{channel.id}"
    assert "👂 会主动回答" in words_of(shown_to(desk, desk.it.ann).content)
    assert not desk.refusals()


CARD = Card(
    card_id="c1",
    text="要让我在 #general 主动回答吗？",
    confirm="确认",
    cancel="取消",
    deletes=False,
    language="zh",
    expires_at=SINCE,
    channel_id=None,
)


async def confirmed(desk: Desk[HomeAndSettings]) -> View:
    """The form in which somebody has just said yes."""

    async def asks(_: Utterance, reply: Reply) -> None:
        await reply.confirm(CARD)

    desk.it.host.conversing = asks
    desk.it.host.decisions["c1"] = Decision("c1", "done", "旁听：开。")
    channel, home = await channel_with_settings(desk)
    value = f"listen_on:{channel.id}"
    desk.it.slack.hands.press_in_view(desk.it.ann, desk.it.installation, home, "home_settings", choose=value)
    form = await says(desk, CARD.text)
    desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, form, {})
    return form


async def test_what_must_be_confirmed_is_asked_in_the_form(desk: Desk[HomeAndSettings]) -> None:
    form = await confirmed(desk)
    await desk.quiet()
    assert desk.it.host.decided == [("c1", person_id(desk.it.ann.id), True)]
    assert "旁听：开。" in words_of(form.content)
    assert not desk.refusals()


async def test_what_is_confirmed_may_take_longer_than_slack_waits(
    desk: Desk[HomeAndSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    go, decide = asyncio.Event(), desk.it.host.decide

    async def slowly(card_id: str, person: PersonRef, *, accepted: bool) -> Decision:
        await go.wait()
        return await decide(card_id, person, accepted=accepted)

    monkeypatch.setattr(desk.it.host, "decide", slowly)
    form = await confirmed(desk)
    await desk.it.slack.acknowledged()
    assert "正在处理…" in words_of(form.content)
    go.set()
    await says(desk, "旁听：开。")
    assert not desk.refusals()


async def test_a_confirmation_that_fails_is_told(desk: Desk[HomeAndSettings], monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 6."""

    async def fails(*_: object, **__: object) -> Decision:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(desk.it.host, "decide", fails)
    form = await confirmed(desk)
    await desk.quiet()
    assert "出了点问题" in words_of(form.content)
    assert "secret" not in words_of(form.content)


@pytest.mark.parametrize(
    ("when", "text"),
    [("daily", "/digest daily 08:30"), ("weekly", "/digest weekly fri 08:30"), ("off", "/digest off")],
)
@pytest.mark.parametrize("takes_long", [False, True])
async def test_a_digest_is_set_up(desk: Desk[HomeAndSettings], when: str, text: str, takes_long: bool) -> None:
    async def sets(utterance: Utterance, reply: Reply) -> None:
        if takes_long:
            await asyncio.sleep(0.4)
        await reply.finish(said("好，设好了。"))

    desk.it.host.conversing = sets
    channel, home = await channel_with_settings(desk)
    value = f"digest:{channel.id}"
    desk.it.slack.hands.press_in_view(desk.it.ann, desk.it.installation, home, "home_settings", choose=value)
    await desk.it.slack.journal.until(lambda: desk.it.slack.views.open)
    [form] = desk.it.slack.views.open.values()
    assert f"<#{channel.id}>" in words_of(form.content)
    values: dict[str, dict[str, Any]] = {
        "when": {"when": {"type": "radio_buttons", "selected_option": {"value": when}}},
        "time": {"time": {"type": "timepicker", "selected_time": "08:30"}},
        "day": {"day": {"type": "static_select", "selected_option": {"value": "fri"}}},
    }
    desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, form, values)
    await desk.quiet()
    assert [utterance.text for utterance in desk.it.host.utterances] == [text]
    assert "好，设好了。" in words_of(form.content)
    assert not desk.refusals()


def test_every_text_is_there_in_both_languages() -> None:
    for key, texts in HOME_TEXTS.items():
        assert set(texts) == {"zh", "en"}, key
        assert all(text.strip() for text in texts.values()), key
