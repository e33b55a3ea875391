"""Everything the bot says exists in both languages, with the same values to fill in."""

from string import Formatter
from typing import get_args

import pytest

from bot.errors import Language
from bot.texts import TEXTS, TextKey, say

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_key_has_its_text_and_no_text_is_without_a_key() -> None:
    assert set(TEXTS) == set(get_args(TextKey))


@pytest.mark.parametrize("key", get_args(TextKey))
def test_both_languages_hold_the_same_placeholders(key: TextKey) -> None:
    texts = TEXTS[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    assert _placeholders(texts["zh"]) == _placeholders(texts["en"])
    assert any("\u4e00" <= character <= "\u9fff" for character in texts["zh"])
    assert not any("\u4e00" <= character <= "\u9fff" for character in texts["en"])


def test_what_people_typed_may_hold_braces() -> None:
    assert say("no_results", "en", query="{x} {0}") == "Nothing found for “{x} {0}”."
