"""Files over the long connection: begin, pieces, end."""

import base64
import hashlib

import pytest

from tests.fakes.wecom import FakeWeCom, ManualClock
from tests.unit.fakes.wecom.line import Json, line

DATA = bytes(range(256)) * 4100
PIECES = [DATA[start : start + 512 * 1024] for start in range(0, len(DATA), 512 * 1024)]


def _begin(**changes: object) -> Json:
    md5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
    return {"type": "file", "filename": "记录.bin", "total_size": len(DATA), "total_chunks": 3, "md5": md5, **changes}


def _chunk(upload_id: str, index: int) -> Json:
    return {"upload_id": upload_id, "chunk_index": index, "base64_data": base64.b64encode(PIECES[index]).decode()}


async def test_a_file_in_three_pieces_out_of_order_and_one_twice(fake: FakeWeCom) -> None:
    assert len(PIECES) == 3
    async with line(fake) as made:
        await fake.robot.direct("alice", "给我文件")
        upload_id = (await made.ask("aibot_upload_media_init", _begin()))["body"]["upload_id"]
        assert await made.code("aibot_upload_media_finish", {"upload_id": upload_id}) == 40058
        for index in (2, 0, 0):
            assert await made.code("aibot_upload_media_chunk", _chunk(upload_id, index)) == 0
    async with line(fake) as again:
        assert await again.code("aibot_upload_media_chunk", _chunk(upload_id, 1)) == 0
        media = (await again.ask("aibot_upload_media_finish", {"upload_id": upload_id}))["body"]
        assert set(media) == {"type", "media_id", "created_at"}
        push = {"chatid": "alice", "msgtype": "file", "file": {"media_id": media["media_id"]}}
        assert await again.code("aibot_send_msg", push) == 0
        assert await again.code("aibot_send_msg", {**push, "msgtype": "image", "image": push["file"]}) == 40007
        fake.media.expire(media["media_id"])
        assert await again.code("aibot_send_msg", push) == 40007
    assert (fake.screen.messages[0].file_name, fake.screen.messages[0].data) == ("记录.bin", DATA)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "exe"}, 40004),
        ({"total_size": 4}, 40006),
        ({"total_size": 21 * 1024 * 1024}, 40006),
        ({"total_chunks": 2}, 40058),
        ({"total_chunks": 101}, 40058),
        ({"filename": ""}, 40058),
        ({"filename": "字" * 86}, 40058),
    ],
)
async def test_what_cannot_begin(fake: FakeWeCom, changes: Json, code: int) -> None:
    async with line(fake) as made:
        assert await made.code("aibot_upload_media_init", _begin(**changes)) == code


async def test_pieces_that_are_wrong(fake: FakeWeCom, clock: ManualClock) -> None:
    async with line(fake) as made:
        upload_id = (await made.ask("aibot_upload_media_init", _begin(md5="0" * 32)))["body"]["upload_id"]
        good = _chunk(upload_id, 0)
        for changes in ({"chunk_index": 3}, {"chunk_index": -1}, {"base64_data": "?"}, {"upload_id": "x"}):
            assert await made.code("aibot_upload_media_chunk", {**good, **changes}) == 40058
        too_long = base64.b64encode(bytes(512 * 1024 + 1)).decode()
        assert await made.code("aibot_upload_media_chunk", {**good, "base64_data": too_long}) == 40058
        for index in range(3):
            await made.code("aibot_upload_media_chunk", _chunk(upload_id, index))
        assert await made.code("aibot_upload_media_finish", {"upload_id": upload_id}) == 40058
        clock.advance(1801)
        assert await made.code("aibot_upload_media_chunk", good) == 40058


async def test_thirty_uploads_a_minute(fake: FakeWeCom) -> None:
    async with line(fake) as made:
        codes = [await made.code("aibot_upload_media_init", _begin()) for _ in range(31)]
    assert codes == [0] * 30 + [45009]
