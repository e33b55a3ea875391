"""Everything that people read after pressing or typing something exists in both languages."""

import re
import string
from typing import get_args

from connectors.slack.desk_texts import DESK_TEXTS, DeskText


def test_every_text_is_there_in_both_languages_with_the_same_gaps() -> None:
    assert set(DESK_TEXTS) == set(get_args(DeskText))
    for key, texts in DESK_TEXTS.items():
        assert set(texts) == {"zh", "en"}, key
        gaps = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
        assert gaps[0] == gaps[1], key


def test_no_chinese_in_english_ones() -> None:
    assert not [key for key, texts in DESK_TEXTS.items() if re.search(r"[㐀-鿿]", texts["en"])]
