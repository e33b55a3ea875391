"""How fast the past is read when Slack sets no limit."""

import time

import pytest

from tests.unit.connectors.slack.past import DAY, past

MESSAGES, THREADS, REPLIES = 20_000, 400, 5


@pytest.mark.slow
async def test_twenty_thousand_messages_are_read_faster_than_slack_allows() -> None:
    async with past() as stage:
        channel = stage.it.workspace.add_channel("busy", members=[stage.it.ann])
        people, ann, step = stage.it.slack.people, stage.it.ann, 365 * DAY / MESSAGES
        for number in range(MESSAGES):
            at = stage.now - 365 * DAY + number * step
            head = people.post(ann, channel, f"line {number}", at=at, quietly=True)
            for reply in range(REPLIES if number % (MESSAGES // THREADS) == 0 else 0):
                at += step / 10
                people.post(ann, channel, f"re {number} {reply}", thread=head, at=at, quietly=True)
        began = time.perf_counter()
        await stage.come(channel)
        seconds = time.perf_counter() - began
        assert len(stage.texts) == MESSAGES + THREADS * REPLIES
        pages = len(stage.asked("conversations.history", channel))
        threads = len(stage.asked("conversations.replies", channel))
        rate = len(stage.texts) / seconds
        print(f"\n{rate:.0f} messages/s; {pages} pages and {threads} threads in {seconds:.1f} s")
        # 37 pages of 200 a minute is what background reading takes of Slack's tier 3.
        assert rate > 37 * 200 / 60
