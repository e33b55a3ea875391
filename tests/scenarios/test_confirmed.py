"""Deleting and changing, said in a chat: a card first, and only the yes of the person who asked does it."""

import pytest

from bot.errors import NotPermitted
from bot.texts import TEXTS
from bot.truth.listening import Listening
from connectors.connector import Card, Utterance, UtteranceKind
from connectors.events import ChannelRef
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

_ANN, _BO = person("Ann"), person("Bo")


async def _said(
    stage: Stage, text: str, place: ChannelRef, *, kind: UtteranceKind = "mention", by: str = "Ann"
) -> RecordingReply:
    reply = RecordingReply()
    utterance = Utterance(
        kind=kind, text=text, channel=place, person=person(by), record_id=None, thread_id=None, said_at=at(10_000)
    )
    await stage.host.converse(utterance, reply)
    return reply


def _card(reply: RecordingReply) -> Card:
    [card] = [value for name, value in reply.steps if name == "confirm"]
    assert isinstance(card, Card)
    return card


async def _room(stage: Stage, name: str, first: int) -> ChannelRef:
    place = channel(name)
    await stage.tell(
        opened(place, (_ANN, _BO)),
        posted(first, f"the {name} walrus quote is 900", author="Ann", place=place),
        posted(first + 1, f"the {name} walrus weighs a ton", author="Ann", place=place),
        posted(first + 2, f"the {name} walrus is nice", author="Bo", place=place),
    )
    return place


async def test_one_forgets_ones_own_messages_after_a_yes(stage: Stage) -> None:
    """Invariant 3: a deletion is complete; and nothing goes before the yes."""
    place = await _room(stage, "aquarium", 100)
    card = _card(await _said(stage, "/forget all", place, kind="command"))
    assert card.text.startswith("Delete everything you said here")
    assert "Messages: 2; files: 0" in card.text
    assert set(await stage.found("aquarium walrus")) >= {"m100", "m101", "m102"}
    with pytest.raises(NotPermitted):
        await stage.host.decide(card.card_id, _BO, accepted=True)
    await stage.application.archivist.start()
    try:
        decision = await stage.host.decide(card.card_id, _ANN, accepted=True)
    finally:
        await stage.application.archivist.close()
    assert decision.state == "done", decision.text
    assert "Receipt of erasure" in decision.text
    left = set(await stage.found("aquarium walrus"))
    assert "m102" in left
    assert not {"m100", "m101"} & left


async def test_only_the_messages_with_these_words_go_and_later_ones_are_kept(stage: Stage) -> None:
    place = await _room(stage, "harbour", 200)
    card = _card(await _said(stage, "请删除我包含“quote”的消息", place))
    assert card.language == "zh"
    assert "1 条消息" in card.text
    assert "quote" not in card.text
    await stage.application.archivist.start()
    try:
        decision = await stage.host.decide(card.card_id, _ANN, accepted=True)
    finally:
        await stage.application.archivist.close()
    assert decision.state == "done", decision.text
    await stage.tell(posted(204, "the harbour walrus is back", author="Ann", place=place))
    left = set(await stage.found("harbour walrus"))
    assert {"m201", "m202", "m204"} <= left
    assert "m200" not in left


@pytest.mark.parametrize("text", ["forget everything Bo said", "删除所有人的消息", "delete the whole archive now"])
async def test_what_others_said_is_not_theirs_to_delete(stage: Stage, text: str) -> None:
    place = await _room(stage, "station", 300)
    reply = await _said(stage, text, place)
    assert "confirm" not in reply.names
    assert reply.answer.reason == "said"
    assert set(await stage.found("station walrus")) >= {"m300", "m301", "m302"}


async def test_nothing_to_delete_is_said_at_once(stage: Stage) -> None:
    place = await _room(stage, "meadow", 400)
    reply = await _said(stage, "/forget all", place, kind="command", by="Cy")
    assert reply.answer.text == "You have no such messages here; there is nothing to delete."


async def test_settings_said_in_plain_words_wait_for_a_yes(stage: Stage) -> None:
    place = await _room(stage, "tower", 500)
    card = _card(await _said(stage, "send a digest here every day at 9", place))
    assert card.text == "Post a daily digest in #tower every day at 09:00 (Asia/Shanghai)?"
    assert await stage.application.schedules.of_channel(place.channel_id) is None
    assert (await stage.host.decide(card.card_id, _ANN, accepted=True)).state == "done"
    schedule = await stage.application.schedules.of_channel(place.channel_id)
    assert schedule is not None
    assert schedule.timing.minute_of_day == 9 * 60


async def test_answering_unasked_waits_for_a_yes(stage: Stage) -> None:
    place = await _room(stage, "garden", 600)
    listening = Listening(stage.application.database)
    card = _card(await _said(stage, "以后可以在这里主动回答", place))
    assert not await listening.listens(place.channel_id)
    assert (await stage.host.decide(card.card_id, _ANN, accepted=False)).state == "cancelled"
    assert not await listening.listens(place.channel_id)
    card = _card(await _said(stage, "以后可以在这里主动回答", place))
    assert (await stage.host.decide(card.card_id, _ANN, accepted=True)).state == "done"
    assert await listening.listens(place.channel_id)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        (
            "以后每周一 9点 没事不发 在这里发日报",
            "要每周一 09:00（Asia/Shanghai）在 #{place} 发周报吗？\n没什么可讲时不发。",
        ),
        (
            "send me a digest of #a every day at 8:30 Europe/Berlin",
            "Send a daily digest of #a to you alone every day at 08:30 (Europe/Berlin)?",
        ),
        ("stop the digest", "Post no more digests in #{place}?"),
    ],
)
async def test_a_card_says_all_that_it_would_set_up(stage: Stage, text: str, asks: str) -> None:
    place = await _room(stage, "quay", 800)
    assert _card(await _said(stage, text, place)).text == asks.format(place=place.name)


@pytest.mark.parametrize("text", ["please reply in English from now on", "以后用英文回答"])
async def test_a_language_is_no_reason_to_answer_unasked(stage: Stage, text: str) -> None:
    place = await _room(stage, "lake", 900)
    reply = await _said(stage, text, place)
    assert reply.names == ["finish"]
    assert reply.answer.text in TEXTS["how_to_set"].values()


async def test_only_members_have_it_answer_unasked(stage: Stage) -> None:
    place = await _room(stage, "cape", 1000)
    card = _card(await _said(stage, "以后可以在这里主动回答", place, by="Eve"))
    decision = await stage.host.decide(card.card_id, person("Eve"), accepted=True)
    assert decision.state == "failed"
    assert not await Listening(stage.application.database).listens(place.channel_id)


async def test_cards_survive_a_reload(stage: Stage) -> None:
    place = await _room(stage, "island", 700)
    card = _card(await _said(stage, "/forget last 1", place, kind="command"))
    assert card in await stage.host.open_cards(_ANN.person_id)
    assert card not in await stage.host.open_cards(_BO.person_id)
