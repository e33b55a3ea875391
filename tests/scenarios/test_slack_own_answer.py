"""The bot's own messages: answers are known as such, never while they are streamed, and never by anybody else."""

from itertools import permutations

import pytest

from connectors.events import MessagePosted
from tests.scenarios.slack_stage import Json, SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_while_it_is_streamed_nothing_is_kept_of_it(slack: SlackStage) -> None:
    assert await slack.hears(STREAM_BEGINS, STREAM_GOES_ON) == []
    assert await slack.reads(STREAM_BEGINS) == []
    assert await slack.kept("1790001100.000100") is None


async def test_the_finished_words_are_the_answer(slack: SlackStage) -> None:
    (event,) = await slack.hears(STREAM_BEGINS, STREAM_GOES_ON, STREAM_ENDS)
    assert isinstance(event, MessagePosted)
    assert (event.text, event.answer_id, event.system) == ("On friday [1].", "a-1", False)
    assert (event.author.person_id, event.edited_at) == ("slack:UBOT", None)
    kept = await slack.kept("1790001100.000100")
    assert kept is not None
    assert (kept.answer_id, kept.is_system, kept.is_edited) == ("a-1", False, False)
    message = STREAM_ENDS["message"]
    assert isinstance(message, dict)
    await slack.reads(message)
    assert await slack.received() == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_placeholder_becomes_the_answer_and_later_a_revised_one(
    slack: SlackStage, order: tuple[int, ...]
) -> None:
    payloads: list[Json] = [PLACEHOLDER, PLACEHOLDER_FILLED, REVISED]
    await slack.hears(*(payloads[place] for place in order))
    kept = await slack.kept("1790001110.000100")
    assert kept is not None
    assert (kept.text, kept.answer_id, kept.is_system) == ("It was withdrawn.", "a-2", False)


async def test_an_answer_whose_last_change_was_missed_is_known_from_the_history(slack: SlackStage) -> None:
    message = PLACEHOLDER_FILLED["message"]
    assert isinstance(message, dict)
    await slack.hears(PLACEHOLDER)
    await slack.reads(message)
    kept = await slack.kept("1790001110.000100")
    assert kept is not None
    assert (kept.text, kept.answer_id, kept.is_system) == ("On monday [1].", "a-2", False)


async def test_a_digest_is_a_post(slack: SlackStage) -> None:
    (event,) = await slack.hears(DIGEST)
    assert isinstance(event, MessagePosted)
    assert (event.answer_id, event.system) == ("d-1", False)


async def test_whatever_else_it_says_is_a_report(slack: SlackStage) -> None:
    (event,) = await slack.hears(DIGEST | {"blocks": [{"type": "section", "block_id": "help"}]})
    assert isinstance(event, MessagePosted)
    assert (event.answer_id, event.system) == (None, True)


async def test_nobody_else_gives_answers(slack: SlackStage) -> None:
    (person,) = await slack.hears({key: value for key, value in DIGEST.items() if key != "bot_id"} | {"user": "U1"})
    (app,) = await slack.hears(DIGEST | {"user": "U9", "bot_id": "B9", "ts": "1790001121.000100"})
    for event in (person, app):
        assert isinstance(event, MessagePosted)
        assert (event.answer_id, event.system) == (None, False)


def _answer(text: str, answer_id: str, ts: str, **more: object) -> dict[str, object]:
    return {
        "type": "message",
        "user": "UBOT",
        "bot_id": "BBOT",
        "app_id": "A1",
        "text": text,
        "ts": ts,
        "blocks": [
            {"type": "rich_text", "block_id": "x1", "elements": []},
            {"type": "context_actions", "block_id": f"answer:{answer_id}", "elements": []},
        ],
    } | more


STREAM_BEGINS: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "UBOT",
    "bot_id": "BBOT",
    "app_id": "A1",
    "text": "",
    "streaming_state": "in_progress",
    "ts": "1790001100.000100",
    "thread_ts": "1790001099.000100",
    "event_ts": "1790001100.000100",
}
STREAM_GOES_ON: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790001101.000200",
    "event_ts": "1790001101.000200",
    "message": STREAM_BEGINS | {"text": "On friday or perhaps"},
    "previous_message": STREAM_BEGINS,
}
STREAM_ENDS: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790001102.000300",
    "event_ts": "1790001102.000300",
    "message": _answer("On friday [1].", "a-1", "1790001100.000100", streaming_state="completed"),
    "previous_message": STREAM_GOES_ON["message"],
}
PLACEHOLDER: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "UBOT",
    "bot_id": "BBOT",
    "text": "Searching…",
    "ts": "1790001110.000100",
    "event_ts": "1790001110.000100",
}
PLACEHOLDER_FILLED: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790001111.000200",
    "event_ts": "1790001111.000200",
    "message": _answer("On monday [1].", "a-2", "1790001110.000100"),
    "previous_message": PLACEHOLDER,
}
REVISED: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790001112.000300",
    "event_ts": "1790001112.000300",
    "message": _answer("It was withdrawn.", "a-2", "1790001110.000100"),
    "previous_message": PLACEHOLDER_FILLED["message"],
}
DIGEST: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "UBOT",
    "bot_id": "BBOT",
    "text": "This week: two launches.",
    "blocks": [
        {"type": "rich_text", "block_id": "x1", "elements": []},
        {"type": "context", "block_id": "post:d-1", "elements": []},
    ],
    "ts": "1790001120.000100",
    "event_ts": "1790001120.000100",
}
