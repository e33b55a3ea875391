"""What happens in the workspace, as the events tell it: the payloads of the reference with their traps."""

from typing import Any

from tests.fakes.slack import Channel, Message
from tests.unit.fakes.slack.conftest import Home


def events(home: Home, kind: str = "message") -> list[dict[str, Any]]:
    return [delivery.event for delivery in home.slack.deliveries.events(kind)]


def last(home: Home, kind: str = "message") -> dict[str, Any]:
    return events(home, kind)[-1]


def post(home: Home, text: str = "hi", **options: Any) -> Message:
    return home.slack.people.post(home.ann, home.general, text, **options)


async def test_a_plain_message(home: Home) -> None:
    message = post(home, "a & b <c> https://e.x/?a=1&b=2. <@U1> <https://e.x|here>")
    event = last(home)
    assert event["text"] == "a &amp; b &lt;c&gt; <https://e.x/?a=1&amp;b=2>. <@U1> <https://e.x|here>"
    assert {name: event[name] for name in ("type", "channel", "channel_type", "user", "ts", "event_ts", "team")} == {
        "type": "message",
        "channel": home.general.id,
        "channel_type": "channel",
        "user": home.ann.id,
        "ts": message.ts,
        "event_ts": message.ts,
        "team": home.workspace.id,
    }
    assert "subtype" not in event
    kinds = [element["type"] for element in event["blocks"][0]["elements"][0]["elements"]]
    assert kinds == ["text", "link", "text", "user", "text", "link"]


async def test_a_mention_is_two_events_of_one_ts(home: Home) -> None:
    post(home, f"<@{home.bot.id}> when?")
    message, mention = (delivery.payload for delivery in home.slack.deliveries.log)
    assert (message["event"]["type"], mention["event"]["type"]) == ("message", "app_mention")
    assert message["event"]["ts"] == mention["event"]["ts"]
    assert message["event_id"] != mention["event_id"]


async def test_direct_messages_have_no_mention_twin(home: Home) -> None:
    home.slack.people.write_to(home.ann, home.bot, f"<@{home.bot.id}> hi")
    assert [delivery.name for delivery in home.slack.deliveries.log] == ["message"]
    assert last(home)["channel_type"] == "im"


async def test_an_edit_has_its_own_ts_and_names_the_message_inside(home: Home) -> None:
    message = post(home)
    home.slack.people.edit(message, "better")
    event = last(home)
    assert (event["subtype"], event["hidden"]) == ("message_changed", True)
    assert event["ts"] == event["event_ts"] != message.ts
    assert event["message"]["ts"] == event["previous_message"]["ts"] == message.ts
    assert (event["message"]["text"], event["previous_message"]["text"]) == ("better", "hi")
    assert event["message"]["edited"]["user"] == home.ann.id


async def test_previews_pins_and_reply_counts_change_a_message_without_changing_its_text(home: Home) -> None:
    message = post(home, "see https://example.com/a")
    post(home, "reply", thread=message)
    home.slack.people.unfurl(message)
    home.slack.people.pin(home.bo, message)
    home.slack.people.recount_replies(message)
    changes = [event for event in events(home) if event.get("subtype") == "message_changed"]
    assert len(changes) == 3
    assert all(change["message"]["text"] == change["previous_message"]["text"] for change in changes)
    assert all("edited" not in change["message"] for change in changes)
    assert changes[0]["message"]["attachments"]
    assert changes[2]["message"]["reply_count"] == 1


async def test_a_deletion_names_its_target_in_deleted_ts(home: Home) -> None:
    message = post(home)
    home.slack.people.delete(message)
    event = last(home)
    assert (event["subtype"], event["deleted_ts"], event["hidden"]) == ("message_deleted", message.ts, True)
    assert event["previous_message"]["text"] == "hi"
    assert (await home.client.conversations_history(channel=home.general.id))["messages"] == []


async def test_a_parent_with_replies_becomes_a_tombstone_that_goes_with_the_last_reply(home: Home) -> None:
    parent = post(home, "question")
    reply = post(home, "answer", thread=parent)
    home.slack.people.delete(parent)
    event = last(home)
    assert event["subtype"] == "message_changed"
    assert "channel_type" not in event
    assert (
        event["message"]
        | {
            "subtype": "tombstone",
            "user": "USLACKBOT",
            "text": "This message was deleted.",
            "hidden": True,
            "ts": parent.ts,
            "thread_ts": parent.ts,
            "reply_count": 1,
        }
        == event["message"]
    )
    (shown,) = (await home.client.conversations_history(channel=home.general.id))["messages"]
    assert shown["subtype"] == "tombstone"
    home.slack.people.delete(reply)
    gone = [event for event in events(home) if event.get("subtype") == "message_deleted"]
    assert [event["deleted_ts"] for event in gone] == [reply.ts, parent.ts]
    assert gone[1]["previous_message"]["subtype"] == "tombstone"


async def test_threads_and_broadcasts(home: Home) -> None:
    parent = post(home, "question")
    assert "thread_ts" not in last(home)
    reply = post(home, "answer", thread=parent)
    assert (last(home)["thread_ts"], last(home)["parent_user_id"]) == (parent.ts, home.ann.id)
    broadcast = home.slack.people.post(home.bo, home.general, "all hear", thread=reply, broadcast=True)
    event = last(home)
    assert (event["subtype"], event["thread_ts"], event["root"]["ts"]) == ("thread_broadcast", parent.ts, parent.ts)
    history = (await home.client.conversations_history(channel=home.general.id))["messages"]
    assert [message["ts"] for message in history] == [broadcast.ts, parent.ts]
    assert history[1] | {"reply_count": 2, "latest_reply": broadcast.ts, "thread_ts": parent.ts} == history[1]
    replies = (await home.client.conversations_replies(channel=home.general.id, ts=parent.ts))["messages"]
    assert [message["ts"] for message in replies] == [parent.ts, reply.ts, broadcast.ts]


async def test_a_parent_keeps_its_thread_when_all_replies_are_gone(home: Home) -> None:
    parent = post(home, "question")
    home.slack.people.delete(post(home, "answer", thread=parent))
    (shown,) = (await home.client.conversations_history(channel=home.general.id))["messages"]
    assert (shown["thread_ts"], shown["reply_count"]) == (parent.ts, 0)


async def test_the_subtypes_of_machines_and_moods(home: Home) -> None:
    home.slack.people.say_of_oneself(home.ann, home.general, "is away")
    home.slack.people.post_by_integration(home.general, "", blocks=[{"type": "divider"}])
    home.slack.people.special(home.general, home.ann, "", "ekm_access_denied")
    post(home, with_channel_type=False)
    me, machine, denied, bare = events(home)
    assert (me["subtype"], machine["subtype"], denied["subtype"]) == ("me_message", "bot_message", "ekm_access_denied")
    assert "user" not in machine
    assert machine["bot_id"]
    assert machine["text"] == ""
    assert "channel_type" not in bare


async def test_the_bots_own_messages_come_back_without_subtype(home: Home) -> None:
    await home.client.chat_postMessage(channel=home.general.id, text="hello")
    event = last(home)
    assert "subtype" not in event
    assert (event["bot_id"], event["app_id"]) == (home.installation.bot_id, home.app.id)
    assert event["bot_profile"]["name"] == "Shiguang"


async def test_reactions(home: Home) -> None:
    message = post(home)
    home.slack.people.react(home.bo, message, "+1::skin-tone-3")
    home.slack.people.unreact(home.bo, message, "+1::skin-tone-3")
    added, removed = last(home, "reaction_added"), last(home, "reaction_removed")
    assert added["item"] == {"type": "message", "channel": home.general.id, "ts": message.ts}
    assert (added["reaction"], added["user"], added["item_user"]) == ("+1::skin-tone-3", home.bo.id, home.ann.id)
    assert removed["reaction"] == "+1::skin-tone-3"


async def test_history_names_few_of_many_who_reacted(home: Home) -> None:
    message = post(home)
    for number in range(30):
        home.slack.people.react(home.workspace.add_person(f"p{number}"), message, "eyes")
    (shown,) = (await home.client.conversations_history(channel=home.general.id))["messages"]
    assert (len(shown["reactions"][0]["users"]), shown["reactions"][0]["count"]) == (25, 30)
    full = await home.client.reactions_get(channel=home.general.id, timestamp=message.ts, full=True)
    assert len(full["message"]["reactions"][0]["users"]) == 30


async def test_the_bot_is_invited_and_removed(home: Home) -> None:
    home.slack.places.invite(home.ann, home.installation, home.random)
    joined = last(home, "member_joined_channel")
    assert (joined["user"], joined["inviter"], joined["channel_type"]) == (home.bot.id, home.ann.id, "C")
    assert last(home)["subtype"] == "channel_join"
    home.slack.places.leave(home.bot, home.random, removed_by=home.ann)
    left = last(home, "channel_left")
    assert (left["channel"], left["actor_id"]) == (home.random.id, home.ann.id)
    assert events(home, "member_left_channel") == [], "who is out hears of it only by channel_left"


async def test_channels_change(home: Home) -> None:
    places, ann, general = home.slack.places, home.ann, home.general
    places.rename(ann, general, "lobby")
    assert last(home, "channel_rename")["channel"]["name"] == "lobby"
    assert (last(home)["subtype"], last(home)["old_name"]) == ("channel_name", "general")
    places.convert_to_private(ann, general)
    assert last(home)["subtype"] == "channel_convert_to_private"
    info = (await home.client.conversations_info(channel=general.id))["channel"]
    assert (info["is_private"], info["id"][0]) == (True, "C"), "a private channel may have an id with C"
    places.convert_to_public(ann, general)
    places.archive(ann, general)
    assert last(home, "channel_archive") | {"channel": general.id, "user": ann.id} == last(home, "channel_archive")
    places.unarchive(ann, general)
    old, new = places.change_id(general)
    event = last(home, "channel_id_changed")
    assert (event["old_channel_id"], event["new_channel_id"]) == (old, new)
    places.delete(ann, general)
    assert last(home, "channel_deleted")["channel"] == new
    assert new not in home.workspace.channels


async def test_public_channels_are_announced_to_all_and_private_ones_to_members(home: Home) -> None:
    home.slack.places.create(home.ann, "open")
    home.slack.places.create(home.ann, "closed", kind="private")
    assert [event["channel"]["name"] for event in events(home, "channel_created")] == ["open"]
    home.slack.places.archive(home.ann, home.random)
    assert last(home, "channel_archive")["channel"] == home.random.id
    home.slack.places.archive(home.ann, home.finance)
    assert events(home, "group_archive") == []


async def test_an_outsider_writes_in_a_shared_channel(home: Home) -> None:
    home.slack.places.share_with(home.general, "T0OTHER")
    assert last(home, "channel_shared")["connected_team_id"] == "T0OTHER"
    zed = home.workspace.add_person("zed", team_id="T0OTHER", is_stranger=True)
    home.slack.places.join(zed, home.general)
    home.slack.people.post(zed, home.general, "hello from the other side")
    body = home.slack.deliveries.log[-1].payload
    assert body["is_ext_shared_channel"] is True
    assert (body["team_id"], body["authorizations"][0]["team_id"]) == ("T0OTHER", home.workspace.id)
    assert body["event"]["user_profile"]["name"] == "zed"
    assert (await home.client.conversations_info(channel=home.general.id))["channel"]["is_ext_shared"]
    home.slack.places.unshare_with(home.general, "T0OTHER")
    assert last(home, "channel_unshared") | {
        "previously_connected_team_id": "T0OTHER",
        "is_ext_shared": False,
    } == last(home, "channel_unshared")


async def test_retention_tells_only_how_far_it_went(home: Home) -> None:
    home.slack.people.fill(home.general, home.ann, 5, since=1_700_000_000)
    home.slack.places.purge(home.general, before="1700000180.000000")
    assert last(home, "channel_history_changed")["latest"] == "1700000180.000000"
    assert len(home.general.messages) == 2


async def test_people_come_change_and_go(home: Home) -> None:
    guest = home.slack.places.add_person(home.workspace, "gu", is_guest=True)
    assert last(home, "team_join")["user"]["is_restricted"] is True
    home.slack.places.change_person(home.workspace, guest, deleted=True)
    assert last(home, "user_change")["user"]["deleted"] is True


async def test_the_end_of_an_installation(home: Home) -> None:
    home.slack.moods.uninstall(home.installation, revoked_first=False)
    assert [delivery.name for delivery in home.slack.deliveries.log] == ["app_uninstalled", "tokens_revoked"]
    assert last(home, "tokens_revoked")["tokens"] == {"oauth": [], "bot": [home.bot.id]}
    post(home, "unheard")
    assert len(home.slack.deliveries.log) == 2


async def test_a_rate_limited_app_gets_a_body_without_an_event(home: Home) -> None:
    body = home.slack.moods.limit_events(home.installation).payload
    assert body["type"] == "app_rate_limited"
    assert "event" not in body


async def test_history_is_read_in_windows_newest_first(home: Home) -> None:
    messages = home.slack.people.fill(home.general, home.ann, 250, since=1_700_000_000)
    stamps = [message.ts for message in messages]
    history = home.client.conversations_history
    found: list[str] = []
    async for page in await history(channel=home.general.id, limit=100):
        found += [message["ts"] for message in page["messages"]]
    assert found == stamps[::-1]
    window = await history(channel=home.general.id, oldest=stamps[10], latest=stamps[20])
    assert [message["ts"] for message in window["messages"]] == stamps[19:10:-1], "bounds are outside"
    window = await history(channel=home.general.id, oldest=stamps[10], latest=stamps[20], inclusive=True)
    assert len(window["messages"]) == 11


async def test_every_page_of_replies_begins_with_the_parent(home: Home) -> None:
    parent = post(home, "question")
    replies = [post(home, str(number), thread=parent) for number in range(25)]
    pages = [
        [message["ts"] for message in page["messages"]]
        async for page in await home.client.conversations_replies(channel=home.general.id, ts=parent.ts, limit=10)
    ]
    assert [page[0] for page in pages] == [parent.ts] * 3
    assert [ts for page in pages for ts in page[1:]] == [reply.ts for reply in replies]
    alone = await home.client.conversations_replies(channel=home.general.id, ts=replies[3].ts)
    assert [message["ts"] for message in alone["messages"]] == [replies[3].ts]


async def test_the_free_plan_hides_what_is_old(home: Home) -> None:
    home.workspace.hides_older_than_days = 90
    now = home.slack.clock.now()
    post(home, "old", at=now - 91 * 86_400, quietly=True)
    post(home, "recent", at=now - 89 * 86_400, quietly=True)
    answer = await home.client.conversations_history(channel=home.general.id)
    assert [message["text"] for message in answer["messages"]] == ["recent"]
    assert answer["is_limited"]


async def test_what_is_done_quietly_is_found_only_in_the_history(home: Home) -> None:
    message = post(home, "before", quietly=True)
    home.slack.people.edit(message, "after", quietly=True)
    assert home.slack.deliveries.log == []
    (shown,) = (await home.client.conversations_history(channel=home.general.id))["messages"]
    assert (shown["text"], "edited" in shown) == ("after", True)


async def test_late_history_is_kept_in_order(home: Home) -> None:
    def order(channel: Channel) -> list[str]:
        return [message.text for message in channel.messages.values()]

    post(home, "second", at=1_700_000_100, quietly=True)
    post(home, "first", at=1_700_000_000, quietly=True)
    assert order(home.general) == ["first", "second"]
