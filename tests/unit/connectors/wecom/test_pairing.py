"""A second answer beside the first, unasked."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from connectors.connector import Notice, Reply, Utterance
from connectors.events import MessagePosted
from connectors.wecom import pairing
from connectors.wecom.ids import own_message_id, person_id
from tests.fakes.live_host import Conversing, FakeLiveHost
from tests.fakes.wecom.cards import check_card
from tests.fakes.wecom_site import ScriptedVoice, WeComSite, answer, message, person, says, wecom_site

FIRST, SECOND = answer("周四到。"), answer("周四上午到，老王签收。")


async def _ask(it: WeComSite) -> ScriptedVoice:
    voice = ScriptedVoice()
    it.host.answers = {each.answer_id: each for each in (FIRST, SECOND)}
    it.host.wanted_pairs = {FIRST.answer_id}
    await it.conversing.heard(message("alice", "水泵什么时候到？", chat_id="wrPUMPS"), voice)
    return voice


async def test_both_answers_end_the_reply_with_a_vote() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(FIRST, SECOND)
        voice = await _ask(it)
        [shown], [card] = voice.finished, voice.cards
        assert {FIRST.text, SECOND.text} <= set(shown.splitlines())
        assert check_card(dict(card), dialect="aibot") == []
        assert it.host.pairs == [(FIRST.answer_id, SECOND.answer_id, person_id("alice"))]
        own = {event.record_id for event in it.host.live if isinstance(event, MessagePosted) and event.answer_id}
        assert own == {own_message_id(FIRST.answer_id), own_message_id(SECOND.answer_id)}
        key = card["submit_button"]["key"]
        await it.conversing.clicked(key=key, task_id="t1", person=person("alice"), chosen={"pick": ["a"]})
        assert it.host.preferences


async def test_mostly_there_is_one_answer() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(FIRST, SECOND)
        voice = ScriptedVoice()
        await it.conversing.heard(message("alice", "水泵什么时候到？", chat_id="wrPUMPS"), voice)
        assert not voice.cards
        assert not it.host.again


async def _fails(_: Utterance, reply: Reply) -> None:
    await reply.fail(Notice(code="model_busy", sentence="忙。", hint=""))


async def _never(_: Utterance, reply: Reply) -> None:
    await asyncio.Event().wait()


async def _breaks(_: Utterance, reply: Reply) -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    "second", [_fails, _never, _breaks, says(replace(SECOND, abstained=True)), says(replace(SECOND, text="周四 到。"))]
)
async def test_what_does_not_become_a_pair_leaves_the_first_alone(
    second: Conversing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing.PairingReply.__init__, "__defaults__", (0.05,))
    later: list[Callable[..., object]] = [says(FIRST), second]

    async def converse(utterance: Utterance, reply: Reply) -> None:
        await later.pop(0)(utterance, reply)  # type: ignore[misc]  # both are coroutine functions

    async with wecom_site(host=FakeLiveHost(conversing=converse)) as it:
        voice = await _ask(it)
        [shown] = voice.finished
        assert FIRST.text in shown
        assert not voice.cards
        assert not it.host.pairs
