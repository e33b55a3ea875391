"""A second answer beside the first, and a vote between the two."""

from connectors.connector import Answer, Notice, Reply, Utterance
from connectors.events import MessagePosted
from connectors.wecom.errors import ReplyExpired
from connectors.wecom.ids import own_message_id, person_id
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom.cards import check_card
from tests.fakes.wecom_site import ScriptedVoice, WeComSite, answer, message, person, says, wecom_site


async def _pair(
    it: WeComSite, voice: ScriptedVoice, *, text: str = "/换个答法", by: str = "alice"
) -> tuple[Answer, Answer]:
    first, second = answer("周四到。"), answer("周四上午到，老王签收。")
    it.host.answers = {each.answer_id: each for each in (first, second)}
    it.host.conversing = says(first, second)
    await it.conversing.heard(message("alice", "水泵什么时候到？", chat_id="wrPUMPS"), ScriptedVoice())
    await it.conversing.heard(message(by, text, chat_id="wrPUMPS"), voice)
    return first, second


async def test_both_answers_and_a_vote_that_others_may_join() -> None:
    async with wecom_site() as it:
        voice = ScriptedVoice()
        first, second = await _pair(it, voice)
        [(again_id, utterance)] = it.host.again
        assert (again_id, utterance.text, utterance.kind) == (first.answer_id, first.question, "mention")
        [card] = voice.cards
        assert check_card(dict(card), dialect="aibot") == []
        [shown] = voice.finished
        assert {first.text, second.text} <= set(shown.splitlines())
        is_first_a = shown.index(first.text) < shown.index(second.text)
        key = card["submit_button"]["key"]
        for by, option in (("alice", "a"), ("bob", "b")):
            change = await it.conversing.clicked(key=key, task_id="t1", person=person(by), chosen={"pick": [option]})
            assert change.alone
            assert check_card(dict(change.card), dialect="aibot", updating=True) == []
        a, b = (first, second) if is_first_a else (second, first)
        assert it.host.preferences == [
            (a.answer_id, b.answer_id, a.answer_id, person_id("alice")),
            (b.answer_id, a.answer_id, a.answer_id, person_id("bob")),
        ]
        own = [event.record_id for event in it.host.live if isinstance(event, MessagePosted) and event.answer_id]
        assert own == [own_message_id(first.answer_id), own_message_id(second.answer_id)]


async def test_a_press_without_a_choice_asks_for_one() -> None:
    async with wecom_site() as it:
        voice = ScriptedVoice()
        await _pair(it, voice)
        key = voice.cards[0]["submit_button"]["key"]
        change = await it.conversing.clicked(key=key, task_id="t1", person=person("bob"), chosen={})
        assert change.card["card_type"] == "vote_interaction"
        assert change.alone
        assert not it.host.preferences


async def test_the_order_is_left_to_chance() -> None:
    orders = set()
    for _ in range(40):
        async with wecom_site() as it:
            voice = ScriptedVoice()
            first, _second = await _pair(it, voice)
            orders.add(voice.finished[0].index(first.text) < 12)
    assert orders == {True, False}


async def test_who_was_not_answered_here_has_nothing_to_be_answered_again() -> None:
    async with wecom_site() as it:
        voice = ScriptedVoice()
        await _pair(it, voice, by="bob", text="/again")
        assert "wecom_nothing_again" in voice.finished[0]
        assert not it.host.again


async def test_the_last_answer_is_known_after_a_restart() -> None:
    async with wecom_site() as first:
        given = answer("周四到。")
        first.host.answers = {given.answer_id: given}
        first.host.conversing = says(given)
        await first.conversing.heard(message("alice", "水泵？", chat_id="wrPUMPS"), ScriptedVoice())
    async with wecom_site(host=first.host) as second:
        second.host.conversing = says(answer("周五。"))
        voice = ScriptedVoice()
        await second.conversing.heard(message("alice", "/换个答法", chat_id="wrPUMPS"), voice)
        assert voice.cards


async def test_what_does_not_become_a_pair_is_said() -> None:
    class _Refuses(FakeLiveHost):
        error: Exception = LookupError()

        async def answer_again(self, answer_id: str, utterance: Utterance, reply: Reply) -> None:
            raise self.error

    async def same(_: Utterance, reply: Reply) -> None:
        await reply.finish(answer("周四 到。"))

    async def fails(_: Utterance, reply: Reply) -> None:
        await reply.fail(Notice(code="model_busy", sentence="忙。", hint=""))

    given = answer("周四到。")
    for error, code in ((LookupError(), "wecom_again_gone"), (PermissionError(), "wecom_again_not_permitted")):
        host = _Refuses(answers={given.answer_id: given}, conversing=says(given))
        host.error = error
        assert code in await _said_again(host)
    for converse, words in ((same, "同一个回答"), (fails, "model_busy")):
        host2 = FakeLiveHost(answers={given.answer_id: given}, conversing=says(given))
        async with wecom_site(host=host2) as it:
            await it.conversing.heard(message("alice", "水泵？", chat_id="wrPUMPS"), ScriptedVoice())
            host2.conversing = converse
            voice = ScriptedVoice()
            await it.conversing.heard(message("alice", "/换个答法", chat_id="wrPUMPS"), voice)
            assert words in voice.finished[0]
            assert not voice.cards


async def _said_again(host: FakeLiveHost) -> str:
    async with wecom_site(host=host) as it:
        await it.conversing.heard(message("alice", "水泵？", chat_id="wrPUMPS"), ScriptedVoice())
        voice = ScriptedVoice()
        await it.conversing.heard(message("alice", "/换个答法", chat_id="wrPUMPS"), voice)
        return voice.finished[0]


async def test_without_a_card_both_answers_are_shown_all_the_same() -> None:
    async with wecom_site() as it:
        voice = ScriptedVoice(card_raises=[ReplyExpired()])
        first, second = await _pair(it, voice)
        assert first.text in voice.finished[0]
        assert second.text in voice.finished[0]
        assert "显示不了" in voice.finished[0]
