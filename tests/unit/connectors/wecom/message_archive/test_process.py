"""The worker process: it never outlives the bot, and the bot outlives it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.wecom.message_archive.frames import packed
from connectors.wecom.message_archive.process import WorkerProcess, _split_proxy
from connectors.wecom.message_archive.standing import Standing
from connectors.wecom.message_archive.timing import Timing
from tests.fakes.wecom_sdk import CORP_ID, SECRET, CannedArchive
from tests.waiting import eventually

_REPOSITORY = Path(__file__).parents[5]


def _started(canned: CannedArchive) -> "subprocess.Popen[bytes]":
    begin = {
        "sdk": str(canned.library), "corp_id": CORP_ID, "secret": SECRET, "keys": {}, "proxy": "", "proxy_login": "",
        "seconds": 5,
    }  # fmt: skip
    worker = subprocess.Popen(
        [sys.executable, "-m", "connectors.wecom.message_archive.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=_REPOSITORY,
    )  # fmt: skip
    assert worker.stdin is not None
    worker.stdin.write(packed(begin))
    worker.stdin.flush()
    return worker


def test_it_ends_with_its_input_and_what_the_library_prints_is_no_frame(canned: CannedArchive) -> None:
    out, err = _started(canned).communicate(timeout=120)
    assert b'"ready":true' in out
    assert b"hello" not in out
    assert b"hello" in err
    assert canned.leaks == "0 0 0"


def test_it_ends_with_its_input_even_when_the_sdk_hangs(canned: CannedArchive) -> None:
    canned.fault("GetChatData", "hang")
    worker = _started(canned)
    worker.communicate(packed({"do": "pull", "seq": 0, "limit": 1}), timeout=120)
    assert worker.returncode == 1


def test_input_that_is_no_frame_ends_it(canned: CannedArchive) -> None:
    worker = _started(canned)
    worker.communicate(b"\xff" * 100, timeout=120)
    assert worker.returncode is not None


async def _ask(worker: WorkerProcess) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []

    async def take(words: dict[str, Any], _: bytes) -> None:
        heard.append(words)

    await worker.ask({"do": "pull", "seq": 0, "limit": 10}, take)
    return heard


async def test_one_that_died_between_two_requests_is_started_anew(canned: CannedArchive) -> None:
    canned.text("hello")
    standing = Standing()
    worker = WorkerProcess(canned.configuration(), standing, Timing(first_pause=0.01))
    try:
        first = await _ask(worker)
        process_id = worker.process_id
        assert process_id is not None
        os.kill(process_id, signal.SIGKILL)

        async def is_gone() -> bool:
            return worker.process_id is None

        await eventually(is_gone, seconds=60.0)
        assert await _ask(worker) == first
        assert worker.process_id not in (None, process_id)
        # Who kills it from outside says nothing about the SDK.
        assert not standing.problems
    finally:
        await worker.close()


async def test_a_request_that_is_given_up_leaves_nothing_for_the_next(canned: CannedArchive) -> None:
    for number in range(20):
        canned.text(str(number))
    worker = WorkerProcess(canned.configuration(), Standing(), Timing(first_pause=0.01))

    async def stumble(words: dict[str, Any], _: bytes) -> None:
        raise OSError("no space left")

    try:
        for _ in range(2):
            with pytest.raises(OSError, match="no space"):
                await worker.ask({"do": "pull", "seq": 0, "limit": 10}, stumble)
            (words,) = await _ask(worker)
            assert words["count"] == 10
    finally:
        await worker.close()


def test_a_proxy_is_split_as_the_sdk_wants_it() -> None:
    assert _split_proxy(None) == ("", "")
    assert _split_proxy("http://10.0.0.1:8081") == ("http://10.0.0.1:8081", "")
    assert _split_proxy("socks5://ann:secret@10.0.0.1:8081") == ("socks5://10.0.0.1:8081", "ann:secret")
