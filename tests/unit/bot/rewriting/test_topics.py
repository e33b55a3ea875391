"""The words that say what a question is about."""

from bot.rewriting.topics import topic_words


def test_words_that_only_ask_are_left_out_and_spelling_is_kept() -> None:
    assert topic_words("When did Maya sign the lease for v2.0-beta?") == ["Maya", "sign", "lease", "v2.0-beta"]
    assert topic_words("景岚的报价是多少？") == ["景岚", "报价"]
    assert topic_words("why?") == topic_words("为什么？") == []
