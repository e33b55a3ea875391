"""What may have been missed, by when events were heard."""

from connectors.slack.attention import OVERLAP_SECONDS, Attention
from tests.unit.connectors.slack.past import HOUR, Past, past


async def _attention(stage: Past) -> Attention:
    attention = Attention(stage.it.site, now=lambda: stage.now)
    await attention.load()
    return attention


async def test_a_gap_begins_some_time_before_the_last_event_that_was_heard() -> None:
    async with past() as stage:
        attention = await _attention(stage)
        await attention.heard()
        heard_at = stage.now
        stage.let_pass(2 * HOUR)
        restarted = await _attention(stage)
        gap = await restarted.gap()
        assert gap.since == heard_at - OVERLAP_SECONDS
        assert gap.is_long


async def test_events_of_a_new_connection_do_not_hide_the_silence_before_them() -> None:
    async with past() as stage:
        attention = await _attention(stage)
        await attention.heard()
        heard_at = stage.now
        stage.let_pass(2 * HOUR)
        await attention.heard()
        stage.let_pass(10)
        await attention.heard()
        assert (await attention.gap()).since == heard_at - OVERLAP_SECONDS


async def test_a_moment_without_a_connection_is_a_short_gap() -> None:
    async with past() as stage:
        attention = await _attention(stage)
        for _ in range(5):
            await attention.heard()
            stage.let_pass(30)
        assert not (await attention.gap()).is_long


async def test_a_channel_that_was_not_caught_up_after_the_last_gap_has_a_longer_one() -> None:
    async with past() as stage:
        attention = await _attention(stage)
        await attention.heard()
        first = await attention.gap()
        for _ in range(100):
            stage.let_pass(50)
            await attention.heard()
        second = await attention.gap()
        caught_up, behind = first.noticed + 1, first.noticed - HOUR
        assert second.of_channel(caught_up) == stage.now - OVERLAP_SECONDS
        assert second.of_channel(behind) == behind - OVERLAP_SECONDS


async def test_what_was_caught_up_is_not_read_again_because_it_was_quiet() -> None:
    async with past() as stage:
        attention = await _attention(stage)
        await attention.heard()
        await attention.gap()
        stage.let_pass(100 * HOUR)
        await attention.gap()
        caught_up = stage.now
        stage.let_pass(60)
        assert (await attention.gap()).of_channel(caught_up) == caught_up - OVERLAP_SECONDS


async def test_hearing_much_writes_little() -> None:
    async with past() as stage:
        writes: list[object] = []
        write = stage.it.host.notebook.write

        async def counting(source: str, key: str, value: object) -> None:
            writes.append(value)
            await write(source, key, value)  # type: ignore[arg-type]  # passed on

        stage.it.host.notebook.write = counting  # type: ignore[method-assign]  # counts
        attention = await _attention(stage)
        for _ in range(1_000):
            await attention.heard()
        assert len(writes) == 1
