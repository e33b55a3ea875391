from pathlib import Path

import pytest

from bot.importing.resume import ResumeMarks


def test_a_mark_is_kept_and_forgotten(tmp_path: Path) -> None:
    marks = ResumeMarks(tmp_path / "imports")
    assert marks.load("slack-1") == 0
    marks.save("slack-1", 12)
    marks.save("slack-1", 34)
    assert marks.load("slack-1") == 34
    assert marks.load("slack-2") == 0
    marks.clear("slack-1")
    marks.clear("slack-1")
    assert marks.load("slack-1") == 0


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b'{"position": "x"}', b'{"position": -5}', b"\xff", b"[" * 9999]
)
def test_an_unreadable_mark_means_the_beginning(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "slack-1.json").write_bytes(content)
    assert ResumeMarks(tmp_path).load("slack-1") == 0


@pytest.mark.parametrize("fingerprint", ["", "../x", "a/b", "A"])
def test_only_fingerprints_are_names(tmp_path: Path, fingerprint: str) -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        ResumeMarks(tmp_path).save(fingerprint, 1)
