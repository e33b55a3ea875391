"""Everything the bot says exists in both languages, with the same values to fill in."""

from collections.abc import Mapping
from string import Formatter
from typing import get_args

import pytest

from bot.confirming import texts as card_texts
from bot.digests import texts as digest_texts
from bot.errors import Language
from bot.texts import TEXTS, TextKey, say

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


_EACH = [
    *(pytest.param(pair, id=key) for key, pair in TEXTS.items()),
    *(pytest.param(pair, id=f"card {key}") for key, pair in card_texts.TEXTS.items()),
    *(pytest.param(pair, id=f"digest {key}") for key, pair in digest_texts.TEXTS.items()),
]


def test_every_key_has_its_text_and_no_text_is_without_a_key() -> None:
    assert set(TEXTS) == set(get_args(TextKey))
    assert set(card_texts.TEXTS) == set(get_args(card_texts.Key))


@pytest.mark.parametrize("pair", _EACH)
def test_both_languages_hold_the_same_placeholders(pair: Mapping[Language, str]) -> None:
    """Invariant 9."""
    assert set(pair) == set(LANGUAGES)
    assert all(text.strip() for text in pair.values())
    assert _placeholders(pair["zh"]) == _placeholders(pair["en"])
    assert any("\u4e00" <= character <= "\u9fff" for character in pair["zh"])
    assert not any("\u4e00" <= character <= "\u9fff" for character in pair["en"])


def test_what_people_typed_may_hold_braces() -> None:
    assert say("no_results", "en", query="{x} {0}") == "Nothing found for “{x} {0}”."
