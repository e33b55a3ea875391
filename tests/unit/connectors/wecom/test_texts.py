"""Every text exists in both languages, with the same values to fill in."""

import re
import string
from typing import get_args

import pytest

from connectors.connector import Language
from connectors.wecom.media_reasons import MEDIA_REASONS, reason
from connectors.wecom.texts import NOTICES, TEXTS, Key, NoticeKey, language_of, notice

CHINESE = re.compile(r"[\u3400-\u9fff]")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_key_has_its_texts_and_no_text_is_left_over() -> None:
    assert set(TEXTS) == set(get_args(Key))
    assert set(NOTICES) == set(get_args(NoticeKey))
    everything = [*TEXTS.values(), *({each: " ".join(text[each]) for each in text} for text in NOTICES.values())]
    for text in [*everything, *MEDIA_REASONS.values()]:
        assert set(text) == set(get_args(Language))
        assert text["zh"] != text["en"]
        assert not CHINESE.search(text["en"])
        assert _fields(text["zh"]) == _fields(text["en"])


@pytest.mark.parametrize(
    ("text", "language"), [("水泵 pump", "zh"), ("pumps?", "en"), ("", None), ("👍 42", None), ("a", None)]
)
def test_the_language_of_words(text: str, language: Language | None) -> None:
    assert language_of(text) == language


def test_a_notice_is_known_by_its_code() -> None:
    assert notice("wecom_busy", "en").code == "wecom_busy"
    assert reason("file_too_large", "zh") != reason("file_too_large", "en")
    assert reason("unheard_of", "zh") == "unheard_of"
