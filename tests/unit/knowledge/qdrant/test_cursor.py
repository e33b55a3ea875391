from datetime import UTC, datetime

import pytest

from knowledge.qdrant.cursor import TimelineCursor


def test_a_cursor_survives_a_browser() -> None:
    cursor = TimelineCursor(datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=UTC), "8a6e4a0c-5f5b-4c55-9f0e-6b1f5c1d2a77")

    assert TimelineCursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "~", "2026-03-01T00:00:00+00:00", "2026-03-01T00:00:00~8a6e4a0c-5f5b-4c55-9f0e-6b1f5c1d2a77", "x~y"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # several causes, one meaning
        TimelineCursor.parse(text)
