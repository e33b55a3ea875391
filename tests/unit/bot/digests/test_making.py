"""A summary as a digest."""

from dataclasses import replace

from bot.digests.making import digest_of
from bot.summaries.lines import PeriodSummary, SummaryLine
from tests.builders import at
from tests.unit.bot.digests.building import line


def _summary(*lines: SummaryLine) -> PeriodSummary:
    return PeriodSummary(
        channel_ids=("console:launch",), since=at(0), until=at(60), lines=lines, conversations=1, messages=3
    )


def test_what_does_not_fit_is_counted_without_repetitions() -> None:
    quote = replace(line(1, "the price is 369", "talk"), quoted=True)
    summary = _summary(line(1, "the price is 369"), line(2, "it moves"), quote)
    made = digest_of(summary, most=1, language="en", timezone="UTC", made_at=at(60))
    assert ([one.line.text for one in made.lines], made.facts.told, made.facts.more) == (["the price is 369"], 1, 1)


def test_no_line_holds_a_secret() -> None:
    """Invariant 8."""
    summary = _summary(line(1, "the password is Tulip-42x"))
    made = digest_of(summary, most=9, language="en", timezone="UTC", made_at=at(60))
    assert made.lines[0].line.text == "the password is [password hidden]"
