"""Which sentences are telling."""

import pytest

from bot.summaries.choosing import choose, is_chatter, sentences_of
from tests.fakes.embedder import TinyEmbedder
from tests.unit.bot.summaries.talks import talk, turn


@pytest.mark.parametrize("text", ["good morning!", "谢谢", "haha", "👍", "ok", "收到", "..."])
def test_greetings_thanks_and_nods_are_chatter(text: str) -> None:
    assert is_chatter(turn(1, text))


@pytest.mark.parametrize("text", [
    "42", "ok, but the launch moves to December 8 then", "谢谢，合同我周五前发给客户，金额是 42 万元，请大家核对一下",
    "good idea? what does it cost?",
])  # fmt: skip
def test_what_tells_or_asks_something_is_not(text: str) -> None:
    assert not is_chatter(turn(1, text))


def test_code_and_addresses_are_no_sentences() -> None:
    told = talk(turn(1, "The build is broken. ```rm -rf /tmp``` See https://ci.example/7"))
    assert [sentence.text for sentence in sentences_of(told)] == ["The build is broken."]


async def test_the_same_is_not_chosen_twice_and_the_order_is_kept() -> None:
    told = talk(
        turn(1, "What happens with the launch of the portal?"),
        turn(2, "The launch of the portal is decided: it moves to December 8.", categories="decision"),
        turn(3, "The launch of the portal is decided: it moves to December 8!", categories="decision"),
        turn(4, "Lunch was nice today."),
        turn(5, "The budget grows to 42,000 euro.", categories="number"),
    )
    embedder = TinyEmbedder()
    await embedder.start()
    chosen = await choose(told, embedder, most=3, chars=500)
    assert [sentence.at for sentence in chosen] in ([0, 1, 4], [0, 2, 4], [1, 3, 4], [2, 3, 4])


async def test_no_more_is_chosen_than_there_is_room_for() -> None:
    embedder = TinyEmbedder()
    await embedder.start()
    told = talk(
        *(turn(number, f"Point {number} of the plan is that the pump {number} is late.") for number in range(30))
    )
    assert len(await choose(told, embedder, most=4, chars=10_000)) == 4
    chosen = await choose(told, embedder, most=30, chars=200)
    assert 1 < len(chosen) < 5
