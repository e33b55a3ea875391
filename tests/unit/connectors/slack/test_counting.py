"""One message is not 1 messages."""

import pytest

from connectors.slack.home_texts import home_text
from connectors.slack.reading_texts import text
from connectors.slack.saying import say


@pytest.mark.parametrize(("count", "said"), [("1", "1 message"), ("21", "21 messages"), ("1,001", "1,001 messages")])
def test_one_thing_is_not_called_many(count: str, said: str) -> None:
    assert text("finished", "en", channel="<#C1>", count=count, date="3 March 2025") == (
        f"• <#C1>: finished, {said} back to 3 March 2025."
    )
    assert home_text("channel", "en", messages=count, files="1") == f"{said} · 1 file"


def test_nor_are_records_channels_and_days() -> None:
    assert say("found", "en", count=1) == "Found 1 record"
    assert say("found", "en", count=11) == "Found 11 records"
    assert text("more", "en", count=1) == "• … and 1 more channel"
    assert "the last 1 day, as" in text("finished_days", "en", channel="<#C1>", count="2", days=1)
