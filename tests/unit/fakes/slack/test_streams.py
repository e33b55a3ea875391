"""Streamed answers and the agent surface around them."""

from typing import Any

import pytest

from tests.fakes.slack import Message
from tests.unit.fakes.slack.conftest import Home
from tests.unit.fakes.slack.refusing import error


@pytest.fixture
def question(home: Home) -> Message:
    return home.slack.people.post(home.ann, home.general, "when?")


async def start(home: Home, question: Message, **options: Any) -> str:
    answer = await home.client.chat_startStream(
        channel=home.general.id,
        thread_ts=question.ts,
        recipient_user_id=home.ann.id,
        recipient_team_id=home.workspace.id,
        **options,
    )
    return str(answer["ts"])


def task(status: str, **more: Any) -> dict[str, Any]:
    return {"type": "task_update", "id": "t1", "title": "Search", "status": status, **more}


async def test_the_sdks_own_stream_carries_an_answer(home: Home, question: Message) -> None:
    stream = await home.client.chat_stream(
        channel=home.general.id,
        thread_ts=question.ts,
        recipient_user_id=home.ann.id,
        recipient_team_id=home.workspace.id,
        buffer_size=5,
    )
    await stream.append(markdown_text="On **Friday**")
    message = home.general.messages[str(stream.ts)]
    assert message.streaming_state == "in_progress"
    await stream.append(chunks=[task("in_progress", details="a"), task("complete", details="b")])
    await stream.stop(markdown_text=".", blocks=[{"type": "divider"}])
    assert (message.text, message.streaming_state) == ("On **Friday**.", "completed")
    assert [block["type"] for block in message.blocks] == ["rich_text", "task_card", "divider"]
    assert (message.blocks[1]["details"], message.blocks[1]["status"]) == ("ab", "complete")
    subtypes = [delivery.event.get("subtype") for delivery in home.slack.deliveries.events("message")]
    assert subtypes == [None, None, "message_changed", "message_changed"]


async def test_a_stream_says_for_whom_outside_direct_messages(home: Home, question: Message) -> None:
    channel, thread_ts = home.general.id, question.ts
    start_stream = home.client.chat_startStream
    assert await error(start_stream(channel=channel, thread_ts=thread_ts)) == "missing_recipient_user_id"
    half = start_stream(channel=channel, thread_ts=thread_ts, recipient_user_id=home.ann.id)
    assert await error(half) == "missing_recipient_team_id"
    direct = home.slack.people.write_to(home.ann, home.bot, "when?")
    await start_stream(channel=direct.channel.id, thread_ts=direct.ts, markdown_text="soon")


async def test_a_stream_takes_no_blocks_at_its_start_and_needs_a_thread(home: Home, question: Message) -> None:
    arguments = {"channel": home.general.id, "thread_ts": question.ts, "blocks": [{"type": "divider"}]}
    assert await error(home.client.api_call("chat.startStream", json=arguments)) == "invalid_arguments"
    del arguments["blocks"], arguments["thread_ts"]
    assert await error(home.client.api_call("chat.startStream", json=arguments)) == "invalid_arguments"


async def test_a_stream_dies_five_minutes_after_its_start_whatever_is_appended(home: Home, question: Message) -> None:
    ts = await start(home, question, chunks=[task("in_progress")])
    append, stop = home.client.chat_appendStream, home.client.chat_stopStream
    for _ in range(4):
        home.slack.clock.advance(60)
        await append(channel=home.general.id, ts=ts, chunks=[task("in_progress")])
    assert await error(home.client.chat_update(channel=home.general.id, ts=ts, text="x")) == "streaming_state_conflict"
    home.slack.clock.advance(60)
    late = append(channel=home.general.id, ts=ts, chunks=[task("complete")])
    assert await error(late) == "message_not_in_streaming_state"
    assert await error(stop(channel=home.general.id, ts=ts)) == "message_not_in_streaming_state"
    await home.client.chat_update(channel=home.general.id, ts=ts, text="the rest")


async def test_a_stopped_stream_takes_no_more(home: Home, question: Message) -> None:
    ts = await start(home, question, markdown_text="done")
    await home.client.chat_stopStream(channel=home.general.id, ts=ts)
    again = home.client.chat_appendStream(channel=home.general.id, ts=ts, markdown_text="x")
    assert await error(again) == "message_not_in_streaming_state"
    foreign = home.client.chat_appendStream(channel=home.general.id, ts=question.ts, markdown_text="x")
    assert await error(foreign) == "message_not_owned_by_app"


async def test_the_limits_of_words_and_chunks(home: Home, question: Message) -> None:
    ts = await start(home, question, markdown_text="x" * 12_000)

    async def appended(**words: Any) -> str:
        return await error(home.client.chat_appendStream(channel=home.general.id, ts=ts, **words))

    assert await appended(markdown_text="x" * 12_001) == "msg_too_long"
    assert await appended(chunks=[{"type": "markdown_text", "text": "x"}]) == "streaming_mode_mismatch"
    both = {"markdown_text": "x", "chunks": [task("complete")]}
    assert await appended(**both) == "cannot_provide_both_markdown_text_and_chunks"
    ts = await start(home, question, chunks=[task("pending")])
    assert await appended(chunks=[{"type": "markdown_text", "text": "x" * 12_001}]) == "msg_too_long"
    assert await appended(chunks=[task("finished")]) == "invalid_chunks"
    assert await appended(chunks=[task("complete", note="x")]) == "invalid_chunks"
    assert await appended(chunks=[{"type": "blocks", "blocks": [{"type": "divider"}] * 51}]) == "msg_blocks_too_many"
    assert await appended(chunks=[{"type": "blocks", "blocks": [{"type": "odd"}]}]) == "invalid_blocks"
    too_many = home.client.chat_stopStream(channel=home.general.id, ts=ts, blocks=[{"type": "divider"}] * 51)
    assert await error(too_many) == "msg_blocks_too_many"


async def test_fifty_blocks_from_chunks_and_fifty_at_the_stop(home: Home, question: Message) -> None:
    dividers = [{"type": "divider"}] * 50
    ts = await start(home, question, chunks=[{"type": "blocks", "blocks": dividers}])
    await home.client.chat_stopStream(channel=home.general.id, ts=ts, blocks=dividers)
    assert len(home.general.messages[ts].blocks) == 100


async def test_a_person_stops_the_stream(home: Home, question: Message) -> None:
    await home.client.agents_sessions_setStatus(channel_id=home.general.id, thread_ts=question.ts, status="processing")
    ts = await start(home, question, markdown_text="thinking")
    (delivery,) = home.slack.surfaces.stop(home.ann, home.installation, home.general, question.ts)
    assert delivery.event["streaming_message_ts"] == [ts]
    late = home.client.chat_appendStream(channel=home.general.id, ts=ts, markdown_text="x")
    assert await error(late) == "stopped_by_user"


async def test_a_status_goes_with_the_answer_or_after_two_minutes(home: Home, question: Message) -> None:
    async def shown() -> str:
        await home.client.assistant_threads_setStatus(
            channel_id=home.general.id, thread_ts=question.ts, status="is searching…", loading_messages=["a", "b"]
        )
        return home.slack.threads.status(home.general.id, question.ts)

    assert await shown() == "is searching…"
    home.slack.clock.advance(120)
    assert home.slack.threads.status(home.general.id, question.ts) == ""
    await shown()
    await home.client.chat_postMessage(channel=home.general.id, text="here", thread_ts=question.ts)
    assert home.slack.threads.status(home.general.id, question.ts) == ""
    too_many = home.client.assistant_threads_setStatus(
        channel_id=home.general.id, thread_ts=question.ts, status="x", loading_messages=["x"] * 11
    )
    assert await error(too_many) == "invalid_arguments"
    nowhere = home.client.assistant_threads_setStatus(channel_id=home.general.id, thread_ts="1.0", status="x")
    assert await error(nowhere) == "invalid_thread_ts"


async def test_prompts_with_a_thread_do_nothing_under_agent_view(home: Home) -> None:
    direct = home.slack.people.write_to(home.ann, home.bot, "hi")
    prompts = [{"title": "Find", "message": "Find a decision"}]
    suggest = home.client.assistant_threads_setSuggestedPrompts
    await suggest(channel_id=direct.channel.id, prompts=prompts, thread_ts=direct.ts)
    assert home.slack.threads.prompts == {}
    assert home.slack.threads.ignored_prompts == [(direct.channel.id, direct.ts)]
    arguments = {"channel_id": direct.channel.id, "prompts": prompts}
    await home.client.api_call("assistant.threads.setSuggestedPrompts", json=arguments)
    assert home.slack.threads.prompts[direct.channel.id, None] == prompts
    arguments["prompts"] = prompts * 5
    five = home.client.api_call("assistant.threads.setSuggestedPrompts", json=arguments)
    assert await error(five) == "invalid_arguments"
    home.app.experience = "assistant_view"
    bare = home.client.api_call("assistant.threads.setSuggestedPrompts", json=arguments | {"prompts": prompts})
    assert await error(bare) == "invalid_arguments"


async def test_titles_and_sessions(home: Home, question: Message) -> None:
    place = {"channel_id": home.general.id, "thread_ts": question.ts}
    await home.client.assistant_threads_setTitle(**place, title="Shipping")
    assert home.slack.threads.titles[home.general.id, question.ts] == "Shipping"
    assert await error(home.client.agents_sessions_rename(**place, title="x")) == "session_not_found"
    await home.client.agents_sessions_setStatus(**place, status="processing", title="First")
    await home.client.agents_sessions_setStatus(**place, status="active", title="ignored now")
    session = home.slack.threads.sessions[home.general.id, question.ts]
    assert (session.status, session.title) == ("active", "First")
    assert await error(home.client.agents_sessions_setStatus(**place, status="busy")) == "invalid_status"


async def test_the_signs_of_an_opened_agent(home: Home) -> None:
    home.slack.surfaces.open_messages(home.ann, home.installation, viewing=home.general)
    home.slack.surfaces.look_at(home.ann, home.installation, home.random)
    opened, looked = (delivery.event for delivery in home.slack.deliveries.log)
    assert (opened["type"], opened["tab"]) == ("app_home_opened", "messages")
    assert opened["context"]["entities"][0]["value"] == home.general.id
    assert looked["type"] == "app_context_changed"
    home.app.experience = "assistant_view"
    home.app.events = home.app.events | {"assistant_thread_started", "assistant_thread_context_changed"}
    home.slack.surfaces.open_messages(home.ann, home.installation)
    home.slack.surfaces.look_at(home.ann, home.installation, home.random)
    names = [delivery.event.get("subtype", delivery.name) for delivery in home.slack.deliveries.log]
    assert names[2:] == ["assistant_app_thread", "assistant_thread_started", "assistant_thread_context_changed"]
