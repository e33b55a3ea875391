"""The rest of the methods: what each answers, and what each refuses."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.fakes.slack.conftest import Home
from tests.unit.fakes.slack.refusing import error

Arguments = Callable[[Home], dict[str, Any]]
ANSWERS: list[tuple[str, Arguments, str, Any]] = [
    ("api.test", lambda h: {"foo": "bar"}, "args.foo", "bar"),
    ("auth.revoke", lambda h: {"test": True}, "revoked", False),
    ("bots.info", lambda h: {"bot": h.installation.bot_id}, "bot.name", "Shiguang"),
    ("team.info", lambda h: {}, "team.domain", "acme"),
    ("users.lookupByEmail", lambda h: {"email": "ann@acme.example"}, "user.name", "ann"),
    ("users.getPresence", lambda h: {"user": h.ann.id}, "presence", "active"),
    ("users.info", lambda h: {"user": h.ann.id, "include_locale": True}, "user.locale", "zh-CN"),
    ("conversations.members", lambda h: {"channel": h.general.id}, "response_metadata.next_cursor", ""),
    ("conversations.join", lambda h: {"channel": h.general.id}, "warning", "already_in_channel"),
    ("conversations.leave", lambda h: {"channel": h.random.id}, "not_in_channel", True),
    ("conversations.open", lambda h: {"channel": h.general.id}, "already_open", True),
    ("conversations.info", lambda h: {"channel": h.general.id, "include_num_members": 1}, "channel.num_members", 3),
    ("chat.meMessage", lambda h: {"channel": h.general.id, "text": "waves"}, "ok", True),
    ("pins.list", lambda h: {"channel": h.general.id}, "items", []),
    ("emoji.list", lambda h: {}, "emoji.shiguang", "https://emoji.example/1.png"),
    ("usergroups.list", lambda h: {"include_users": True}, "usergroups", []),
    ("apps.event.authorizations.list", lambda h: {"event_context": "4-x", "token": h.app.app_token}, "ok", True),
]
REFUSALS: list[tuple[str, Arguments, str]] = [
    ("api.test", lambda h: {"error": "my_error"}, "my_error"),
    ("bots.info", lambda h: {"bot": "B0"}, "bot_not_found"),
    ("team.info", lambda h: {"team": "T0OTHER"}, "team_not_found"),
    ("users.lookupByEmail", lambda h: {"email": "no@body"}, "users_not_found"),
    ("users.conversations", lambda h: {"user": "U0"}, "user_not_found"),
    ("conversations.list", lambda h: {"types": "channels"}, "invalid_types"),
    ("conversations.list", lambda h: {"limit": "many"}, "invalid_arguments"),
    ("conversations.join", lambda h: {"channel": h.direct.id}, "method_not_supported_for_channel_type"),
    ("conversations.leave", lambda h: {"channel": h.general.id}, "cant_leave_general"),
    ("conversations.open", lambda h: {}, "users_list_not_supplied"),
    ("conversations.open", lambda h: {"users": ",".join([h.ann.id] * 9)}, "too_many_users"),
    ("conversations.history", lambda h: {"channel": h.general.id, "inclusive": "maybe"}, "invalid_arguments"),
    ("conversations.history", lambda h: {"channel": h.general.id, "cursor": "bmV4dF90czp4"}, "invalid_cursor"),
    ("conversations.replies", lambda h: {"channel": h.general.id, "ts": "1.0"}, "thread_not_found"),
    ("chat.postMessage", lambda h: {"channel": h.general.id, "text": ["x"]}, "invalid_arguments"),
    ("chat.postMessage", lambda h: {"channel": h.general.id, "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ("chat.postMessage", lambda h: {"channel": h.general.id, "text": "x", "metadata": "{"}, "invalid_metadata_format"),
    ("chat.postMessage", lambda h: {"channel": h.bot.id, "text": "x"}, "cannot_dm_bot"),
    ("chat.unfurl", lambda h: {"unfurls": {}}, "invalid_arguments"),
    ("chat.unfurl", lambda h: {"unfurl_id": "1", "source": "composer"}, "missing_unfurls"),
    ("reactions.add", lambda h: {"channel": h.general.id, "timestamp": "1.0", "name": "+1"}, "message_not_found"),
    ("files.delete", lambda h: {"file": "F0"}, "file_not_found"),
    ("files.list", lambda h: {"count": 0}, "invalid_arguments"),
    (
        "files.getUploadURLExternal",
        lambda h: {"filename": "x", "length": "1", "alt_txt": "x" * 1001},
        "alt_txt_too_large",
    ),
    (
        "files.getUploadURLExternal",
        lambda h: {"filename": "x", "length": str(10**7), "snippet_type": "python"},
        "snippet_too_large",
    ),
    ("files.completeUploadExternal", lambda h: {"files": []}, "invalid_arguments"),
    ("files.completeUploadExternal", lambda h: {"files": [{"id": "F0", "name": "x"}]}, "invalid_arguments"),
    ("files.completeUploadExternal", lambda h: {"files": [{"id": "F0"}], "thread_ts": "1.0"}, "invalid_arguments"),
    ("files.completeUploadExternal", lambda h: {"files": [{"id": "F0"}], "channel_id": "C0"}, "channel_not_found"),
    ("views.publish", lambda h: {"user_id": "U0", "view": {"type": "home", "blocks": []}}, "invalid_arguments"),
    ("views.publish", lambda h: {"user_id": h.ann.id, "view": {"type": "modal", "blocks": []}}, "invalid_arguments"),
    ("views.update", lambda h: {"view": {"type": "home", "blocks": []}}, "invalid_arguments"),
    ("apps.connections.open", lambda h: {"token": h.app.app_token}, "missing_args"),
    ("apps.connections.open", lambda h: {}, "not_allowed_token_type"),
    ("assistant.threads.setStatus", lambda h: {"channel_id": h.general.id, "thread_ts": "1.0"}, "invalid_thread_ts"),
    (
        "assistant.threads.setTitle",
        lambda h: {"channel_id": h.random.id, "thread_ts": "1.0", "title": "x"},
        "not_in_channel",
    ),
    ("agents.sessions.setStatus", lambda h: {"channel_id": h.general.id, "status": "active"}, "thread_ts_required"),
    (
        "agents.sessions.rename",
        lambda h: {"channel_id": h.general.id, "thread_ts": "1.0", "title": "x"},
        "invalid_thread_ts",
    ),
]


@pytest.fixture
def prepared(home: Home) -> Home:
    more = {"links:write", "mpim:write", "channels:manage"}
    home.installation.scopes = home.installation.scopes | more
    home.app.app_token_scopes = home.app.app_token_scopes | {"authorizations:read"}
    home.workspace.emoji["shiguang"] = "https://emoji.example/1.png"
    return home


async def call(home: Home, method: str, arguments: dict[str, Any]) -> Any:
    """With the bot token, unless the arguments have another; uploads take forms only."""
    if method == "files.getUploadURLExternal":
        return await home.client.api_call(method, params=arguments)
    if method == "apps.event.authorizations.list":
        headers = {"Authorization": f"Bearer {arguments.pop('token')}"}
        return await home.client.api_call(method, json=arguments, headers=headers)
    if method == "apps.connections.open" and "token" in arguments:
        assert home.client.session is not None
        async with home.client.session.post(f"{home.slack.api_url}{method}", data=arguments) as answer:
            return await answer.json()
    return await home.client.api_call(method, json=arguments)


@pytest.mark.parametrize(("method", "arguments", "path", "expected"), ANSWERS, ids=[row[0] for row in ANSWERS])
async def test_answers(prepared: Home, method: str, arguments: Arguments, path: str, expected: object) -> None:
    found: Any = (await call(prepared, method, arguments(prepared))).data
    for name in path.split("."):
        found = found[name]
    assert found == expected


@pytest.mark.parametrize(("method", "arguments", "expected"), REFUSALS, ids=[f"{row[0]}-{row[2]}" for row in REFUSALS])
async def test_refusals(prepared: Home, method: str, arguments: Arguments, expected: str) -> None:
    if method == "apps.connections.open" and "token" in arguments(prepared):
        assert (await call(prepared, method, arguments(prepared)))["error"] == expected
    else:
        assert await error(call(prepared, method, arguments(prepared))) == expected
    assert prepared.slack.journal.refusals[-1].error == expected


async def test_a_socket_is_asked_for_by_post(home: Home) -> None:
    assert home.client.session is not None
    headers = {"Authorization": f"Bearer {home.app.app_token}"}
    async with home.client.session.get(f"{home.slack.api_url}apps.connections.open", headers=headers) as answer:
        assert (await answer.json())["error"] == "insecure_request"


async def test_a_revoked_token_is_gone_for_good_until_installed_again(home: Home) -> None:
    await home.client.auth_revoke()
    assert await error(home.client.auth_test()) == "token_revoked"
    home.client.token = home.slack.moods.rotate_token(home.installation)
    await home.client.auth_test()


async def test_answers_can_be_held_back(home: Home) -> None:
    home.slack.faults.hold("users.info")
    asking = home.client.users_info(user=home.ann.id)
    home.slack.clock.call_later(1, lambda: home.slack.faults.release("users.info"))
    task = asyncio.create_task(asking)
    await home.slack.journal.until(lambda: home.slack.journal.calls("users.info"))
    assert not task.done()
    home.slack.clock.advance(1)
    assert (await task)["user"]["name"] == "ann"


async def test_a_limit_can_be_changed_or_lifted(home: Home) -> None:
    home.slack.limits.change("users.info", 1)
    await home.client.users_info(user=home.ann.id)
    assert await error(home.client.users_info(user=home.ann.id)) == "ratelimited"
    home.slack.limits.change("users.info", None)
    await home.client.users_info(user=home.ann.id)
    home.slack.limits.is_on = False
    for _ in range(25):
        await home.client.conversations_list()
