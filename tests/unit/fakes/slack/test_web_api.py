"""The front door: tokens, scopes, arguments, rate limits and pages, as the real client meets them."""

from dataclasses import replace
from typing import NoReturn

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.methods import METHODS
from tests.unit.fakes.slack.conftest import Home
from tests.unit.fakes.slack.refusing import error, refusal


async def test_auth_test_tells_who_the_token_is_and_what_it_may(home: Home) -> None:
    answer = await home.client.auth_test()
    assert answer["user_id"] == home.bot.id
    assert answer["team_id"] == home.workspace.id
    assert "chat:write" in answer.headers["X-OAuth-Scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("", "not_authed"),
        ("xoxb-nobody", "invalid_auth"),
        ("xapp-nobody", "invalid_auth"),
        ("app", "not_allowed_token_type"),
    ],
)
async def test_a_token_of_the_wrong_kind_or_of_nobody_is_refused(home: Home, token: str, expected: str) -> None:
    client = AsyncWebClient(token=home.app.app_token if token == "app" else token, base_url=home.slack.api_url)
    assert await error(client.users_info(user=home.ann.id)) == expected


async def test_a_token_in_the_query_is_none(home: Home) -> None:
    async with home.client.session.get(f"{home.slack.api_url}auth.test?token={home.installation.bot_token}") as answer:  # type: ignore[union-attr] # the fixture gave it a session
        assert (await answer.json())["error"] == "not_authed"


async def test_a_bot_token_opens_no_socket_and_an_app_token_needs_its_scope(home: Home) -> None:
    assert (
        await error(home.client.apps_connections_open(app_token=home.installation.bot_token))
        == "not_allowed_token_type"
    )
    home.app.app_token_scopes = frozenset()
    answer = await refusal(home.client.apps_connections_open(app_token=home.app.app_token))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "connections:write")


async def test_revoked_and_uninstalled_tokens_say_so(home: Home) -> None:
    home.slack.moods.revoke_token(home.installation)
    assert await error(home.client.auth_test()) == "token_revoked"
    home.slack.moods.uninstall(home.installation)
    assert await error(home.client.auth_test()) == "account_inactive"


async def test_a_missing_scope_is_named(home: Home) -> None:
    home.slack.moods.withdraw_scope(home.installation, "chat:write")
    answer = await refusal(home.client.chat_postMessage(channel=home.general.id, text="hi"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert "users:read" in answer["provided"].split(",")
    assert home.general.messages == {}


async def test_the_scope_depends_on_the_kind_of_conversation(home: Home) -> None:
    home.slack.moods.withdraw_scope(home.installation, "groups:history")
    private = home.workspace.add_channel("hr", members=[home.ann, home.bot], kind="private")
    assert (await refusal(home.client.conversations_history(channel=private.id)))["needed"] == "groups:history"
    await home.client.conversations_history(channel=home.general.id)


async def test_unknown_methods_and_arguments_are_refused(home: Home) -> None:
    assert await error(home.client.api_call("chat.invent")) == "unknown_method"
    answer = await refusal(
        home.client.api_call("chat.postMessage", json={"channel": home.general.id, "text": "x", "txt": 1})
    )
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] invalid additional property: txt"]
    assert await error(home.client.api_call("chat.update", json={"channel": home.general.id})) == "invalid_arguments"


async def test_bodies_that_are_no_json_object_are_refused(home: Home) -> None:
    session = home.client.session
    assert session is not None
    headers = {"Authorization": f"Bearer {home.installation.bot_token}", "Content-Type": "application/json"}
    for body, expected in ((b"{", "invalid_json"), (b"[1]", "json_not_object")):
        async with session.post(f"{home.slack.api_url}chat.postMessage", data=body, headers=headers) as answer:
            assert (await answer.json())["error"] == expected
    headers["Content-Type"] = "image/png"
    async with session.post(f"{home.slack.api_url}chat.postMessage", data=b"x", headers=headers) as answer:
        assert (await answer.json())["error"] == "invalid_post_type"


async def test_a_tier_is_refused_with_retry_after_until_the_minute_is_over(home: Home) -> None:
    for _ in range(20):
        await home.client.conversations_list()
    with pytest.raises(SlackApiError) as caught:
        await home.client.conversations_list()
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert int(caught.value.response.headers["Retry-After"]) == 60
    home.slack.clock.advance(60)
    await home.client.conversations_list()


async def test_the_sdk_waits_as_long_as_it_is_told(home: Home) -> None:
    home.slack.limits.refuse_next("users.info", retry_after=0)
    home.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    assert (await home.client.users_info(user=home.ann.id))["user"]["name"] == "ann"
    assert [call.status for call in home.slack.journal.calls("users.info")] == [429, 200]


async def test_a_channel_takes_a_short_burst_and_then_a_message_a_second(home: Home) -> None:
    for _ in range(10):
        await home.client.chat_postMessage(channel=home.general.id, text="x")
    assert await error(home.client.chat_postMessage(channel=home.general.id, text="x")) == "ratelimited"
    home.slack.clock.advance(1)
    await home.client.chat_postMessage(channel=home.general.id, text="x")
    assert await error(home.client.chat_postMessage(channel=home.general.id, text="x")) == "ratelimited"


async def test_unlisted_apps_read_fifteen_messages_a_minute(home: Home) -> None:
    home.app.distribution = "unlisted"
    home.slack.people.fill(home.general, home.ann, 20, since=1_700_000_000)
    answer = await home.client.conversations_history(channel=home.general.id, limit=200)
    assert len(answer["messages"]) == 15
    assert answer["has_more"]
    assert await error(home.client.conversations_history(channel=home.general.id)) == "ratelimited"


async def test_the_client_follows_cursors_through_a_large_workspace(home: Home) -> None:
    for number in range(450):
        home.workspace.add_channel(f"c{number:03d}", members=[home.ann]).is_archived = number % 3 == 0
    names: list[str] = []
    sizes: list[int] = []
    async for page in await home.client.conversations_list(limit=200, exclude_archived=True):
        names += [channel["name"] for channel in page["channels"]]
        sizes.append(len(page["channels"]))
    assert len(names) == len(set(names)) == 2 + 300
    assert len(sizes) == 3
    assert all(size < 200 for size in sizes), "archived ones leave short pages that are not the last"


async def test_private_channels_are_unknown_to_who_is_not_in_them(home: Home) -> None:
    listed = await home.client.conversations_list(types="public_channel,private_channel")
    assert {channel["name"] for channel in listed["channels"]} == {"general", "random"}
    for call in (
        home.client.conversations_info(channel=home.finance.id),
        home.client.conversations_members(channel=home.finance.id),
        home.client.conversations_join(channel=home.finance.id),
        home.client.chat_postMessage(channel=home.finance.id, text="x"),
    ):
        assert await error(call) == "channel_not_found"
    shared = await home.client.users_conversations(user=home.ann.id, types="public_channel,private_channel")
    assert {channel["name"] for channel in shared["channels"]} == {"general", "random"}


async def test_a_public_channel_can_be_looked_at_but_not_read_without_joining(home: Home) -> None:
    assert (await home.client.conversations_info(channel=home.random.id))["channel"]["is_member"] is False
    assert await error(home.client.conversations_history(channel=home.random.id)) == "not_in_channel"
    await home.client.conversations_join(channel=home.random.id)
    await home.client.conversations_history(channel=home.random.id)


@pytest.mark.parametrize("limit", [0, 1000])
async def test_a_page_size_out_of_range_is_refused(home: Home, limit: int) -> None:
    assert await error(home.client.conversations_history(channel=home.general.id, limit=limit)) == "invalid_limit"


async def test_cursors_and_bounds_that_slack_never_gave_are_refused(home: Home) -> None:
    history = home.client.conversations_history
    assert await error(history(channel=home.general.id, cursor="bogus")) == "invalid_cursor"
    assert await error(history(channel=home.general.id, oldest="yesterday")) == "invalid_ts_oldest"
    assert await error(home.client.users_list(cursor="Zm9v")) == "invalid_cursor"


async def test_the_directory_has_bots_guests_and_the_gone_but_no_outsiders(home: Home) -> None:
    outsider = home.workspace.add_person("zed", team_id="T0OTHER", is_stranger=True)
    gone = home.workspace.add_person("gone")
    gone.deleted = True
    listed = {member["name"]: member for member in (await home.client.users_list())["members"]}
    assert {"ann", "bo", "shiguang", "slackbot", "gone"} == set(listed)
    assert listed["gone"]["deleted"]
    shown = (await home.client.users_info(user=outsider.id))["user"]
    assert (shown["team_id"], shown["is_stranger"]) == ("T0OTHER", True)
    assert await error(home.client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_addresses_are_for_apps_that_may_see_them(home: Home) -> None:
    assert (await home.client.users_info(user=home.ann.id))["user"]["profile"]["email"] == "ann@acme.example"
    home.slack.moods.withdraw_scope(home.installation, "users:read.email")
    assert "email" not in (await home.client.users_info(user=home.ann.id))["user"]["profile"]


async def test_two_workspaces_know_nothing_of_each_other(home: Home) -> None:
    other = home.slack.add_workspace("beta")
    installation = home.slack.install(home.app, other)
    client = AsyncWebClient(token=installation.bot_token, base_url=home.slack.api_url)
    assert (await client.auth_test())["team_id"] == other.id
    assert await error(client.conversations_info(channel=home.general.id)) == "channel_not_found"


async def test_faults_can_be_planned(home: Home) -> None:
    home.slack.faults.refuse_next("chat.postMessage", "fatal_error")
    assert await error(home.client.chat_postMessage(channel=home.general.id, text="1")) == "fatal_error"
    home.slack.faults.break_next("chat.postMessage", status=503)
    with pytest.raises(SlackApiError):
        await home.client.chat_postMessage(channel=home.general.id, text="2")
    home.slack.faults.lose_next_answer("chat.postMessage")
    client = AsyncWebClient(token=home.installation.bot_token, base_url=home.slack.api_url, retry_handlers=[])
    with pytest.raises(Exception, match="disconnected"):
        await client.chat_postMessage(channel=home.general.id, text="3")
    assert [message.text for message in home.general.messages.values()] == ["3"], "the lost answer was of a real post"


async def test_a_bug_of_the_fake_does_not_pass_for_a_refusal(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(call: object) -> NoReturn:
        raise KeyError("a bug")

    monkeypatch.setitem(METHODS, "emoji.list", replace(METHODS["emoji.list"], handler=broken))
    with pytest.raises(SlackApiError):
        await home.client.emoji_list()
    (bug,) = home.slack.journal.refusals
    assert (bug.surface, bug.error, bug.detail) == ("fake", "bug", "KeyError('a bug')")


async def test_every_request_and_refusal_is_in_the_journal(slack: FakeSlack, home: Home) -> None:
    await home.client.users_info(user=home.ann.id)
    await error(home.client.users_info(user="U0"))
    first, second = slack.journal.calls("users.info")
    assert (first.verb, first.token, first.arguments, first.error) == (
        "GET",
        home.installation.bot_token,
        {"user": home.ann.id},
        None,
    )
    assert (second.error, second.number) == ("user_not_found", 2)
    assert [(refusal.name, refusal.error) for refusal in slack.journal.refusals] == [("users.info", "user_not_found")]
