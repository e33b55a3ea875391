"""Calls: form and answer, pace, other tries, time limits, proxies."""

import asyncio
import time

import aiohttp
import pytest

from connectors.slack.api import SlackApi
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import object_of, objects_of, text_of
from connectors.slack.pacing import Pacing
from tests.fakes.slack_site import slack_site


async def test_identity_says_who_the_bot_is_and_what_it_may_do() -> None:
    async with slack_site() as it:
        me = it.site.me
        assert (me.workspace_id, me.bot_user_id, me.app_id) == (it.workspace.id, it.bot.id, it.app.id)
        assert me.bot_id == it.installation.bot_id
        assert me.scopes == it.installation.scopes
        assert me.url.endswith(".com/")
        assert it.site.source == f"slack:{it.workspace.id}"


async def test_structures_and_booleans_arrive_as_they_are_meant() -> None:
    async with slack_site() as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "你好 & *all*"}}]
        posted = await it.site.api.call(
            "chat.postMessage", channel=general.id, text="你好", blocks=blocks, unfurl_links=False, thread_ts=None
        )
        (block,) = objects_of(object_of(posted, "message"), "blocks")
        assert text_of(object_of(block, "text"), "text") == "你好 & *all*"
        assert not it.slack.journal.refusals


async def test_a_refusal_has_slacks_code_and_the_missing_scope() -> None:
    async with slack_site() as it:
        it.slack.moods.withdraw_scope(it.installation, "channels:history")
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        with pytest.raises(SlackError) as caught:
            await it.site.api.call("conversations.history", channel=general.id)
        assert caught.value.code == "missing_scope"
        assert "channels:history" in caught.value.needed


async def test_a_short_pause_is_waited_out_by_those_who_ask_now() -> None:
    async with slack_site() as it:
        it.slack.limits.refuse_next("users.list", retry_after=1)
        started = time.monotonic()
        assert (await it.site.api.call("users.list"))["ok"]
        assert time.monotonic() - started >= 1


async def test_a_long_pause_is_not_waited_out_by_those_who_ask_now_and_holds_for_all() -> None:
    async with slack_site() as it:
        it.slack.limits.refuse_next("users.list", retry_after=40)
        async with asyncio.timeout(30):
            for _ in range(2):
                with pytest.raises(SlackAway):
                    await it.site.api.call("users.list")
        assert len(it.slack.journal.calls("users.list")) == 1


async def test_passing_troubles_are_tried_again_only_where_twice_is_harmless() -> None:
    async with slack_site() as it:
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        it.slack.faults.break_next("conversations.info", status=503)
        it.slack.faults.refuse_next("conversations.info", "internal_error")
        it.slack.faults.lose_next_answer("conversations.info")
        assert (await it.site.api.call("conversations.info", channel=general.id))["ok"]
        it.slack.faults.lose_next_answer("chat.postMessage")
        with pytest.raises(SlackAway):
            await it.site.api.call("chat.postMessage", channel=general.id, text="once")
        assert len(it.slack.journal.calls("chat.postMessage")) == 1


async def test_a_revoked_token_is_told_once_a_call_and_not_tried_again() -> None:
    async with slack_site() as it:
        told: list[str] = []
        assert isinstance(it.site.api, SlackApi)
        it.site.api.on_bad_token = told.append
        it.slack.moods.revoke_token(it.installation)
        with pytest.raises(SlackError, match="token_revoked"):
            await it.site.api.call("users.list")
        assert told == ["token_revoked"]


async def test_who_cannot_be_reached_is_away() -> None:
    async with aiohttp.ClientSession() as session:
        api = SlackApi(token="xoxb-1", session=session, base_url="http://127.0.0.1:9/api/", pacing=Pacing())
        async with asyncio.timeout(60):
            with pytest.raises(SlackAway):
                await api.call("auth.test")
        with pytest.raises(SlackAway):
            await api.respond("http://127.0.0.1:9/actions/x", text="hello")


async def test_background_calls_wait_for_room_that_others_have() -> None:
    pacing = Pacing(background_share=0.5)
    for _ in range(25):
        await pacing.turn("conversations.history", "", background=True, patience=0)
    with pytest.raises(TimeoutError):
        await pacing.turn("conversations.history", "", background=True, patience=0.1)
    await pacing.turn("conversations.history", "", background=False, patience=0)
    await pacing.turn("conversations.replies", "", background=True, patience=0)


async def test_a_background_call_gets_its_turn_when_the_window_has_moved_on() -> None:
    pacing, loop = Pacing(window_seconds=0.2, background_share=0.5), asyncio.get_running_loop()
    began = loop.time()
    for _ in range(26):
        await pacing.turn("conversations.history", "", background=True, patience=30)
    assert loop.time() >= began + 0.2


async def test_after_a_refusal_less_is_tried_once_a_minute_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    now, method, pacing = 1_000.0, "conversations.history", Pacing()
    monkeypatch.setattr("connectors.slack.pacing._now", lambda: now)

    async def take() -> None:
        await pacing.turn(method, "", background=True, patience=0)

    await take()
    pacing.refused(method, "", retry_after=0)  # Perhaps a former process had called.
    await take()
    now += 61
    await take()
    pacing.refused(method, "", retry_after=0)
    with pytest.raises(TimeoutError):
        await take()


async def test_posts_are_paused_by_channel() -> None:
    pacing = Pacing()
    pacing.refused("chat.postMessage", "C1", retry_after=30)
    await pacing.turn("chat.postMessage", "C2", background=False, patience=0)
    with pytest.raises(TimeoutError):
        await pacing.turn("chat.postMessage", "C1", background=False, patience=10)


async def test_what_no_proxy_excepts_is_called_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with slack_site() as it:
        assert (await it.site.api.call("auth.test"))["ok"]
