import asyncio
from typing import Any

from connectors.connector import Notice
from connectors.events import MembershipChanged, MessageDeleted, MessageEdited, MessagePosted, ReactionChanged
from tests.fakes.console_host import Script
from tests.unit.connectors.console.conftest import PATIENCE_SECONDS, Console, Start


def _new(channel: str, text: str, client_id: str = "client-once", **more: object) -> dict[str, Any]:
    return {"client_id": client_id, "channel_id": channel, "text": text, **more}


async def test_a_message_is_posted_and_pushed_to_everybody_who_may_see_it(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("general-talk")
    page = await console.socket("Bo")
    posted = await console.say(channel, "你好 <b>world</b>")
    message = (await page.next("message"))["message"]
    assert message["record_id"] == posted["record_id"]
    assert message["text"] == "你好 <b>world</b>"
    assert posted["record_id"].startswith("console:")
    assert posted["ask_id"] is None
    [event] = [event for event in console.host.accepted if isinstance(event, MessagePosted)]
    assert event.permalink == f"/?channel={channel.replace(':', '%3A')}&message={event.record_id.replace(':', '%3A')}"


async def test_a_repeated_post_posts_once_even_at_the_same_time(console: Console) -> None:
    direct = await console.enter("Ada")
    body = _new(direct, "when is the launch?")
    results = await asyncio.gather(*(console.send("POST", "/api/messages", body) for _ in range(5)))
    assert {data["record_id"] for _, data in results} == {results[0][1]["record_id"]}
    assert [status for status, _ in results] == [201] * 5
    assert len([event for event in console.host.accepted if isinstance(event, MessagePosted)]) >= 1
    await console.host.settled()
    mine = [e for e in console.host.accepted if isinstance(e, MessagePosted) and e.author.name == "Ada"]
    assert len(mine) == 1
    assert len(console.host.utterances) == 1


async def test_a_retry_after_a_restart_neither_posts_nor_asks_again(console: Console, start: Start) -> None:
    direct = await console.enter("Ada")
    body = _new(direct, "anything?")
    await console.send("POST", "/api/messages", body)
    await console.host.settled()
    second = await start()
    second.connector._messages._host = console.host
    asked = len(console.host.utterances)
    await second.enter("Ada")
    await second.host.settled()
    _, data = await second.send("POST", "/api/messages", body)
    assert data["ask_id"] is None
    assert len(console.host.utterances) == asked


async def test_only_the_author_edits_and_deletes(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("plans")
    record = (await console.say(channel, "first"))["record_id"]
    assert (await console.send("PATCH", "/api/messages", {"record_id": record, "text": "x"}, "Bo"))[0] == 403
    assert (await console.send("DELETE", "/api/messages", None, "Bo", id=record))[0] == 403
    page = await console.socket()
    assert (await console.send("PATCH", "/api/messages", {"record_id": record, "text": "second"}))[0] == 200
    edited = (await page.next("message"))["message"]
    assert (edited["text"], edited["edited"]) == ("second", True)
    assert (await console.send("DELETE", "/api/messages", None, id=record))[0] == 200
    assert await page.next("removed") == {"type": "removed", "channel_id": channel, "record_id": record}
    kinds = [type(event) for event in console.host.accepted]
    assert (kinds.count(MessageEdited), kinds.count(MessageDeleted)) == (1, 1)


async def test_reactions_are_given_and_taken_back(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("plans")
    record = (await console.say(channel, "hello"))["record_id"]
    body = {"record_id": record, "emoji": "tada", "present": True}
    assert (await console.send("PUT", "/api/reactions", body, "Bo"))[0] == 200
    await console.host.settled()
    [message] = (await console.feed(channel))["messages"]
    assert message["reactions"] == [{"emoji": "tada", "person_ids": ["console:person:bo"]}]
    assert (await console.send("PUT", "/api/reactions", {**body, "present": False}, "Bo"))[0] == 200
    await console.host.settled()
    assert (await console.feed(channel))["messages"][0]["reactions"] == []
    assert sum(isinstance(event, ReactionChanged) for event in console.host.accepted) == 2


async def test_a_mention_is_answered_in_the_thread_of_the_question_and_shown_under_it(console: Console) -> None:
    await console.enter("Ada")
    console.host.scripts.append(Script(about="launch", text="On the 19th."))
    channel = await console.create("plans")
    page = await console.socket("Bo")
    question = await console.say(channel, "@拾光 when is the launch?")
    finished = await page.next("ask", phase="finished")
    await console.host.settled()
    assert finished["answer"]["text"] == "On the 19th."
    assert finished["thread_id"] == question["record_id"]
    [utterance] = console.host.utterances
    assert (utterance.kind, utterance.text, utterance.thread_id) == ("mention", "when is the launch?", None)
    phases = [payload["phase"] for payload in page.seen if payload["type"] == "ask"]
    assert phases[:2] == ["started", "status"]
    assert phases.count("delta") == len("On the 19th.")
    data = await console.feed(channel)
    [answer] = data["inline"][question["record_id"]]
    assert answer["record_id"] == f"console:answer:{finished['answer']['answer_id']}"
    assert answer["answer"]["text"] == "On the 19th."
    assert [message["record_id"] for message in data["messages"]] == [question["record_id"]]


async def test_a_turn_in_a_thread_where_the_bot_spoke_needs_no_mention(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("plans")
    page = await console.socket()
    head = (await console.say(channel, "@shiguang what?"))["record_id"]
    await page.next("ask", phase="finished")
    await console.host.settled()
    await console.say(channel, "and why?", thread_id=head)
    await console.say(channel, "@Bo what do you think?", thread_id=head)
    await page.next("ask", phase="finished")
    other = (await console.say(channel, "no question"))["record_id"]
    await console.say(channel, "just people here", thread_id=other)
    assert [utterance.kind for utterance in console.host.utterances] == ["mention", "thread"]
    assert console.host.utterances[1].thread_id == head


async def test_a_direct_chat_is_answered_inline(console: Console) -> None:
    direct = await console.enter("Ada")
    page = await console.socket()
    await console.say(direct, "hello")
    await page.next("ask", phase="finished")
    await console.host.settled()
    texts = [(message["author"]["name"], message["thread_id"]) for message in (await console.feed(direct))["messages"]]
    assert texts == [("Ada", None), ("拾光", None)]
    assert console.host.utterances[0].kind == "direct"


async def test_nobody_else_hears_of_a_direct_chat(console: Console) -> None:
    direct = await console.enter("Ada")
    await console.enter("Bo")
    mine, other = await console.socket("Ada"), await console.socket("Bo")
    channel = await console.create("open")
    await console.say(direct, "a secret question")
    await mine.next("ask", phase="finished")
    await console.say(channel, "a public line")
    await other.next("message")
    assert not [payload for payload in other.seen if payload["type"] == "ask"]
    assert "secret" not in str(other.seen)
    assert (await console.get("/api/messages", "Bo", channel=direct))[0] == 403


async def test_a_command_leaves_no_message_and_only_its_author_sees_the_reply(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("plans")
    mine, other = await console.socket("Ada"), await console.socket("Bo")
    result = await console.say(channel, "/find budget", language="zh")
    assert result["record_id"] is None
    finished = await mine.next("ask", phase="finished")
    assert finished["record_id"] is None
    [utterance] = console.host.utterances
    assert (utterance.kind, utterance.text, utterance.record_id) == ("command", "/find budget", None)
    assert utterance.language == "zh"
    assert (await console.feed(channel))["messages"] == []
    await console.say(channel, "a line")
    await other.next("message")
    assert not [payload for payload in other.seen if payload["type"] == "ask"]


async def test_an_unknown_command_is_refused_with_a_hint(console: Console) -> None:
    direct = await console.enter("Ada")
    status, data = await console.send("POST", "/api/messages", _new(direct, "/nonsense please"))
    assert (status, data["error"]["code"]) == (400, "unknown_command")
    assert data["error"]["hint"]["zh"]
    assert data["error"]["hint"]["en"]
    assert (await console.send("POST", "/api/messages", _new(direct, "/usr/bin/env is a path")))[0] == 201


async def test_an_answer_is_stopped_by_its_asker_only(console: Console) -> None:
    await console.enter("Ada")
    console.host.hold()
    channel = await console.create("plans")
    page = await console.socket()
    asked = await console.say(channel, "@拾光 something long")
    await page.next("ask", phase="delta")
    assert (await console.send("DELETE", "/api/asks", None, "Bo", id=asked["ask_id"]))[0] == 403
    assert (await console.send("DELETE", "/api/asks", None, id=asked["ask_id"]))[0] == 200
    assert (await page.next("ask", phase="stopped"))["reason"] == "cancelled"
    assert console.host.cancelled == 1
    assert (await console.send("DELETE", "/api/asks", None, id=asked["ask_id"]))[0] == 404


async def test_deleting_the_question_stops_its_answer(console: Console) -> None:
    direct = await console.enter("Ada")
    console.host.hold()
    page = await console.socket()
    asked = await console.say(direct, "a question I regret")
    await page.next("ask", phase="delta")
    assert (await console.send("DELETE", "/api/messages", None, id=asked["record_id"]))[0] == 200
    assert (await page.next("ask", phase="stopped"))["reason"] == "deleted"
    await console.host.settled()
    assert (await console.feed(direct))["messages"] == []
    assert console.host.cancelled == 1


async def test_editing_the_question_stops_its_answer_and_asks_anew(console: Console) -> None:
    await console.enter("Ada")
    console.host.hold()
    channel = await console.create("plans")
    page = await console.socket()
    asked = await console.say(channel, "@拾光 what about walnuts?")
    await page.next("ask", phase="delta")
    record = asked["record_id"]
    same = {"record_id": record, "text": "@拾光 what about walnuts?"}
    assert (await console.send("PATCH", "/api/messages", same))[0] == 200
    assert console.host.cancelled == 0
    edited = {"record_id": record, "text": "@拾光 what about almonds?", "language": "zh"}
    assert (await console.send("PATCH", "/api/messages", edited))[0] == 200
    stopped = await page.next("ask", phase="stopped")
    assert (stopped["ask_id"], stopped["reason"]) == (asked["ask_id"], "cancelled")
    begun = await page.next("ask", phase="started")
    assert (begun["question"], begun["thread_id"]) == ("what about almonds?", record)
    assert begun["ask_id"] != asked["ask_id"]
    console.host.release()
    await page.next("ask", phase="finished", ask_id=begun["ask_id"])
    assert [utterance.text for utterance in console.host.utterances] == ["what about walnuts?", "what about almonds?"]
    assert console.host.cancelled == 1


async def test_what_is_overheard_shows_nothing_until_there_is_an_answer(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("plans")
    page = await console.socket()
    assert (await console.say(channel, "who has the walnuts?"))["ask_id"] is None
    assert not console.host.utterances, "it does not listen here"
    console.host.listening.add(channel)
    console.host.scripts.append(Script(about="walnuts", text="", dropped=True))
    said = await console.say(channel, "who has the walnuts?")
    assert said["ask_id"] is None
    [utterance] = console.host.utterances
    assert (utterance.kind, utterance.text) == ("overheard", "who has the walnuts?")
    console.host.scripts.append(Script(about="almonds", text="Bo has them."))
    answered = await console.say(channel, "who has the almonds?")
    finished = await page.next("ask", phase="finished")
    assert finished["answer"]["text"] == "Bo has them."
    assert finished["thread_id"] == answered["record_id"]
    asks = [payload for payload in page.seen if payload["type"] == "ask"]
    assert {payload["thread_id"] for payload in asks} == {answered["record_id"]}, "of silence nothing was seen"
    assert asks[0]["phase"] == "started"


async def test_a_page_that_opens_in_between_sees_the_answer_so_far(console: Console) -> None:
    direct = await console.enter("Ada")
    console.host.hold()
    first = await console.socket()
    console.host.scripts.append(Script(about="long", text="abcdef"))
    await console.say(direct, "a long one")
    for _ in range(3):
        await first.next("ask", phase="delta")
    ws = await console.session.ws_connect(console.url("/ws"))
    hello = await ws.receive_json(timeout=PATIENCE_SECONDS)
    assert [ask["text"] for ask in hello["asks"]] == ["abc"]
    console.host.release()
    await first.next("ask", phase="finished")


async def test_a_failure_is_kept_where_the_answer_would_be(console: Console) -> None:
    direct = await console.enter("Ada")
    notice = Notice(code="model_busy", sentence="Too many people.", hint="Wait.")
    console.host.scripts.append(Script(about="busy", text="", notice=notice))
    page = await console.socket()
    await console.say(direct, "busy?")
    failed = await page.next("ask", phase="failed")
    assert failed["notice"] == {"code": "model_busy", "sentence": "Too many people.", "hint": "Wait."}
    await console.host.settled()
    last = (await console.feed(direct))["messages"][-1]
    assert last["system"]
    assert "model_busy" in last["text"]


async def test_above_the_limit_a_question_fails_with_words(start: Start) -> None:
    console = await start(max_running_questions=1)
    direct = await console.enter("Ada")
    console.host.hold()
    page = await console.socket()
    await console.say(direct, "one")
    await page.next("ask", phase="delta")
    await console.say(direct, "two")
    assert (await page.next("ask", phase="failed"))["notice"]["code"] == "busy"


async def test_imported_channels_are_read_only(console: Console) -> None:
    direct = await console.enter("Ada")
    [posted] = [e for e in console.host.accepted if e.type == "channel_changed" and e.channel.channel_id == direct]
    imported = posted.channel.model_copy(
        update={"channel_id": "slack:old", "platform": "slack", "name": "old", "visibility": "public"}
    )
    await console.host.accept([posted.model_copy(update={"event_id": "import", "channel": imported})])
    await console.host.settled()
    status, data = await console.send("POST", "/api/messages", _new("slack:old", "hello"))
    assert (status, data["error"]["code"]) == (403, "read_only")


async def test_the_first_post_in_a_public_channel_joins_it_once(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("plans")
    await console.say(channel, "one", "Bo")
    await console.say(channel, "two", "Bo")
    joins = [event for event in console.host.accepted if isinstance(event, MembershipChanged)]
    assert [(event.person.name, event.present) for event in joins] == [("Bo", True)]


async def test_bad_input_names_the_field(console: Console) -> None:
    direct = await console.enter("Ada")
    cases: list[tuple[dict[str, Any], str]] = [
        (_new(direct, "x" * 20_001), "text"),
        (_new(direct, "x", client_id="short"), "client_id"),
        (_new(direct, "x", nonsense=1), "nonsense"),
        (_new(direct, "a\0b"), "text"),
        (_new(direct, "x", language="fr"), "language"),
    ]
    for body, field in cases:
        status, data = await console.send("POST", "/api/messages", body)
        assert (status, data["error"]["code"]) == (400, "bad_input")
        assert data["error"]["detail"].startswith(field)
    status, data = await console.send("POST", "/api/messages", _new(direct, "  \n "))
    assert (status, data["error"]["code"]) == (400, "empty_message")
    async with console.session.post(console.url("/api/messages"), data="{}") as response:
        assert (response.status, (await response.json())["error"]["code"]) == (400, "not_json")
