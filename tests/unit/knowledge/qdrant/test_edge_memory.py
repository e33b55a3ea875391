"""Pages of mapped files are let go of, and nothing of them is lost."""

import mmap
import sys
from pathlib import Path

import pytest

from knowledge.qdrant.edge_memory import release_mapped_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is mapped")

SIZE = 4 * 1024 * 1024


def _resident(path: Path) -> int:
    """Kilobytes of the file's mapping that are resident."""
    total, counts = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(maxsplit=1)[0]:
            counts = line.endswith(str(path))
        elif counts and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total


def test_resident_pages_are_let_go_of_and_what_was_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "chunk.mmap"
    path.write_bytes(b"\0" * SIZE)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), SIZE) as mapped:
        mapped[:] = b"x" * SIZE
        assert _resident(path) == SIZE // 1024
        assert release_mapped_files(tmp_path) == 1
        assert _resident(path) == 0
        assert mapped[:] == b"x" * SIZE
    assert path.read_bytes() == b"x" * SIZE


def test_files_elsewhere_and_private_mappings_are_left_alone(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        (folder / "file").write_bytes(b"a" * SIZE)
    with (
        (theirs / "file").open("r+b") as other,
        (ours / "file").open("r+b") as private,
        mmap.mmap(other.fileno(), SIZE) as shared,
        mmap.mmap(private.fileno(), SIZE, access=mmap.ACCESS_COPY) as copied,
    ):
        copied[:] = shared[:]
        assert release_mapped_files(ours) == 0
        assert _resident(theirs / "file") == SIZE // 1024
        assert copied[:] == b"a" * SIZE
