"""Invariant 9: both languages, with the same values."""

import string
from datetime import UTC, datetime
from typing import get_args

from connectors.slack.reading_texts import TEXTS, Key, date_in_words, text


def test_every_text_exists_in_both_languages_with_the_same_values() -> None:
    assert set(TEXTS) == set(get_args(Key))
    for key, languages in TEXTS.items():
        fields = {
            language: {field for _, field, _, _ in string.Formatter().parse(words) if field}
            for language, words in languages.items()
        }
        assert set(fields) == {"zh", "en"}, key
        assert fields["zh"] == fields["en"], key


def test_dates_in_words() -> None:
    day = datetime(2025, 3, 3, tzinfo=UTC)
    assert date_in_words(day, "en") == "3 March 2025"
    assert date_in_words(day, "zh") == "2025年3月3日"
    assert text("more", "en", count=3) == "• … and 3 more channels"
