"""What was posted says something else once its sources are gone."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from connectors.connector import Post, Revision
from connectors.events import RecordId
from connectors.slack.errors import SlackAway
from connectors.slack.posting import Posting
from connectors.slack.reply import SlackReply
from connectors.slack.surface import Surface
from tests.fakes.slack import Channel
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.answering import answer, block_ids, by_the_bot, citation, place_of, said
from tests.unit.connectors.slack.test_posting import LONG


@pytest.fixture
async def it() -> AsyncIterator[SiteInTest]:
    async with slack_site() as made:
        yield made


@pytest.fixture
def general(it: SiteInTest) -> Channel:
    return it.workspace.add_channel("general", members=[it.ann, it.bot])


async def revision(
    it: SiteInTest, channel: Channel, record: RecordId, said_id: str, text: str = "（已删除）"
) -> Revision:
    return Revision(
        answer_id=said_id,
        record_id=record,
        channel=await it.site.directory.channel(channel.id),
        text=text,
        citations=(),
        language="zh",
    )


async def posted(it: SiteInTest, channel: Channel, text: str) -> RecordId:
    place = await it.site.directory.channel(channel.id)
    post = Post(post_id="d1", channel=place, person=None, text=text, citations=(citation(),), language="zh")
    return await Posting(it.site).post(post)


async def answered(it: SiteInTest, channel: Channel, text: str) -> RecordId:
    question = it.slack.people.post(it.ann, channel, "什么时候？")
    reply = SlackReply(surface=Surface(it.site), place=place_of(it, question), language="zh")
    it.host.answers["a1"] = answer(text)
    await reply.finish(it.host.answers["a1"])
    return RecordId(f"slack:{channel.id}:{reply.ts}")


async def test_a_question_that_is_named_no_more_goes_from_below_its_answer(it: SiteInTest, general: Channel) -> None:
    """Invariant 3: the standard answer that it names was removed, the answer stands."""
    question = it.slack.people.post(it.ann, general, "什么时候？")
    reply = SlackReply(surface=Surface(it.site), place=place_of(it, question), language="zh")
    await reply.finish(replace(answer("定了。[1]"), meant="发布日期是哪天？"))
    assert "发布日期是哪天" in str([message.blocks for message in general.threads[question.ts].values()])
    it.host.answers["a1"] = answer("定了。[1]")
    revised = await revision(it, general, RecordId(f"slack:{general.id}:{reply.ts}"), "a1", "定了。[1]")
    await Posting(it.site).revise(revised)
    assert "发布日期是哪天" not in str([message.blocks for message in general.threads[question.ts].values()])
    assert "定了" in str([message.blocks for message in general.threads[question.ts].values()])


async def test_an_answer_says_something_else_and_can_still_be_judged(it: SiteInTest, general: Channel) -> None:
    """Invariant 3."""
    record = await answered(it, general, "2.4 定在 11 月 28 日。[1]")
    change = await revision(it, general, record, "a1")
    for _ in range(2):
        await Posting(it.site).revise(change)
        [message] = by_the_bot(it, general)
        assert (said(message.blocks), message.text, block_ids(message)) == ("（已删除）", "（已删除）", ["answer:a1"])
        assert "11 月 28 日" not in str(message.blocks)
    assert it.slack.journal.refusals == []


async def test_a_long_digest_that_becomes_short_loses_its_other_messages(it: SiteInTest, general: Channel) -> None:
    record = await posted(it, general, LONG)
    assert len(by_the_bot(it, general)) > 1
    change = await revision(it, general, record, "d1")
    await Posting(it.site).revise(change)
    [message] = by_the_bot(it, general)
    assert (said(message.blocks), block_ids(message)) == ("（已删除）", ["post:d1"])
    await Posting(it.site).revise(replace(change, text="还是短的"))
    assert [said(message.blocks) for message in by_the_bot(it, general)] == ["还是短的"]


async def test_a_long_answer_that_becomes_short_keeps_the_message_with_its_id(it: SiteInTest, general: Channel) -> None:
    record = await answered(it, general, LONG)
    await Posting(it.site).revise(await revision(it, general, record, "a1"))
    [message] = by_the_bot(it, general)
    assert record.endswith(message.ts)
    assert (said(message.blocks), block_ids(message)) == ("（已删除）", ["answer:a1"])


async def test_what_becomes_longer_ends_where_there_is_no_room(it: SiteInTest, general: Channel) -> None:
    record = await answered(it, general, "短")
    await Posting(it.site).revise(await revision(it, general, record, "a1", LONG))
    [message] = by_the_bot(it, general)
    assert block_ids(message) == ["answer:a1"]
    assert it.slack.journal.refusals == []


async def test_a_message_that_is_gone_is_no_error(it: SiteInTest, general: Channel) -> None:
    record = await answered(it, general, "短")
    [message] = by_the_bot(it, general)
    it.slack.bot_messages.take_back(message)
    await Posting(it.site).revise(await revision(it, general, record, "a1"))


async def test_what_cannot_be_changed_any_more_is_deleted(it: SiteInTest, general: Channel) -> None:
    record = await answered(it, general, "短")
    general.is_archived = True
    await Posting(it.site).revise(await revision(it, general, record, "a1"))
    assert by_the_bot(it, general) == []


async def test_when_slack_is_away_it_is_tried_again_later(it: SiteInTest, general: Channel) -> None:
    record = await answered(it, general, "短")
    it.slack.limits.refuse_next("chat.update", times=1, retry_after=60)
    with pytest.raises(SlackAway):
        await Posting(it.site).revise(await revision(it, general, record, "a1"))
