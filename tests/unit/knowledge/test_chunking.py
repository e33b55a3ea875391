from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunking import MAX_WEIGHT, chunk_pages, chunk_text, text_weight

CHINESE = "本次会议讨论了下一季度的预算安排，并决定由王小明负责跟进供应商的报价。"
ENGLISH = "The team agreed to move the launch to the fourth of May because the review is not finished. "

parts = st.sampled_from(
    [
        CHINESE,
        ENGLISH,
        "\n",
        "\n\n",
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n",
        "| x | y |\n",
        "。",
        "a" * 700,
        "数" * 600,
        "  ",
    ]
) | st.text(max_size=60)
pages = st.lists(
    st.tuples(st.sampled_from(["1", "2", "预算", ""]), st.lists(parts, max_size=25).map("".join)), max_size=4
)


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(pages)
def test_nothing_is_lost_and_order_is_kept(given_pages: list[tuple[str, str]]) -> None:
    chunks = chunk_pages(given_pages)
    kept = "".join(chunk.text[chunk.repeated_chars :] for chunk in chunks)
    assert squeezed(kept) == squeezed("".join(text for _, text in given_pages))
    labels = [label or None for label, text in given_pages if text.strip()]
    seen = [chunk.label for chunk in chunks]
    assert [label for number, label in enumerate(seen) if number == 0 or seen[number - 1] != label] == [
        label for number, label in enumerate(labels) if number == 0 or labels[number - 1] != label
    ]


@given(pages)
def test_no_chunk_is_too_large_or_empty(given_pages: list[tuple[str, str]]) -> None:
    for chunk in chunk_pages(given_pages):
        assert text_weight(chunk.text) <= MAX_WEIGHT + 1
        assert chunk.text[chunk.repeated_chars :].strip()


@given(st.text(max_size=3000))
def test_messages_lose_nothing(text: str) -> None:
    assert squeezed("".join(chunk_text(text))) == squeezed(text)


def test_a_message_that_fits_stays_as_it_is() -> None:
    assert chunk_text("  hi\n\nthere ") == ["  hi\n\nthere "]
    assert chunk_text(" \n") == []


def test_sizes_suit_the_language() -> None:
    chinese = chunk_pages([("1", CHINESE * 60)])
    english = chunk_pages([("1", ENGLISH * 60)])
    assert all(300 <= len(chunk.text) <= 500 for chunk in chinese[:-1])
    assert all(800 <= len(chunk.text) <= 1250 for chunk in english[:-1])


def test_cuts_fall_between_sentences() -> None:
    for chunk in chunk_pages([("1", CHINESE * 60), ("2", ENGLISH * 60)]):
        assert chunk.text.endswith(("。", "."))


def test_paragraphs_stay_together() -> None:
    paragraph = CHINESE * 4
    chunks = chunk_pages([("1", "\n\n".join([paragraph] * 12))])
    assert all(chunk.text.count(CHINESE) % 4 == 0 for chunk in chunks)


def test_numbers_and_versions_are_not_cut_at_their_points() -> None:
    chunks = chunk_pages([("1", "release v1.2.3 costs 1,234,567.89 yuan and more " * 60)])
    assert sum(chunk.text.count("1,234,567.89") for chunk in chunks) == 60


def test_rows_keep_their_header() -> None:
    header = "| 项目 | 负责人 | 金额 |\n| --- | --- | --- |\n"
    rows = "".join(f"| 项目{number} | 王小明 | {number}00 |\n" for number in range(120))
    chunks = chunk_pages([("预算", header + rows)])
    assert len(chunks) > 3
    for chunk in chunks:
        assert chunk.text.startswith(header)
        assert chunk.text.endswith("|")
    assert chunks[0].repeated_chars == 0
    assert all(chunk.repeated_chars == len(header) for chunk in chunks[1:])


def test_text_after_a_table_does_not_get_its_header() -> None:
    table = "| a | b |\n| --- | --- |\n" + "| 1 | 2 |\n" * 3
    chunks = chunk_pages([("1", table + "\n" + CHINESE * 40)])
    assert all(chunk.repeated_chars == 0 for chunk in chunks)


def test_it_is_deterministic() -> None:
    assert chunk_pages([("1", CHINESE * 90)]) == chunk_pages([("1", CHINESE * 90)])
