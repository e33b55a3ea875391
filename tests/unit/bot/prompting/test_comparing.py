"""What differs between two texts is told word by word."""

import pytest

from bot.prompting.comparing import Piece, pieces_of


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", ()),
        ("same", "same", (Piece("same", "same"),)),
        (
            "It costs 80 euro.",
            "It costs 90 euro.",
            (Piece("same", "It costs "), Piece("removed", "80"), Piece("added", "90"), Piece("same", " euro.")),
        ),
        ("发布日是周五", "发布日是周一", (Piece("same", "发布日是周"), Piece("removed", "五"), Piece("added", "一"))),
        ("one", "", (Piece("removed", "one"),)),
    ],
)
def test_pieces(before: str, after: str, pieces: tuple[Piece, ...]) -> None:
    assert pieces_of(before, after) == pieces


def test_both_texts_can_be_put_together_again() -> None:
    before, after = "The launch is on Friday, 8 am [1].", "On Friday at 8 am the launch takes place [1]!"
    pieces = pieces_of(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
