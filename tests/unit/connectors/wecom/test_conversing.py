"""What robots and apps share: everything heard is archived and answered once, also after a restart."""

import asyncio
from datetime import timedelta

import pytest

from connectors.connector import Reply, Utterance
from connectors.events import ChannelChanged, ChannelRef, MembershipChanged, MessagePosted, PersonRef
from connectors.wecom.errors import ReplyExpired, WeComAway
from connectors.wecom.ids import group_id, message_id, own_message_id
from connectors.wecom.site import MediaRef
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom_site import SAID_AT, ScriptedMedia, ScriptedVoice, answer, message, person, says, wecom_site
from tests.waiting import eventually


def _posted(host: FakeLiveHost) -> list[MessagePosted]:
    return [event for event in host.live if isinstance(event, MessagePosted)]


async def test_a_mention_is_archived_and_answered_and_the_answer_archived() -> None:
    async with wecom_site() as it:
        given = answer("周四到。")
        it.host.conversing = says(given)
        voice = ScriptedVoice()
        await it.conversing.heard(message("alice", "水泵什么时候到？", chat_id="wrPUMPS", msgid="M1"), voice)
        [asked] = it.host.utterances
        assert (asked.kind, asked.text, asked.record_id) == ("mention", "水泵什么时候到？", message_id("M1"))
        said, own = _posted(it.host)
        assert (said.record_id, said.text, said.author.name, said.system) == (
            message_id("M1"), "水泵什么时候到？", "alice", False,
        )  # fmt: skip
        assert (own.record_id, own.answer_id, own.author.is_bot) == (
            own_message_id(given.answer_id), given.answer_id, True,
        )  # fmt: skip
        assert (await it.host.known_members(group_id("wrPUMPS")))[0].name == "alice"
        assert voice.finished == ["周四到。"]


async def test_the_archive_knows_who_reads_before_the_question_is_answered() -> None:
    async with wecom_site() as it:

        async def converse(utterance: Utterance, reply: Reply) -> None:
            members = await it.host.known_members(utterance.channel.channel_id)
            assert [member.name for member in members] == ["alice"]
            await reply.finish(answer("好"))

        it.host.conversing = converse
        await it.conversing.heard(message("alice", "在吗", chat_id="wrPUMPS"), ScriptedVoice())
        assert len(it.host.utterances) == 1


async def test_a_direct_chat_has_the_person_and_the_bot_as_members() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("好"), answer("好"))
        for _ in range(2):
            await it.conversing.heard(message("alice", "在吗"), ScriptedVoice())
        [chat] = [event for event in it.host.live if isinstance(event, ChannelChanged)]
        assert [(member.name, member.is_bot) for member in chat.members or ()] == [("alice", False), ("拾光", True)]
        assert {asked.kind for asked in it.host.utterances} == {"direct"}


@pytest.mark.parametrize("chat_id", ["wrPUMPS", ""])
async def test_a_command_is_never_one_for_its_person_alone_since_everybody_sees_the_reply(chat_id: str) -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("好", reason="said"))
        await it.conversing.heard(message("alice", "／找：预算", chat_id=chat_id), ScriptedVoice())
        [asked] = it.host.utterances
        assert asked.text == "/找 预算"
        assert asked.kind == ("mention" if chat_id else "direct")
        assert _posted(it.host)[0].system, "what was typed as a command must not be found as if it were said"


async def test_the_same_message_twice_at_the_same_time_is_once() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("周四到。"))
        heard, voices = message("alice", "水泵什么时候到？", chat_id="wrPUMPS"), [ScriptedVoice(), ScriptedVoice()]
        await asyncio.gather(*(it.conversing.heard(heard, voice) for voice in voices))
        assert sum(len(voice.finished) for voice in voices) == 1
        assert len(it.host.utterances) == 1


async def test_the_same_message_after_a_restart_is_once_and_one_without_an_answer_is_answered() -> None:
    heard = message("alice", "水泵什么时候到？", chat_id="wrPUMPS")
    async with wecom_site() as first:

        async def hangs(_: Utterance, reply: Reply) -> None:
            await asyncio.Event().wait()

        first.host.conversing = hangs
        first.tasks.spawn(first.conversing.heard(heard, ScriptedVoice()), name="heard")
        while not first.host.utterances:  # noqa: ASYNC110 - there is nothing to wait on
            await asyncio.sleep(0)
    async with wecom_site(host=first.host, now=SAID_AT + timedelta(minutes=10)) as second:
        second.host.conversing = says(answer("周四到。"))
        voice = ScriptedVoice()
        await second.conversing.heard(heard, voice)
        assert voice.finished == ["周四到。"]
    async with wecom_site(host=first.host) as third:
        await third.conversing.heard(heard, voice)
        assert len(voice.finished) == 1


async def test_what_is_too_old_after_a_restart_gets_one_honest_sentence_and_is_archived() -> None:
    async with wecom_site(now=SAID_AT + timedelta(minutes=16)) as it:
        voice = ScriptedVoice()
        heard = message("alice", "水泵什么时候到？", chat_id="wrPUMPS")
        for _ in range(2):
            await it.conversing.heard(heard, voice)
        assert len(voice.finished) == 1
        assert "重启" in voice.finished[0]
        assert not it.host.utterances
        assert _posted(it.host)[0].text == "水泵什么时候到？"


async def test_what_could_not_be_shown_for_now_is_tried_again_and_what_never_can_is_not() -> None:
    async with wecom_site(delivery_seconds=0) as it:
        heard = message("alice", "水泵什么时候到？", chat_id="wrPUMPS")
        it.host.conversing = says(answer("一"), answer("二"), answer("三"))
        voice = ScriptedVoice()
        with pytest.raises(WeComAway):
            await it.conversing.heard(heard, ScriptedVoice(finish_raises=[WeComAway("finish", "closed")]))
        await it.conversing.heard(heard, voice)
        assert voice.finished == ["二"]
        expired = ScriptedVoice(finish_raises=[ReplyExpired()] * 2)
        other = message("alice", "几点？", chat_id="wrPUMPS")
        await it.conversing.heard(other, expired)
        await it.conversing.heard(other, expired)
        assert expired.calls.count("finish") == 1
        own = [event.text for event in _posted(it.host) if event.answer_id]
        assert own == ["二"], "what nobody saw was not said"


async def test_too_many_questions_get_an_honest_sentence_each() -> None:
    async with wecom_site() as it:
        release = asyncio.Event()

        async def waits(_: Utterance, reply: Reply) -> None:
            await release.wait()
            await reply.finish(answer("好"))

        it.host.conversing = waits
        voices = [ScriptedVoice() for _ in range(5)]
        async with asyncio.TaskGroup() as group:
            for number, voice in enumerate(voices):
                group.create_task(it.conversing.heard(message("alice", f"问题{number}"), voice))
            while not voices[-1].finished:  # noqa: ASYNC110 - there is nothing to wait on
                await asyncio.sleep(0)
            assert "我没有接下" in voices[-1].finished[0]
            release.set()
        assert [len(voice.finished) for voice in voices] == [1] * 5
        assert len(it.host.utterances) == 4


async def test_a_failing_application_leaves_nobody_waiting() -> None:
    async with wecom_site() as it:

        async def breaks(_: Utterance, reply: Reply) -> None:
            raise RuntimeError("secret detail")

        it.host.conversing = breaks
        voice = ScriptedVoice()
        await it.conversing.heard(message("bob", "What now?"), voice)
        assert "wecom_internal" in voice.finished[0]
        assert "secret" not in voice.finished[0]

        async def ends_without_an_end(_: Utterance, reply: Reply) -> None:
            return

        it.host.conversing = ends_without_an_end
        other = ScriptedVoice()
        await it.conversing.heard(message("bob", "And now?"), other)
        assert "wecom_no_answer" in other.finished[0]


async def test_what_is_quoted_is_archived_and_asked_unless_it_is_our_own_answer() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("水泵周四上午到货，由老王签收。"), answer("对"), answer("对"))
        await it.conversing.heard(message("alice", "水泵呢", chat_id="wrPUMPS"), ScriptedVoice())
        quoting = message("bob", "谁签收？", chat_id="wrPUMPS", quoted_text="**水泵**周四上午到货，由老王签收。来源")
        await it.conversing.heard(quoting, ScriptedVoice())
        assert "老王" in it.host.utterances[1].text
        texts = [event.text for event in _posted(it.host) if not event.answer_id]
        assert texts == ["水泵呢", "谁签收？"], "an answer must not come back as something that people said"
        await it.conversing.heard(
            message("bob", "同意吗？", chat_id="wrPUMPS", quoted_text="下周一开会"), ScriptedVoice()
        )
        assert _posted(it.host)[-2].text == "同意吗？\n（引用：「下周一开会」）"


async def test_a_command_is_told_what_is_quoted_apart_from_its_words() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("好", reason="said"))
        quoting = message("bob", "/标准 谁签收？", chat_id="wrPUMPS", quoted_text="老王签收")
        await it.conversing.heard(quoting, ScriptedVoice())
        [utterance] = it.host.utterances
        assert (utterance.text, utterance.quoted) == ("/标准 谁签收？", "老王签收")


async def test_a_bare_mention_asks_for_help_or_about_what_it_quotes() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("好", reason="said"), answer("好"))
        await it.conversing.heard(message("alice", "", chat_id="wrPUMPS"), ScriptedVoice())
        await it.conversing.heard(message("alice", "", chat_id="wrPUMPS", quoted_text="下周一开会"), ScriptedVoice())
        assert [asked.text for asked in it.host.utterances] == ["/帮助", "下周一开会"]


async def test_a_file_without_words_is_fetched_and_receipted() -> None:
    media = ScriptedMedia(names={0: "合同.pdf"}, reasons={1: "file_address_expired"})
    async with wecom_site(media=media) as it:
        files = [MediaRef(kind="file", place=place, url="https://x", key="k") for place in range(2)]
        voice = ScriptedVoice()
        await it.conversing.heard(message("alice", "", media=files), voice)
        assert "「合同.pdf」" in voice.finished[0]
        assert "过期" in voice.finished[0]
        [said] = _posted(it.host)
        assert [file.unavailable_reason for file in said.files] == ["file_not_fetched_yet"] * 2
        assert not it.host.utterances


async def test_a_question_about_a_file_waits_for_the_file() -> None:
    order: list[str] = []

    class _Slow(ScriptedMedia):
        async def fetch(self, heard, *, at):  # type: ignore[no-untyped-def]  # as of the class
            await asyncio.sleep(0.01)
            order.append("fetched")
            return await super().fetch(heard, at=at)

    async with wecom_site(media=_Slow()) as it:

        async def converse(_: Utterance, reply: Reply) -> None:
            order.append("asked")
            await reply.finish(answer("好"))

        it.host.conversing = converse
        image = MediaRef(kind="image", place=0, url="https://x", key="k")
        await it.conversing.heard(message("alice", "图里是什么？", media=[image]), ScriptedVoice())
        assert order == ["fetched", "asked"]


async def test_a_restart_while_a_file_is_fetched_brings_the_file_and_no_second_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connectors.wecom.conversing._FILES_SECONDS", 0.01)
    image = MediaRef(kind="image", place=0, url="https://x", key="k")
    heard, voice = message("alice", "图里是什么？", media=[image]), ScriptedVoice()

    class _Endless(ScriptedMedia):
        async def fetch(self, heard, *, at):  # type: ignore[no-untyped-def]  # as of the class
            await asyncio.Event().wait()

    async with wecom_site(media=_Endless()) as it:
        it.host.conversing = says(answer("好"))
        hearing = asyncio.create_task(it.conversing.heard(heard, voice))
        await eventually(lambda: _noted(it.host))
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    media = ScriptedMedia()
    async with wecom_site(host=it.host, media=media) as it:
        await it.conversing.heard(heard, ScriptedVoice())
        await it.conversing.heard(heard, ScriptedVoice())
    assert voice.finished == ["好"] and len(it.host.utterances) == 1
    assert media.fetched == [heard]


async def _noted(host: FakeLiveHost) -> bool:
    return any(note.get("answered") for note in host.notebook.notes.values())


async def test_a_file_that_fails_after_the_answer_brings_no_second_answer() -> None:
    class _Full(ScriptedMedia):
        async def fetch(self, heard, *, at):  # type: ignore[no-untyped-def]  # as of the class
            raise OSError("no space left")

    async with wecom_site(media=_Full()) as it:
        it.host.conversing = says(answer("好"))
        image = MediaRef(kind="image", place=0, url="https://x", key="k")
        heard, voice = message("alice", "图里是什么？", media=[image]), ScriptedVoice()
        await it.conversing.heard(heard, voice)
        await it.conversing.heard(heard, ScriptedVoice())
        assert voice.finished == ["好"] and len(it.host.utterances) == 1


async def test_what_a_message_archive_brings_is_not_kept_twice() -> None:
    media = ScriptedMedia()
    async with wecom_site(media=media, archive_covers_groups=True) as it:
        it.host.conversing = says(answer("周四到。"), answer("周四到！"))
        image = MediaRef(kind="image", place=0, url="https://x", key="k")
        await it.conversing.heard(message("alice", "水泵？", chat_id="wrPUMPS", media=[image]), ScriptedVoice())
        [own] = _posted(it.host)
        assert own.answer_id
        assert not media.fetched
        assert it.host.utterances[0].record_id is None
        await it.conversing.heard(message("alice", "水泵？"), ScriptedVoice())
        assert [event.text for event in _posted(it.host) if not event.answer_id] == ["水泵？"]


async def test_names_that_the_archive_knows_are_not_overwritten_with_ids() -> None:
    host = FakeLiveHost()
    channel = ChannelRef(
        channel_id=group_id("wrPUMPS"), platform="wecom", name="水泵项目", visibility="private", workspace_id="ww1"
    )
    alice = PersonRef(person_id=person("alice").person_id, platform="wecom", name="陈丽")
    known = MembershipChanged(event_id="known", occurred_at=SAID_AT, channel=channel, person=alice, present=True)
    await host.accept([known])
    async with wecom_site(host=host) as it:
        it.host.conversing = says(answer("好"))
        await it.conversing.heard(message("alice", "水泵？", chat_id="wrPUMPS"), ScriptedVoice())
        said = _posted(it.host)[0]
        assert (said.author.name, said.channel.name) == ("陈丽", "水泵项目")


async def test_an_archive_that_is_too_busy_is_told_honestly() -> None:
    class _Busy(FakeLiveHost):
        async def accept_and_apply(self, events):  # type: ignore[no-untyped-def]  # as of the class
            raise TimeoutError

    async with wecom_site(host=_Busy()) as it:
        voice = ScriptedVoice()
        await it.conversing.heard(message("alice", "水泵？", chat_id="wrPUMPS"), voice)
        assert "wecom_archive_busy" in voice.finished[0]
        assert not it.host.utterances


async def test_the_first_sign_of_life_waits_for_no_archive() -> None:
    shown = asyncio.Event()

    class _Slow(FakeLiveHost):
        async def accept_and_apply(self, events):  # type: ignore[no-untyped-def]  # as of the class
            await shown.wait()
            await super().accept_and_apply(events)

    async with wecom_site(host=_Slow()) as it:
        it.host.conversing = says(answer("好"))
        voice = ScriptedVoice()
        task = asyncio.create_task(it.conversing.heard(message("alice", "水泵？", chat_id="wrPUMPS"), voice))
        while not voice.shown:  # noqa: ASYNC110 - there is nothing to wait on
            await asyncio.sleep(0)
        shown.set()
        assert voice.shown == ["> 正在翻档案…"]
        await task


async def test_no_words_of_messages_are_in_the_notes() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("答案词"))
        heard = message("alice", "问题词", chat_id="wrPUMPS", quoted_text="引用词")
        await it.conversing.heard(heard, ScriptedVoice())
        notes = str(it.host.notebook.notes)
        assert not [word for word in ("问题词", "答案词", "引用词") if word in notes]


async def test_notes_are_forgotten_though_others_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = asyncio.Event()

    async def failing(_: object) -> None:
        raise RuntimeError("the archive is busy")

    async def forget(_: object) -> None:
        forgotten.set()

    monkeypatch.setattr("connectors.wecom.presence.Presence.sweep", failing)
    monkeypatch.setattr("connectors.wecom.feedback.Feedback.forget_old", failing)
    monkeypatch.setattr("connectors.wecom.again.Again.forget_old", forget)
    async with wecom_site():
        async with asyncio.timeout(20):
            await forgotten.wait()
