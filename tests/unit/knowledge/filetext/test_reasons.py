from knowledge.filetext import REASONS, reason_sentence


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    for reason in REASONS:
        assert reason_sentence(reason, "zh").endswith("。")
        assert reason_sentence(reason, "en").endswith(".")
    assert len({reason_sentence(reason, "zh") for reason in REASONS}) == len(REASONS)
