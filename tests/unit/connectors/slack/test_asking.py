"""Who speaks to the bot and gets an answer, once; over the fake Slack, with its own event payloads."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.connector import Reply, Utterance
from connectors.slack.asking import Asking
from connectors.slack.errors import MembershipUnknown, SlackAway
from tests.fakes.slack import Channel, Message, Person
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.answering import answer, block_ids, by_the_bot, citation, said, small_print


async def answers(utterance: Utterance, reply: Reply) -> None:
    await reply.status("正在翻档案…")
    await reply.finish(answer(f"答：{utterance.text}[1]", answer_id=f"a{utterance.record_id}"))


class Talk:
    """A channel with people, and the part that listens there."""

    def __init__(self, it: SiteInTest) -> None:
        self.it = it
        self.bo = it.workspace.add_person("bo", locale="en-US")
        self.general = it.workspace.add_channel("general", members=[it.ann, self.bo, it.bot])
        self.asking = Asking(it.site)
        self._heard = 0
        it.host.conversing = answers

    async def hear(self) -> None:
        """Everything that Slack has told since, in order."""
        deliveries = self.it.slack.deliveries.log
        while self._heard < len(deliveries):
            delivery = deliveries[self._heard]
            self._heard += 1
            if delivery.kind == "events_api":
                await self.asking.heard(delivery.event, delivery.payload)

    async def settled(self) -> None:
        """Hear everything, and wait until nothing is being answered, not even what came of it."""
        await self.hear()
        await self.it.tasks.idle()
        await self.hear()
        await self.it.tasks.idle()

    def say(self, text: str, *, who: Person | None = None, thread: Message | None = None) -> Message:
        return self.it.slack.people.post(who or self.it.ann, self.general, text, thread=thread)

    def mention(self, text: str, **options: Any) -> Message:
        return self.say(f"<@{self.it.bot.id}> {text}", **options)

    def answers_in(self, channel: Channel | None = None) -> list[str]:
        return [said(message.blocks) for message in by_the_bot(self.it, channel or self.general)]

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(utterance.kind, utterance.text) for utterance in self.it.host.utterances]

    @property
    def refused(self) -> list[str]:
        return [refusal.error for refusal in self.it.slack.journal.refusals if refusal.surface == "api"]


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with slack_site() as it:
        talk = Talk(it)
        await talk.asking.start()
        yield talk
        await it.tasks.close()


class Held:
    """A conversation that waits until it is let go; it streams something first."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.cancelled = 0

    async def __call__(self, utterance: Utterance, reply: Reply) -> None:
        await reply.sources([citation()])
        self.begun.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        await answers(utterance, reply)


async def test_a_mention_is_answered_once_in_its_thread_although_slack_tells_of_it_twice(talk: Talk) -> None:
    """Invariant 2: twice is once."""
    question = talk.mention("什么时候发布？")
    assert [d.name for d in talk.it.slack.deliveries.log] == ["message", "app_mention"]
    await talk.settled()
    assert talk.asked == [("mention", "什么时候发布？")]
    [message] = by_the_bot(talk.it, talk.general)
    assert message.thread_ts == question.ts
    assert said(message.blocks) == "答：什么时候发布？[1]"
    assert talk.it.site.memberships.channels == [talk.general.id]  # type: ignore[attr-defined] # of the test's site
    assert talk.refused == []


async def test_a_direct_message_needs_no_mention(talk: Talk) -> None:
    question = talk.it.slack.people.write_to(talk.it.ann, talk.it.bot, "when do we ship?")
    await talk.settled()
    assert talk.asked == [("direct", "when do we ship?")]
    [message] = by_the_bot(talk.it, question.channel)
    assert message.thread_ts == question.ts
    assert talk.it.site.memberships.people == [talk.it.ann.id]  # type: ignore[attr-defined] # of the test's site
    assert talk.it.slack.threads.sessions[question.channel.id, question.ts].title == "when do we ship?"
    assert talk.refused == []


async def test_what_people_say_to_each_other_is_not_answered(talk: Talk) -> None:
    question = talk.say("什么时候发布？")
    talk.say("周五吧", who=talk.bo, thread=question)
    await talk.settled()
    assert talk.asked == []


async def test_a_thread_goes_on_without_the_name_of_the_bot(talk: Talk) -> None:
    question = talk.mention("什么时候发布？")
    await talk.settled()
    talk.say("灰度多少", thread=question)
    await talk.settled()
    assert talk.asked[1:] == [("thread", "灰度多少")]
    assert talk.it.host.utterances[1].thread_id == f"slack:{talk.general.id}:{question.ts}"


async def test_people_who_begin_to_talk_in_a_thread_are_left_alone_unless_they_ask(talk: Talk) -> None:
    question = talk.mention("什么时候发布？")
    await talk.settled()
    talk.say(f"<@{talk.bo.id}> 你那边来得及吗？", thread=question)
    talk.say("来得及", who=talk.bo, thread=question)
    talk.say("好", thread=question)
    talk.say("灰度开多少？", who=talk.bo, thread=question)
    await talk.settled()
    assert talk.asked[1:] == [("thread", "灰度开多少？")]


async def test_a_thread_is_known_again_after_a_restart(talk: Talk) -> None:
    question = talk.mention("什么时候发布？")
    await talk.settled()
    talk.asking = Asking(talk.it.site)
    await talk.asking.start()
    talk.say("灰度多少", thread=question)
    await talk.settled()
    assert talk.asked[1:] == [("thread", "灰度多少")]


async def test_what_is_overheard_goes_to_the_application_where_it_listens(talk: Talk) -> None:
    talk.it.host.listening.add(talk.it.site.directory.our_channel(talk.general.id))

    async def silent(utterance: Utterance, reply: Reply) -> None:
        await reply.drop()

    talk.it.host.conversing = silent
    talk.say("有人知道什么时候发布吗？")
    await talk.settled()
    assert talk.asked == [("overheard", "有人知道什么时候发布吗？")]
    assert by_the_bot(talk.it, talk.general) == []
    assert talk.it.slack.journal.calls("assistant.threads.setStatus") == []
    assert [key for _, key in talk.it.host.notebook.notes if key.startswith("asking:")] == []


async def test_who_is_answered_unasked_goes_on_without_a_name(talk: Talk) -> None:
    talk.it.host.listening.add(talk.it.site.directory.our_channel(talk.general.id))
    question = talk.say("有人知道什么时候发布吗？")
    await talk.settled()
    talk.say("灰度多少", thread=question)
    await talk.settled()
    assert [kind for kind, _ in talk.asked] == ["overheard", "thread"]


async def test_a_direct_message_is_known_by_its_channel_where_the_event_does_not_say(talk: Talk) -> None:
    direct = talk.it.workspace.open_direct_channel(talk.it.ann.id, talk.it.bot.id)
    talk.it.slack.people.post(talk.it.ann, direct, "什么时候发布？", with_channel_type=False)
    await talk.settled()
    assert talk.asked == [("direct", "什么时候发布？")]


async def test_the_bot_never_answers_itself_or_other_bots(talk: Talk) -> None:
    talk.mention("什么时候发布？")
    await talk.settled()
    talk.it.slack.people.post_by_integration(talk.general, f"<@{talk.it.bot.id}> build failed")
    await talk.settled()
    assert len(talk.asked) == 1


async def test_mentions_of_people_become_their_names(talk: Talk) -> None:
    await talk.it.site.directory.person(talk.bo.id)
    talk.mention(f"what did <@{talk.bo.id}> say?")
    await talk.settled()
    assert talk.asked == [("mention", "what did @Bo say?")]


async def test_a_bare_mention_asks_for_help(talk: Talk) -> None:
    talk.say(f"<@{talk.it.bot.id}>", who=talk.bo)
    await talk.settled()
    assert talk.asked == [("mention", "/help")]
    assert talk.it.host.utterances[0].language == "en"


async def test_a_command_behind_a_mention_is_understood_as_we_write_it(talk: Talk) -> None:
    """Slack runs commands at the beginning of a message alone, and none in a thread."""
    talk.mention("/shiguang 问 什么时候发布？")
    await talk.settled()
    assert talk.asked == [("mention", "/问 什么时候发布？")]


async def test_a_file_without_words_asks_nothing(talk: Talk) -> None:
    direct = talk.it.workspace.open_direct_channel(talk.it.ann.id, talk.it.bot.id)
    file = talk.it.slack.sharing.add(talk.it.workspace, talk.it.ann, "plan.pdf", b"%PDF")
    talk.it.slack.sharing.share(talk.it.ann, direct, file)
    await talk.settled()
    assert talk.asked == []


async def test_the_answer_to_a_deleted_question_is_taken_back(talk: Talk) -> None:
    """Invariant 3, for what is being made."""
    held = talk.it.host.conversing = Held()
    question = talk.mention("什么时候发布？")
    await talk.hear()
    await held.begun.wait()
    await talk.it.slack.journal.until(lambda: by_the_bot(talk.it, talk.general))
    talk.it.slack.people.delete(question)
    await talk.settled()
    assert (held.cancelled, by_the_bot(talk.it, talk.general)) == (1, [])


async def test_a_deletion_that_overtakes_its_question_keeps_it_from_being_asked(talk: Talk) -> None:
    question = talk.mention("什么时候发布？")
    talk.it.slack.people.delete(question)
    events = [delivery.event for delivery in talk.it.slack.deliveries.log]
    for event in reversed(events):
        await talk.asking.heard(event, {})
    await talk.it.tasks.idle()
    assert talk.asked == []


async def test_an_edited_question_is_answered_anew_and_the_first_answer_goes(talk: Talk) -> None:
    held = talk.it.host.conversing = Held()
    question = talk.mention("什么时候发布？")
    await talk.hear()
    await held.begun.wait()
    await talk.it.slack.journal.until(lambda: by_the_bot(talk.it, talk.general))
    talk.it.host.conversing = answers
    talk.it.slack.clock.advance(5)
    talk.it.slack.people.edit(question, f"<@{talk.it.bot.id}> 灰度开多少？")
    await talk.settled()
    assert [text for _, text in talk.asked] == ["什么时候发布？", "灰度开多少？"]
    assert talk.answers_in() == ["答：灰度开多少？[1]"]
    await talk.asking.heard(talk.it.slack.deliveries.log[-1].event, {})


async def test_an_edit_that_changes_no_words_changes_nothing(talk: Talk) -> None:
    question = talk.mention("什么时候发布？ https://example.com/plan")
    await talk.settled()
    talk.it.slack.people.unfurl(question)
    talk.it.slack.people.recount_replies(question)
    await talk.settled()
    assert len(talk.asked) == 1


async def test_a_mention_that_an_edit_brings_asks_nothing(talk: Talk) -> None:
    message = talk.say("什么时候发布？")
    await talk.settled()
    talk.it.slack.clock.advance(5)
    talk.it.slack.people.edit(message, f"<@{talk.it.bot.id}> 什么时候发布？")
    await talk.settled()
    assert talk.asked == []


async def test_the_stop_button_stops_and_says_so(talk: Talk) -> None:
    held = talk.it.host.conversing = Held()
    question = talk.it.slack.people.write_to(talk.it.ann, talk.it.bot, "什么时候发布？")
    await talk.hear()
    await held.begun.wait()
    await talk.it.slack.journal.until(lambda: by_the_bot(talk.it, question.channel))
    await talk.asking.heard(
        {"type": "agent_session_stopped", "channel": question.channel.id, "thread_ts": question.ts}, {}
    )
    await talk.settled()
    [message] = by_the_bot(talk.it, question.channel)
    assert said(message.blocks).startswith("已停下")
    assert held.cancelled == 1


async def test_unknown_memberships_are_no_permission(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariants 4 and 6."""

    async def unknown(_: str) -> None:
        raise MembershipUnknown

    monkeypatch.setattr(talk.it.site.memberships, "refresh_channel", unknown)
    talk.mention("什么时候发布？")
    await talk.settled()
    [message] = by_the_bot(talk.it, talk.general)
    assert talk.asked == []
    assert small_print(message.blocks) == "代码 slack_membership_unknown"


async def test_nobody_can_ask_more_than_a_few_things_at_once(talk: Talk) -> None:
    held = talk.it.host.conversing = Held()
    for number in range(6):
        talk.mention(f"问题 {number}？")
    await talk.hear()

    def refused() -> int:
        told = [small_print(message.blocks) for message in by_the_bot(talk.it, talk.general)]
        return told.count("代码 slack_person_busy")

    await talk.it.slack.journal.until(lambda: refused() == 2)
    held.go.set()
    await talk.settled()
    assert len(talk.asked) == 4


@pytest.mark.parametrize("failing", ["raises", "says nothing"])
async def test_silence_is_never_unexplained(talk: Talk, failing: str) -> None:
    """Invariant 6."""

    async def fails(_: Utterance, __: Reply) -> None:
        if failing == "raises":
            raise RuntimeError("a secret of the machine")

    talk.it.host.conversing = fails
    talk.mention("什么时候发布？")
    await talk.settled()
    [message] = by_the_bot(talk.it, talk.general)
    code = "slack_internal" if failing == "raises" else "slack_no_answer"
    assert small_print(message.blocks) == f"代码 {code}"
    assert "secret" not in str(message.blocks)


async def restarted(talk: Talk) -> None:
    """The program is killed while it answers, and starts again."""
    held = talk.it.host.conversing = Held()
    await talk.hear()
    await held.begun.wait()
    await talk.it.slack.journal.until(lambda: by_the_bot(talk.it, talk.general))
    await talk.it.tasks.close()
    talk.it.host.conversing = answers
    talk.it.tasks._is_closed = False
    talk.asking = Asking(talk.it.site)


async def test_a_question_under_way_is_answered_after_a_restart_in_the_same_message(talk: Talk) -> None:
    """Invariant 1, for questions."""
    talk.mention("什么时候发布？")
    await restarted(talk)
    [growing] = by_the_bot(talk.it, talk.general)
    await talk.asking.start()
    await talk.it.tasks.idle()
    [message] = by_the_bot(talk.it, talk.general)
    assert (message.ts, said(message.blocks)) == (growing.ts, "答：什么时候发布？[1]")
    assert block_ids(message)[0].startswith("answer:")
    before = len(talk.asked)
    talk._heard = 0
    await talk.settled()
    assert len(talk.asked) == before


async def test_after_a_long_pause_one_honest_sentence_is_said_instead(talk: Talk) -> None:
    talk.mention("什么时候发布？")
    await restarted(talk)
    for key, note in talk.it.host.notebook.notes.items():
        if key[1].startswith("asking:"):
            talk.it.host.notebook.notes[key] = {**note, "at": time.time() - 3600}
    await talk.asking.start()
    await talk.it.tasks.idle()
    [message] = by_the_bot(talk.it, talk.general)
    assert small_print(message.blocks) == "代码 slack_restarted"
    assert len(talk.asked) == 1


async def test_a_question_that_cannot_be_read_again_now_is_not_lost(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 1, for questions."""
    talk.mention("什么时候发布？")
    await restarted(talk)
    patience: list[bool] = []

    async def is_away(method: str, /, *, background: bool = False, **_: object) -> dict[str, object]:
        patience.append(background)
        raise SlackAway(method, "ratelimited")

    with monkeypatch.context() as slack:
        slack.setattr(talk.it.site.api, "call", is_away)
        await talk.asking.start()
        await talk.it.tasks.idle()
    assert patience == [True]
    assert len(by_the_bot(talk.it, talk.general)) == 1
    talk.asking = Asking(talk.it.site)
    await talk.asking.start()
    await talk.it.tasks.idle()
    [message] = by_the_bot(talk.it, talk.general)
    assert said(message.blocks) == "答：什么时候发布？[1]"


async def test_a_question_deleted_while_the_program_was_down_is_forgotten(talk: Talk) -> None:
    question = talk.mention("什么时候发布？")
    await restarted(talk)
    talk.it.slack.people.delete(question, quietly=True)
    await talk.asking.start()
    await talk.it.tasks.idle()
    assert by_the_bot(talk.it, talk.general) == []
    assert len(talk.asked) == 1


async def test_notes_hold_no_words(talk: Talk) -> None:
    talk.mention("什么时候发布？")
    await talk.settled()
    assert "发布" not in str(talk.it.host.notebook.notes)


async def test_prompts_are_suggested_once_a_session_in_the_language_of_the_person(talk: Talk) -> None:
    direct = talk.it.workspace.open_direct_channel(talk.bo.id, talk.it.bot.id)
    event = {"type": "app_home_opened", "tab": "messages", "user": talk.bo.id, "channel": direct.id}
    await talk.asking.heard(event, {})
    await talk.asking.heard(event, {})
    await talk.it.tasks.idle()
    prompts = talk.it.slack.threads.prompts[direct.id, None]
    assert prompts[0] == {"title": "What did I miss?", "message": "What did I miss?"}
    assert len(talk.it.slack.journal.calls("assistant.threads.setSuggestedPrompts")) == 1
    assert talk.refused == []


async def test_closing_in_the_middle_leaves_no_task(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asyncio.Event()

    async def waits(_: str) -> None:
        asked.set()
        await asyncio.Event().wait()

    before = asyncio.all_tasks()
    monkeypatch.setattr(talk.it.site.memberships, "refresh_channel", waits)
    talk.mention("什么时候发布？")
    await talk.hear()
    await asked.wait()
    await talk.it.tasks.close()
    ours = [task for task in asyncio.all_tasks() - before if "aiohttp/web" not in repr(task)]
    assert not [task for task in ours if not task.done()]
