from knowledge.filetext.tables import table_lines


def test_rows_become_lines_under_a_marked_header() -> None:
    assert list(table_lines([["项目", "金额"], ["服务器", "100"], ["合计", "100"]])) == [
        "| 项目 | 金额 |",
        "| --- | --- |",
        "| 服务器 | 100 |",
        "| 合计 | 100 |",
    ]


def test_a_title_above_the_header_is_a_line_of_its_own() -> None:
    lines = list(table_lines([["三季度预算", "", ""], ["项目", "金额", "日期"], ["服务器", "1", "2"]]))
    assert lines[:3] == ["三季度预算", "| 项目 | 金额 | 日期 |", "| --- | --- | --- |"]


def test_empty_rows_and_trailing_cells_are_left_out() -> None:
    assert list(table_lines([["a", "b", ""], ["", "", ""], ["c", "", ""]])) == ["| a | b |", "| --- | --- |", "| c |"]


def test_line_breaks_in_cells_do_not_break_rows() -> None:
    assert next(table_lines([["a\nb", "c"], ["d", "e"]])) == "| a b | c |"


def test_one_column_is_a_list() -> None:
    assert list(table_lines([["a"], ["b"]])) == ["a", "b"]


def test_nothing_gives_nothing() -> None:
    assert list(table_lines([])) == []
    assert list(table_lines([["", ""], [" "]])) == []


def test_rows_of_a_huge_table_are_not_read_ahead() -> None:
    read = 0

    def rows() -> object:
        nonlocal read
        while True:
            read += 1
            yield [str(read), "x"]

    lines = table_lines(rows())  # type: ignore[arg-type]  # an endless iterator of rows
    for _ in range(20):
        next(lines)
    assert read < 40
