"""One archivist a home, also across processes; the system takes the lock back from the dead."""

import subprocess
import sys
from pathlib import Path

from bot.archive.lock import ArchivistLock

_HOLD = """
import sys
from pathlib import Path
from bot.archive.lock import ArchivistLock
print(ArchivistLock(Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


def test_only_one_holds_it_and_another_name_is_another_lock(tmp_path: Path) -> None:
    first, second = ArchivistLock(tmp_path), ArchivistLock(tmp_path)
    assert first.acquire()
    assert not second.acquire()
    assert ArchivistLock(tmp_path, "reindex").acquire()
    first.release()
    first.release()
    assert second.acquire()
    second.release()


def test_a_killed_process_does_not_keep_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[4],
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"True"
        lock = ArchivistLock(tmp_path)
        assert not lock.acquire()
        holder.kill()
    assert lock.acquire()
    lock.release()
