"""Files of archived messages: whole, once, from where they were left, and not after they were taken back."""

import random
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from connectors.events import FileFetched, MessagePosted
from connectors.wecom.message_archive.timing import Timing
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom_sdk import CannedArchive
from tests.unit.connectors.wecom.message_archive.reading import Reading, reading

_LARGE = random.Random(1).randbytes(1_300_000)


def _file(canned: CannedArchive, content: bytes = _LARGE, name: str = "FILE", **more: Any) -> str:
    body = {**canned.media(name, content), "filename": "报价.xlsx", "fileext": "xlsx"}
    return canned.say({"msgtype": "file", "file": {**body, **more}})


def _fetched(host: FakeLiveHost) -> list[FileFetched]:
    return [event for event in host.live if isinstance(event, FileFetched)]


async def _become(it: Reading) -> FileFetched:
    await it.until(lambda: _fetched(it.host))
    await it.archive.files_fetched()
    (event,) = _fetched(it.host)
    return event


async def test_a_file_is_named_at_once_and_its_bytes_come_in_pieces(canned: CannedArchive) -> None:
    msgid = _file(canned)
    async with reading(canned, seconds=3600.0) as it:
        event = await _become(it)
        (posted,) = [event for event in it.host.past if isinstance(event, MessagePosted)]
        (ref,) = posted.files
        assert (ref.file_id, ref.unavailable_reason) == (f"wecom:{msgid}:0", "file_not_fetched_yet")
        assert (event.file_id, event.sha256, event.size_bytes) == (ref.file_id, sha256(_LARGE).hexdigest(), len(_LARGE))
        assert it.host.files[event.sha256 or ""] == _LARGE
        assert not list((canned.folder / "partial").iterdir())
        assert it.note(f"file:{ref.file_id}") is None
    assert [call for call in canned.calls if "Media" in call] == [
        "GetMediaData 0 FILE", "GetMediaData 524288 FILE", "GetMediaData 1048576 FILE",
    ]  # fmt: skip
    assert canned.leaks == "0 0 0"


async def test_after_a_restart_it_goes_on_where_it_was(canned: CannedArchive) -> None:
    _file(canned)
    canned.fault("GetMediaData", "after 2 hang")
    async with reading(canned, timing=Timing(reply=200.0)) as it:
        host = it.host
        await it.until(lambda: len([call for call in canned.calls if "Media" in call]) == 3)
    canned.fault("GetMediaData", None)
    async with reading(canned, host=host) as it:
        assert (await _become(it)).sha256 == sha256(_LARGE).hexdigest()
    places = [call.split()[1] for call in canned.calls if "Media" in call]
    assert places == ["0", "524288", "1048576", "1048576"]


async def test_when_the_sdk_dies_over_it_it_goes_on_where_it_was(canned: CannedArchive) -> None:
    _file(canned)
    canned.fault("GetMediaData", "after 1 crash 2")
    async with reading(canned) as it:
        assert (await _become(it)).sha256 == sha256(_LARGE).hexdigest()


async def test_a_file_over_which_the_sdk_always_dies_is_given_up_and_the_rest_goes_on(canned: CannedArchive) -> None:
    _file(canned)
    canned.fault("GetMediaData", "crash")
    async with reading(canned) as it:
        assert (await _become(it)).unavailable_reason == "file_unreachable"
        await it.until_told(canned.text("still here"))


async def test_failures_that_pass_are_tried_again(canned: CannedArchive) -> None:
    _file(canned)
    canned.fault("GetMediaData", "code 10001 3")
    async with reading(canned) as it:
        assert (await _become(it)).sha256


async def test_an_address_that_is_not_allowed_says_nothing_of_a_file(canned: CannedArchive) -> None:
    _file(canned)
    canned.fault("GetMediaData", "code 10009 12")
    async with reading(canned) as it:
        await it.until_problem("ip_not_allowed")
        assert (await _become(it)).sha256


@pytest.mark.parametrize(
    ("does", "reason"),
    [("code 10010", "file_expired"), ("code 10005", "file_expired"), ("garbage", "file_incomplete"),
     ("code 10003", "file_unreachable"), ("code 10006", "file_unreachable")],
)  # fmt: skip
async def test_why_there_are_no_bytes(canned: CannedArchive, does: str, reason: str) -> None:
    _file(canned)
    canned.fault("GetMediaData", does)
    async with reading(canned) as it:
        event = await _become(it)
        assert (event.sha256, event.unavailable_reason) == (None, reason)
        assert not it.host.files
        assert not list((canned.folder / "partial").glob("*"))


async def test_a_file_that_is_too_large_is_not_fetched(canned: CannedArchive) -> None:
    _file(canned, filesize=200_000_000)
    async with reading(canned) as it:
        await it.archive.caught_up()
        (posted,) = [event for event in it.host.past if isinstance(event, MessagePosted)]
        assert posted.files[0].unavailable_reason == "file_too_large"
    assert not [call for call in canned.calls if "Media" in call]


async def test_a_file_that_is_larger_than_it_said_is_given_up(canned: CannedArchive) -> None:
    _file(canned, filesize=0)
    configuration = canned.configuration()
    object.__setattr__(configuration, "max_file_bytes", 600_000)
    async with reading(canned, configuration=configuration) as it:
        assert (await _become(it)).unavailable_reason == "file_too_large"
    assert len([call for call in canned.calls if "Media" in call]) == 2


async def test_without_a_checksum_the_size_decides(canned: CannedArchive) -> None:
    _file(canned, md5sum="", filesize=len(_LARGE) + 1)
    async with reading(canned) as it:
        assert (await _become(it)).unavailable_reason == "file_incomplete"


async def test_a_file_that_was_taken_back_is_not_fetched_and_nothing_of_it_stays(canned: CannedArchive) -> None:
    msgid = _file(canned)
    canned.fault("GetMediaData", "after 1 code 10001")
    # It is tried for half a minute before it is given up.
    async with reading(canned, timing=Timing(first_pause=0.5, reply=60.0, room=0.0)) as it:
        await it.until(lambda: list((canned.folder / "partial").glob("*.part")))
        canned.recall(msgid)
        it.archive.wake()
        await it.until(lambda: it.note(f"recalled:{msgid}"))
        await it.until(lambda: not list((canned.folder / "partial").glob("*")))
        canned.fault("GetMediaData", None)
        await it.archive.files_fetched()
        assert not _fetched(it.host)
        assert it.note(f"file:wecom:{msgid}:0") is None


async def test_what_was_taken_back_long_ago_is_forgotten(canned: CannedArchive) -> None:
    async with reading(canned) as it:
        host, source = it.host, it.archive.source
    for name, days in (("recalled:old", 31), ("recalled:new", 1)):
        said = datetime.now(UTC) - timedelta(days=days)
        await host.notebook.write(source, name, {"at": said.isoformat()})
    async with reading(canned, host=host) as it:
        await it.until(lambda: it.note("recalled:old") is None)
        assert it.note("recalled:new")


async def test_a_file_whose_message_is_read_after_it_was_taken_back_is_not_fetched(canned: CannedArchive) -> None:
    msgid = _file(canned)
    canned.recall(msgid, version=2)
    async with reading(canned, 2) as it:
        await it.archive.caught_up()
        host = it.host
    async with reading(canned, 1, 2, host=host) as it:
        await it.archive.caught_up()
        await it.archive.files_fetched()
    assert not [call for call in canned.calls if "Media" in call]


async def test_files_of_today_come_before_those_of_long_ago(canned: CannedArchive) -> None:
    for number in range(3):
        _file(canned, b"old", f"OLD{number}")
    now = canned.say(
        {"msgtype": "image", "image": canned.media("NEW", b"new")}, msgtime=int(time.time() * 1000), msgid="NEW"
    )
    canned.fault("GetMediaData", "code 10001 1")
    async with reading(canned) as it:
        await it.until(lambda: len(_fetched(it.host)) == 4)
        assert now == "NEW"
        order = [call.split()[2] for call in canned.calls if "Media" in call]
        assert sorted(order) == sorted(["OLD0", "OLD1", "OLD2", "NEW", order[0]])


async def test_what_lies_there_of_files_that_nobody_wants_is_removed(canned: CannedArchive) -> None:
    partial = canned.folder / "partial"
    partial.mkdir()
    (partial / "0123.part").write_bytes(b"left")
    async with reading(canned) as it:
        await it.archive.files_fetched()
        assert not list(partial.iterdir())


async def test_a_thousand_files_and_more_are_fetched_from_the_notes(canned: CannedArchive) -> None:
    """More than the queue holds."""
    images = [{"type": "image", "content": '{"sdkfileid": "PIC", "md5sum": ""}'}] * 50
    canned.media("PIC", b"picture")
    for _ in range(22):
        canned.say({"msgtype": "mixed", "mixed": {"item": images}})
    async with reading(canned) as it:
        await it.archive.caught_up()
        await it.archive.files_fetched()
        assert len({event.file_id for event in _fetched(it.host)}) == 1_100
