"""What the bot says by itself is posted once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.connector import Post, PostRefused
from connectors.events import MessagePosted
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.posting import Posting
from tests.fakes.slack import Channel
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.answering import block_ids, by_the_bot, citation, said, small_print

LONG = "\n".join(f"{number}. 这一周里定下来的一件事，说得比较详细。[1]" for number in range(800))


@pytest.fixture
async def it() -> AsyncIterator[SiteInTest]:
    async with slack_site() as made:
        yield made


@pytest.fixture
def general(it: SiteInTest) -> Channel:
    return it.workspace.add_channel("general", members=[it.ann, it.bot])


async def post_to(it: SiteInTest, channel: Channel, **changes: Any) -> Post:
    fields: dict[str, Any] = {
        "post_id": "d1",
        "channel": await it.site.directory.channel(channel.id),
        "person": None,
        "text": "本周：2.4 定在 11 月 28 日。[1]",
        "citations": (citation(),),
        "language": "zh",
    }
    return Post(**(fields | changes))


async def test_a_digest_is_posted_once_and_kept(it: SiteInTest, general: Channel) -> None:
    """Invariant 2."""
    post, posting = await post_to(it, general), Posting(it.site)
    record = await posting.post(post)
    assert await posting.post(post) == record
    assert await Posting(it.site).post(post) == record
    [message] = by_the_bot(it, general)
    assert record == f"slack:{general.id}:{message.ts}"
    assert (said(message.blocks), block_ids(message)) == (post.text, ["post:d1"])
    assert small_print(message.blocks) == "标号点开就是原文。"
    [kept] = it.host.live
    assert isinstance(kept, MessagePosted)
    assert (kept.answer_id, kept.text, kept.thread_id) == ("d1", post.text, None)
    assert it.slack.journal.refusals == []


async def test_asked_for_twice_at_once_it_is_posted_once(it: SiteInTest, general: Channel) -> None:
    post, posting = await post_to(it, general), Posting(it.site)
    assert len(set(await asyncio.gather(*(posting.post(post) for _ in range(5))))) == 1
    assert len(by_the_bot(it, general)) == 1


async def test_a_lost_answer_is_no_second_post(it: SiteInTest, general: Channel) -> None:
    it.slack.faults.lose_next_answer("chat.postMessage")
    await Posting(it.site).post(await post_to(it, general))
    assert len(by_the_bot(it, general)) == 1


async def test_a_crash_after_the_call_is_no_second_post(it: SiteInTest, general: Channel) -> None:
    """Invariant 1."""
    it.slack.faults.lose_next_answer("chat.postMessage")
    it.slack.faults.break_next("conversations.history", times=20)
    post = await post_to(it, general)
    with pytest.raises(SlackAway):
        await Posting(it.site).post(post)
    it.slack.faults._planned.clear()
    await Posting(it.site).post(post)
    assert len(by_the_bot(it, general)) == 1


async def test_a_person_is_written_to_in_their_direct_chat(it: SiteInTest) -> None:
    person = await it.site.directory.person(it.ann.id)
    post = Post(post_id="r1", channel=None, person=person, text="提醒：周五发布。", citations=(), language="zh")
    await Posting(it.site).post(post)
    direct = it.workspace.direct_channel(it.ann.id, it.bot.id)
    assert direct is not None
    assert [said(message.blocks) for message in by_the_bot(it, direct)] == ["提醒：周五发布。"]


async def test_a_long_digest_goes_on_in_its_thread_and_is_resumed_where_it_stopped(
    it: SiteInTest, general: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await post_to(it, general, text=LONG)
    original = it.site.api.call
    calls = 0

    async def dies_at_the_second(method: str, /, *, background: bool = False, **arguments: Any) -> Any:
        nonlocal calls
        calls += method == "chat.postMessage"
        if calls == 2 and method == "chat.postMessage":
            raise SlackAway(method, "gone")
        return await original(method, background=background, **arguments)

    monkeypatch.setattr(it.site.api, "call", dies_at_the_second)
    with pytest.raises(SlackAway):
        await Posting(it.site).post(post)
    record = await Posting(it.site).post(post)
    first, *others = by_the_bot(it, general)
    assert record.endswith(first.ts)
    assert len(others) >= 1
    assert {message.thread_ts for message in others} == {first.ts}
    together = "".join(said(message.blocks) for message in [first, *others])
    assert "".join(together.split()) == "".join(LONG.split())
    assert it.slack.journal.refusals == []


async def test_what_can_never_be_posted_says_why(it: SiteInTest, general: Channel) -> None:
    elsewhere = it.workspace.add_channel("elsewhere", members=[it.ann])
    with pytest.raises(PostRefused) as refused:
        await Posting(it.site).post(await post_to(it, elsewhere, post_id="d2"))
    assert refused.value.code == "not_in_channel"
    general.is_archived = True
    with pytest.raises(PostRefused) as refused:
        await Posting(it.site).post(await post_to(it, general, post_id="d3"))
    assert refused.value.code == "is_archived"
    with pytest.raises(PostRefused) as refused:
        await Posting(it.site).post(replace(await post_to(it, general, post_id="d4"), channel=None))
    assert refused.value.code == "no_target"


async def test_what_may_pass_is_tried_again_later(it: SiteInTest, general: Channel) -> None:
    it.slack.faults.refuse_next("chat.postMessage", "missing_scope")
    post = await post_to(it, general)
    with pytest.raises(SlackError):
        await Posting(it.site).post(post)
    await Posting(it.site).post(post)
    assert len(by_the_bot(it, general)) == 1
