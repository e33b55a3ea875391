from knowledge.filetext.layout import TextLine, join_wrapped_chinese, page_text


def line(left: float, top: float, right: float, text: str) -> TextLine:
    return TextLine(left=left, top=top, right=right, bottom=top + 20, text=text)


def test_columns_are_read_one_after_the_other() -> None:
    title = [line(0, 0, 1000, "title")]
    left = [line(0, 40 + 25 * n, 480, f"left {n}") for n in range(6)]
    right = [line(520, 42 + 25 * n, 1000, f"right {n}") for n in range(6)]
    text = page_text([*right, *left, *title])
    assert text.split("\n") == ["title", *[f"left {n}" for n in range(6)], *[f"right {n}" for n in range(6)]]


def test_labels_and_values_stay_on_one_row() -> None:
    rows = [(f"item {n}", f"{n}.00") for n in range(6)]
    lines = [line(0, 30 * n, 300, name) for n, (name, _) in enumerate(rows)]
    lines += [line(900, 30 * n + 3, 960, price) for n, (_, price) in enumerate(rows)]
    assert page_text(lines).split("\n") == [f"{name}  {price}" for name, price in rows]


def test_every_line_is_kept_once() -> None:
    lines = [line(37 * n % 500, 13 * n % 300, 37 * n % 500 + 200 + n, f"line{n}") for n in range(40)]
    assert sorted(page_text(lines).split()) == sorted(f"line{n}" for n in range(40))


def test_nothing_on_the_page() -> None:
    assert page_text([]) == ""


def test_lists_of_short_lines_are_not_joined() -> None:
    text = "第一项工作\n第二项工作\n第三项工作"
    assert join_wrapped_chinese(text) == text


def test_wrapped_chinese_is_joined_and_short_lines_are_not() -> None:
    text = "关于预算\n本次会议讨论了下一季度的预算安排以及人\n员分工，并决定下周三再次开会。\nThe end\nof it"
    assert join_wrapped_chinese(text) == (
        "关于预算\n本次会议讨论了下一季度的预算安排以及人员分工，并决定下周三再次开会。\nThe end\nof it"
    )
