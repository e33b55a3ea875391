"""Posting, changing and deleting by the app, and everything Slack would not take."""

from typing import Any

import pytest

from tests.unit.fakes.slack.conftest import Home
from tests.unit.fakes.slack.refusing import error, refusal


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": "ok"}, "action_id": "a", **more}


def feedback(**more: Any) -> dict[str, Any]:
    sides = {
        f"{side}_button": {"text": {"type": "plain_text", "text": side}, "value": f"{side}:1"}
        for side in ("positive", "negative")
    }
    return {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "f", **sides, **more}]}


GOOD: list[dict[str, Any]] = [
    section("x" * 3000),
    {"type": "header", "text": {"type": "plain_text", "text": "x" * 150}},
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "<https://e.x|1>"}] * 10},
    {"type": "actions", "elements": [button(value="x" * 2000, action_id="a" * 255)]},
    feedback(),
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]},
]
BAD: list[tuple[dict[str, Any], str]] = [
    (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section(note="x"), "invalid additional property: note [json-pointer:/blocks/0]"),
    ({"type": "section"}, "must provide one of: text, fields [json-pointer:/blocks/0]"),
    (section(block_id="x" * 256), "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    (
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "unsupported type: mrkdwn (plain_text only) [json-pointer:/blocks/0/text/type]",
    ),
    (
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        {"type": "actions", "elements": [button(action_id=str(number)) for number in range(26)]},
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        {"type": "actions", "elements": [button(value="x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        {"type": "actions", "elements": [button(action_id="x" * 256)]},
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        {"type": "actions", "elements": [button(disabled=True)]},
        "invalid additional property: disabled [json-pointer:/blocks/0/elements/0]",
    ),
    (
        {"type": "actions", "elements": [button(), button()]},
        "action_id already exists: a [json-pointer:/blocks/0/elements]",
    ),
    (feedback(style="primary"), "invalid additional property: style [json-pointer:/blocks/0/elements/0]"),
    (
        {"type": "markdown", "text": "x" * 12_001},
        "must be less than 12001 characters [json-pointer:/blocks/0/text]",
    ),
    ({"type": "invented"}, "unsupported type: invented (block of a message) [json-pointer:/blocks/0/type]"),
]


async def test_good_blocks_are_taken_and_get_ids(home: Home) -> None:
    answer = await home.client.chat_postMessage(channel=home.general.id, text="x", blocks=GOOD)
    kept = answer["message"]["blocks"]
    assert [block["type"] for block in kept] == [block["type"] for block in GOOD]
    assert all(block["block_id"] for block in kept)


@pytest.mark.parametrize(("block", "problem"), BAD, ids=range(len(BAD)))
async def test_bad_blocks_are_refused_with_the_place(home: Home, block: dict[str, Any], problem: str) -> None:
    answer = await refusal(home.client.chat_postMessage(channel=home.general.id, text="x", blocks=[block]))
    assert answer["error"] == "invalid_blocks"
    assert f"[ERROR] {problem}" in answer["response_metadata"]["messages"]
    assert home.general.messages == {}


async def test_totals_of_a_message(home: Home) -> None:
    async def posted(blocks: list[dict[str, Any]]) -> str:
        return await error(home.client.chat_postMessage(channel=home.general.id, text="x", blocks=blocks))

    assert await posted([{"type": "divider"}] * 51) == "invalid_blocks"
    assert await posted([section("x" * 2700)] * 5) == "msg_blocks_too_long"
    assert await posted([{"type": "markdown", "text": "x" * 6001}] * 2) == "msg_blocks_too_long"
    assert await posted([section(block_id="same"), section(block_id="same")]) == "invalid_blocks"
    broken = home.client.api_call("chat.postMessage", params={"channel": home.general.id, "blocks": "[{"})
    assert await error(broken) == "invalid_blocks_format"


async def test_markdown_is_kept_as_rich_text_without_its_block_id(home: Home) -> None:
    blocks = [{"type": "markdown", "text": "# one\n\ntwo", "block_id": "mine"}]
    answer = await home.client.chat_postMessage(channel=home.general.id, text="x", blocks=blocks)
    kept = answer["message"]["blocks"]
    assert [block["type"] for block in kept] == ["rich_text", "rich_text"]
    assert "mine" not in [block["block_id"] for block in kept]


async def test_texts_are_cut_refused_or_in_conflict(home: Home) -> None:
    post = home.client.chat_postMessage
    long = await post(channel=home.general.id, text="x" * 40_001)
    assert len(long["message"]["text"]) == 40_000
    assert await error(home.client.api_call("chat.postMessage", json={"channel": home.general.id})) == "no_text"
    assert await error(post(channel=home.general.id, markdown_text="x", text="y")) == "markdown_text_conflict"
    assert await error(post(channel=home.general.id, markdown_text="x" * 12_001)) == "msg_too_long"
    update = home.client.chat_update(channel=home.general.id, ts=long["ts"], text="x" * 4_001)
    assert await error(update) == "msg_too_long"


async def test_where_a_bot_may_post(home: Home) -> None:
    post = home.client.chat_postMessage
    assert await error(post(channel="C0NOWHERE", text="x")) == "channel_not_found"
    assert await error(post(channel=home.random.id, text="x")) == "not_in_channel"
    home.installation.scopes = home.installation.scopes | {"chat:write.public"}
    await post(channel=home.random.id, text="x")
    home.general.is_archived = True
    assert await error(post(channel=home.general.id, text="x")) == "is_archived"
    direct = await post(channel=home.ann.id, text="psst")
    assert direct["channel"].startswith("D")
    assert await error(post(channel="#random", text="x", username="Somebody")) == "missing_scope"


async def test_replies_need_the_first_message_of_their_thread(home: Home) -> None:
    parent = home.slack.people.post(home.ann, home.general, "q")
    reply = await home.client.chat_postMessage(channel=home.general.id, text="a", thread_ts=parent.ts)
    post = home.client.chat_postMessage
    assert await error(post(channel=home.general.id, text="x", thread_ts=reply["ts"])) == "cannot_reply_to_message"
    assert await error(post(channel=home.general.id, text="x", thread_ts="1.000000")) == "thread_not_found"
    shown = await post(channel=home.general.id, text="all", thread_ts=parent.ts, reply_broadcast=True)
    assert shown["message"]["subtype"] == "thread_broadcast"


async def test_an_update_replaces_and_only_a_text_shows_as_edited(home: Home) -> None:
    posted = await home.client.chat_postMessage(channel=home.general.id, text="x", blocks=[section("one")])
    changed = await home.client.chat_update(channel=home.general.id, ts=posted["ts"], text="x", blocks=[section("two")])
    assert "edited" not in changed["message"]
    plain = await home.client.chat_update(channel=home.general.id, ts=posted["ts"], text="three")
    assert plain["message"]["edited"]["user"] == home.bot.id
    assert [block["type"] for block in plain["message"]["blocks"]] == ["rich_text"]
    event = home.slack.deliveries.events("message")[-1].event
    assert (event["subtype"], event["message"]["bot_id"]) == ("message_changed", home.installation.bot_id)


async def test_only_own_messages_can_be_changed_or_deleted(home: Home) -> None:
    foreign = home.slack.people.post(home.ann, home.general, "mine")
    update, delete = home.client.chat_update, home.client.chat_delete
    assert await error(update(channel=home.general.id, ts=foreign.ts, text="x")) == "cant_update_message"
    assert await error(delete(channel=home.general.id, ts=foreign.ts)) == "cant_delete_message"
    assert await error(update(channel=home.general.id, ts="1.000000", text="x")) == "message_not_found"
    own = await home.client.chat_postMessage(channel=home.general.id, text="x")
    await delete(channel=home.general.id, ts=own["ts"])
    assert own["ts"] not in home.general.messages
    assert await error(delete(channel=home.general.id, ts=own["ts"])) == "message_not_found"
    home.general.is_archived = True
    assert await error(update(channel=home.general.id, ts=foreign.ts, text="x")) == "cant_update_message"


async def test_an_ephemeral_message_is_for_one_member_and_in_no_history(home: Home) -> None:
    whisper = home.client.chat_postEphemeral
    await whisper(channel=home.general.id, user=home.ann.id, text="psst")
    assert home.slack.bot_messages.ephemeral[0].ephemeral_for == home.ann.id
    assert home.general.messages == {}
    assert home.slack.deliveries.log == []
    stranger = home.workspace.add_person("zoe")
    assert await error(whisper(channel=home.general.id, user=stranger.id, text="x")) == "user_not_in_channel"


async def test_permalinks(home: Home) -> None:
    parent = home.slack.people.post(home.ann, home.general, "q")
    reply = home.slack.people.post(home.bo, home.general, "a", thread=parent)
    link = home.client.chat_getPermalink
    base = f"https://acme.slack.com/archives/{home.general.id}/p"
    plain = (await link(channel=home.general.id, message_ts=parent.ts))["permalink"]
    assert plain == base + parent.ts.replace(".", "")
    threaded = (await link(channel=home.general.id, message_ts=reply.ts))["permalink"]
    assert threaded == f"{base}{reply.ts.replace('.', '')}?thread_ts={parent.ts}&cid={home.general.id}"
    assert await error(link(channel=home.general.id, message_ts="1.0")) == "message_not_found"


async def test_metadata_attachments_and_reactions_have_their_rules(home: Home) -> None:
    post = home.client.chat_postMessage
    good = await post(channel=home.general.id, text="x", metadata={"event_type": "answer", "event_payload": {"id": 1}})
    shown = await home.client.conversations_history(channel=home.general.id, include_all_metadata=True)
    assert shown["messages"][0]["metadata"]["event_payload"] == {"id": 1}
    assert await error(post(channel=home.general.id, text="x", metadata={"kind": "x"})) == "invalid_metadata_format"
    assert await error(post(channel=home.general.id, text="x", attachments=[{"odd": 1}])) == "invalid_attachments"
    many = [{"text": "x", "fallback": "x"}] * 101
    assert await error(post(channel=home.general.id, text="x", attachments=many)) == "too_many_attachments"
    react = home.client.reactions_add
    await react(channel=home.general.id, timestamp=good["ts"], name="eyes")
    assert await error(react(channel=home.general.id, timestamp=good["ts"], name="eyes")) == "already_reacted"
    assert await error(react(channel=home.general.id, timestamp=good["ts"], name="no_such")) == "invalid_name"
    await home.client.reactions_remove(channel=home.general.id, timestamp=good["ts"], name="eyes")
    assert (
        await error(home.client.reactions_remove(channel=home.general.id, timestamp=good["ts"], name="eyes"))
        == "no_reaction"
    )


async def test_conversations_are_opened_with_people(home: Home) -> None:
    home.installation.scopes = home.installation.scopes | {"mpim:write"}
    first = await home.client.conversations_open(users=home.ann.id)
    again = await home.client.conversations_open(users=[home.ann.id])
    assert first["channel"]["id"] == again["channel"]["id"]
    group = await home.client.conversations_open(users=[home.ann.id, home.bo.id], return_im=True)
    assert group["channel"]["is_mpim"]
    assert await error(home.client.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert await error(home.client.conversations_open(users=home.bot.id)) == "cannot_dm_bot"
