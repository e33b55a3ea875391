from bot.importing.source import SkippedList

REASONS = {"bad": {"zh": "坏", "en": "bad"}, "odd": {"zh": "怪", "en": "odd"}}


def test_counts_beyond_what_it_lists() -> None:
    skipped = SkippedList(REASONS, remarks=frozenset({"odd"}))  # type: ignore[arg-type]  # literal keys widen to str
    skipped.count("*", "odd")
    for n in range(1200):
        skipped.add(f"line {n}\x1b", "bad")
    skipped.count("*", "odd")
    assert skipped.total == 1202
    assert len(skipped.listed) == 1000
    assert (skipped.listed[0].count, skipped.listed[0].imported) == (2, True)
    assert skipped.listed[1].path == "line 0\ufffd"
    assert (skipped.listed[1].reason("zh"), skipped.listed[1].reason("en")) == ("坏", "bad")
