import os
import tempfile
from pathlib import Path

import pytest

from knowledge.qdrant import edge_place
from knowledge.qdrant.edge_place import (
    FolderNotPrivate,
    prepare_folder,
    read_address,
    socket_path,
    take_lock,
    write_address,
)


def test_the_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "qdrant"
    prepare_folder(folder)
    folder.chmod(0o755)
    prepare_folder(folder)

    assert folder.stat().st_mode & 0o777 == 0o700


def test_one_worker_a_folder(tmp_path: Path) -> None:
    first = take_lock(tmp_path)
    assert first is not None
    assert take_lock(tmp_path) is None
    first.close()
    again = take_lock(tmp_path)
    assert again is not None
    again.close()


def test_a_long_path_gets_a_short_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = Path(tempfile.mkdtemp(prefix="shiguang-test-", dir="/tmp"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    folder = tmp_path / ("long" * 30)
    try:
        socket = socket_path(folder)
        assert len(os.fsencode(socket)) <= 100
        assert socket == socket_path(folder)
        assert socket != socket_path(folder / "other")
        assert socket.parent.stat().st_mode & 0o777 == 0o700

        socket.parent.chmod(0o755)
        with pytest.raises(FolderNotPrivate):
            socket_path(folder)
    finally:
        for path in sorted(short.rglob("*"), reverse=True):
            path.rmdir()
        short.rmdir()


def test_a_short_path_keeps_its_socket_inside() -> None:
    assert socket_path(Path("/srv/qdrant")) == Path("/srv/qdrant/worker.socket")


def test_the_address_is_found_again(tmp_path: Path) -> None:
    assert read_address(tmp_path) is None
    write_address(tmp_path, Path("/run/some.socket"))
    assert read_address(tmp_path) == Path("/run/some.socket")
    assert edge_place.read_address(tmp_path / "elsewhere") is None
