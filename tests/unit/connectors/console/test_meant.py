"""“Did you mean …?” under an answer: one tap, and its standard answer is the next message."""

from dataclasses import replace
from typing import Any

from connectors.connector import Answer, Revision
from connectors.console.ids import answer_record_id
from connectors.events import MessagePosted
from tests.unit.connectors.console.conftest import Console


async def _answered(console: Console) -> tuple[Answer, str]:
    await console.enter("Ada")
    channel = await console.create("secret", members=("Ada",))
    socket = await console.socket()
    await console.say(channel, "@拾光 hello?")
    answer_id = str((await socket.next("ask", phase="finished"))["answer"]["answer_id"])
    await console.host.settled()
    answer = await console.host.answer(answer_id)
    assert answer is not None
    console.host.standard[answer_id] = replace(answer, answer_id="standard", text="The verified words.")
    return answer, channel


async def _meant(console: Console, answer_id: str, person: str = "Ada") -> tuple[int, Any]:
    return await console.send("POST", "/api/meant", {"answer_id": answer_id}, person)


async def test_a_tap_posts_the_standard_answer_where_the_other_one_is(console: Console) -> None:
    answer, channel = await _answered(console)
    assert await _meant(console, answer.answer_id) == (200, {"is_new": True, "notice": None})
    await console.host.settled()
    posted = console.host.accepted[-1]
    assert isinstance(posted, MessagePosted)
    assert (posted.text, posted.answer_id, posted.channel.channel_id) == ("The verified words.", "standard", channel)
    [(asked, utterance)] = console.host.meant_by
    assert (asked, utterance.text, utterance.person.name) == (answer.answer_id, answer.question, "Ada")


async def test_when_it_is_there_nothing_is_posted_again(console: Console) -> None:
    answer, _ = await _answered(console)
    await _meant(console, answer.answer_id)
    before = len(console.host.accepted)
    assert await _meant(console, answer.answer_id) == (200, {"is_new": False, "notice": None})
    assert len(console.host.accepted) == before
    assert len(console.host.meant_by) == 2


async def test_what_is_unknown_named_no_more_or_not_to_be_read_is_refused(console: Console) -> None:
    """Invariant 4."""
    answer, _ = await _answered(console)
    assert (await _meant(console, answer.answer_id, "Bo"))[0] in (403, 404)
    assert (await _meant(console, "unknown"))[0] == 404
    console.host.standard.clear()
    assert (await _meant(console, answer.answer_id))[0] == 404
    assert not console.host.meant_by


async def test_open_pages_read_again_what_names_no_question_any_more(console: Console) -> None:
    """Invariant 3: the standard answer went, and with it the line on every page."""
    answer, channel = await _answered(console)
    socket = await console.socket()
    record = answer_record_id(answer.answer_id)
    where = next(event.channel for event in console.host.accepted if isinstance(event, MessagePosted))
    await console.connector.revise(
        Revision(
            answer_id=answer.answer_id, record_id=record, channel=where, text=answer.text, citations=(), language="zh"
        )
    )
    assert where.channel_id == channel
    assert (await socket.next("message"))["message"]["record_id"] == record
