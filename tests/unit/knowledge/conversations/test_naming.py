"""Who is named in a message, and who is spoken to."""

import pytest

from knowledge.conversations.naming import names_person


@pytest.mark.parametrize(
    ("text", "name", "first", "anywhere"),
    [
        ("bob2: try again", "bob2", True, True),
        ("bob2, try again", "Bob2", True, True),
        ("@ann wei can you look", "Ann Wei", True, True),
        ("@ann can you look", "Ann Wei", True, True),
        ("ann, can you look", "Ann Wei", True, True),
        ("i asked ann wei about it", "Ann Wei", False, True),
        ("usual suspects", "usual", False, True),
        ("bob22: no", "bob2", False, False),
        ("banned", "ann", False, False),
        ("小明，海报好了吗", "王小明", True, True),
        ("@王小明 海报好了吗", "王小明", True, True),
        ("海报问一下小明", "王小明", False, True),
        ("ok ed", "ed", False, False),
        ("ask @ed", "ed", False, True),
        ("|trey|, on top", "|trey|", True, True),
        ("anything", "", False, False),
    ],
)
def test_names_are_found_first_of_all_or_anywhere(text: str, name: str, first: bool, anywhere: bool) -> None:
    assert names_person(text, name) == (first, anywhere)
