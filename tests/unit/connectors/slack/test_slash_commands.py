"""Commands, from the typing to the answer, over the fake Slack."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from bot.commands import command_views
from connectors.connector import Answer, Language, Reply, Utterance
from connectors.events import ChannelId
from connectors.live_host import CommandView
from connectors.slack.slash_commands import SlashCommands
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack import Channel, Person
from tests.fakes.slack_desk import Desk, at_desk, words_of

ANSWER = Answer(
    answer_id="a1",
    question="发布日期？",
    text="11 月 30 日。",
    abstained=False,
    reason=None,
    citations=(),
    model="m",
    language="zh",
)


class Host(FakeLiveHost):
    """Knows the real commands."""

    def commands(self, language: Language) -> Sequence[CommandView]:
        return command_views(language)


@pytest.fixture
async def desk() -> AsyncIterator[Desk[SlashCommands]]:
    async def answers(_: Utterance, reply: Reply) -> None:
        await reply.status("正在翻档案…")
        await reply.finish(ANSWER)

    async with at_desk(SlashCommands, host=Host(conversing=answers)) as desk:
        desk.it.app.commands.update({"/find": True, "/问": True})
        desk.it.host.answers["a1"] = ANSWER
        yield desk


def general(desk: Desk[SlashCommands], *others: Person) -> Channel:
    return desk.it.workspace.add_channel("general", members=[desk.it.ann, desk.it.bot, *others])


async def typed(desk: Desk[SlashCommands], line: str, *, channel: Channel, person: Person | None = None) -> None:
    delivery = desk.it.slack.hands.run_command(person or desk.it.ann, desk.it.installation, channel, line)
    await desk.it.slack.acknowledged()
    await desk.part.heard({}, delivery.payload)
    await desk.quiet()


async def test_a_command_is_answered_to_its_person_alone(desk: Desk[SlashCommands]) -> None:
    channel = general(desk)
    await typed(desk, "/shiguang 问 发布日期？", channel=channel)
    [utterance] = desk.it.host.utterances
    assert (utterance.kind, utterance.text, utterance.language) == ("command", "/问 发布日期？", None)
    assert utterance.channel.channel_id == f"slack:{channel.id}"
    [shown] = desk.whispers_to(desk.it.ann)
    assert "11 月 30 日。" in words_of(shown)
    assert "分享到频道" in words_of(shown)
    assert not channel.messages
    assert desk.it.site.memberships.people == [desk.it.ann.id]  # type: ignore[attr-defined]  # recorded
    assert not desk.refusals()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("/find budget", "/find budget"),
        ("/问 什么时候发布", "/问 什么时候发布"),
        ("/shiguang 什么时候发布", "/问 什么时候发布"),
    ],
)
async def test_own_commands_and_bare_questions(desk: Desk[SlashCommands], line: str, text: str) -> None:
    await typed(desk, line, channel=general(desk))
    assert desk.it.host.utterances[0].text == text


async def test_mentions_become_names(desk: Desk[SlashCommands]) -> None:
    await desk.it.site.directory.person(desk.it.ann.id)
    await typed(desk, f"/shiguang find <@{desk.it.ann.id}> &amp; budget", channel=general(desk))
    assert desk.it.host.utterances[0].text == "/find @Ann & budget"


async def test_where_the_bot_is_not_it_is_as_in_the_direct_chat(desk: Desk[SlashCommands]) -> None:
    bob = desk.it.workspace.add_person("bob")
    secret = desk.it.workspace.add_channel("secret", members=[desk.it.ann, bob], kind="private")
    await typed(desk, "/shiguang 发布日期？", channel=secret)
    [utterance] = desk.it.host.utterances
    assert utterance.channel.visibility == "direct"
    [shown] = desk.whispers_to(desk.it.ann)
    assert shown.channel is secret
    assert "分享" not in words_of(shown)


async def test_an_outsider_is_told(desk: Desk[SlashCommands]) -> None:
    eve = desk.it.workspace.add_person("eve", team_id="TOTHER", locale="en-US")
    await typed(desk, "/shiguang help", channel=general(desk, eve), person=eve)
    assert not desk.it.host.utterances
    assert desk.whispers_to(eve)[0].text == "Only members of this workspace can use me."


async def test_a_digest_goes_to_the_channel_if_asked(desk: Desk[SlashCommands]) -> None:
    channel = general(desk)
    await typed(desk, "/shiguang 日报 发到频道", channel=channel)
    [utterance] = desk.it.host.utterances
    assert (utterance.kind, utterance.text, utterance.language) == ("mention", "/日报", "zh")
    assert desk.it.site.memberships.channels == [channel.id]  # type: ignore[attr-defined]  # recorded
    [asked] = [message for message in channel.messages.values() if not message.is_reply]
    [answered] = channel.threads[asked.ts].values()
    assert f"<@{desk.it.ann.id}> 问：/shiguang 日报" in words_of(asked)
    assert "11 月 30 日。" in words_of(answered)
    assert utterance.thread_id is None, "a summary is of the channel, not of the thread that begins with it"
    assert not desk.refusals()


@pytest.mark.parametrize(
    ("line", "text", "kind"),
    [
        ("/shiguang digest 发到频道", "/digest", "mention"),
        ("/shiguang summary last week in public", "/summary last week", "mention"),
        ("/shiguang 找 谁把合同发到频道", "/找 谁把合同发到频道", "command"),
        ("/shiguang 合同什么时候发给大家", "/问 合同什么时候发给大家", "command"),
    ],
)
async def test_only_what_tells_of_the_channel_goes_to_it(
    desk: Desk[SlashCommands], line: str, text: str, kind: str
) -> None:
    await typed(desk, line, channel=general(desk))
    [utterance] = desk.it.host.utterances
    assert (utterance.text, utterance.kind) == (text, kind)
    assert utterance.language == ("zh" if text == "/digest" else None)


async def test_a_failure_is_told(desk: Desk[SlashCommands]) -> None:
    async def breaks(_: Utterance, reply: Reply) -> None:
        raise RuntimeError("secret words")

    desk.it.host.conversing = breaks
    await typed(desk, "/shiguang help", channel=general(desk))
    assert desk.whispers_to(desk.it.ann)[-1].text == "这次没有成功，请过一会儿再试。"
    assert not desk.it.host.notebook.notes


async def test_a_letter_of_something_else_is_passed_over(desk: Desk[SlashCommands]) -> None:
    await desk.part.heard({"type": "message", "text": "/find x"}, {"type": "event_callback"})
    assert not desk.it.host.notebook.notes


async def test_a_command_that_a_restart_cut_off_is_told_and_not_answered_late() -> None:
    host = Host()
    begun = asyncio.Event()

    async def never(_: Utterance, reply: Reply) -> None:
        begun.set()
        await asyncio.Event().wait()

    host.conversing = never
    async with at_desk(SlashCommands, host=host) as desk:
        channel = general(desk)
        delivery = desk.it.slack.hands.run_command(
            desk.it.ann, desk.it.installation, channel, "/shiguang find secret words"
        )
        await desk.part.heard({}, delivery.payload)
        await begun.wait()
        [note] = host.notebook.notes.values()
        assert "secret" not in str(note)
        again = SlashCommands(desk.it.site)
        await again.start()
        await desk.it.slack.journal.until(lambda: desk.whispers_to(desk.it.ann))
        assert "重启" in desk.whispers_to(desk.it.ann)[0].text
        assert not host.notebook.notes
        await again.heard({}, delivery.payload)
        assert not host.notebook.notes


async def test_a_direct_chat_has_nothing_to_share_to(desk: Desk[SlashCommands]) -> None:
    direct = desk.it.workspace.open_direct_channel(desk.it.ann.id, desk.it.bot.id)
    desk.it.host.answers["a1"] = replace(ANSWER, question="?")
    await typed(desk, "/shiguang 发布日期？", channel=direct)
    assert desk.it.host.utterances[0].channel.channel_id == ChannelId(f"slack:{direct.id}")
    assert "分享" not in words_of(desk.whispers_to(desk.it.ann)[0])
