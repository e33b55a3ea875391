from typing import Any

from tests.fakes.console_sample import png
from tests.unit.connectors.console.conftest import Console, Start


async def _upload(console: Console, name: str, data: bytes, person: str = "Ada") -> tuple[int, Any]:
    async with console.session.post(console.url("/api/uploads", person, name=name), data=data) as response:
        return response.status, await response.json()


async def _shared(console: Console, name: str, data: bytes) -> str:
    await console.enter("Ada")
    channel = await console.create("plans")
    _, uploaded = await _upload(console, name, data)
    await console.say(channel, "", upload_ids=[uploaded["upload_id"]])
    [message] = (await console.feed(channel))["messages"]
    [file] = message["files"]
    assert file["size_bytes"] == len(data)
    return str(file["file_id"])


async def test_a_file_travels_into_a_message_and_out_again(console: Console) -> None:
    file_id = await _shared(console, "../计划 plan.html", b"<script>alert(1)</script>")
    async with console.session.get(console.url("/api/file/bytes", id=file_id, inline="1")) as response:
        assert response.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E8%AE%A1")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.content_type == "application/octet-stream"
        assert await response.read() == b"<script>alert(1)</script>"
    status, data = await console.get("/api/file", id=file_id)
    assert (status, data["name"], data["picture"], data["has_bytes"]) == (200, "计划 plan.html", False, True)
    assert "path" not in data


async def test_only_real_pictures_are_shown_inline(console: Console) -> None:
    file_id = await _shared(console, "photo.png", png(8, 8))
    async with console.session.get(console.url("/api/file/bytes", id=file_id, inline="1")) as response:
        assert response.content_type == "image/png"
        assert response.headers["Content-Disposition"].startswith("inline")
        assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_a_picture_by_name_only_is_a_download(console: Console) -> None:
    file_id = await _shared(console, "fake.png", b"<svg onload=alert(1)>")
    async with console.session.get(console.url("/api/file/bytes", id=file_id, inline="1")) as response:
        assert response.headers["Content-Disposition"].startswith("attachment")


async def test_too_large_is_refused_while_it_comes(start: Start) -> None:
    console = await start(max_upload_bytes=1000)
    await console.enter("Ada")

    async def chunks() -> Any:
        for _ in range(4):
            yield b"x" * 400

    for data in (b"x" * 1001, chunks()):
        async with console.session.post(console.url("/api/uploads", name="big.bin"), data=data) as response:
            assert response.status == 413
            assert (await response.json())["error"]["code"] == "file_too_large"


async def test_somebody_elses_upload_cannot_be_taken(console: Console) -> None:
    await console.enter("Ada")
    direct = await console.enter("Bo")
    _, uploaded = await _upload(console, "plan.txt", b"mine")
    body = {"client_id": "client-bo", "channel_id": direct, "text": "", "upload_ids": [uploaded["upload_id"]]}
    status, data = await console.send("POST", "/api/messages", body, "Bo")
    assert (status, data["error"]["code"]) == (400, "unknown_upload")


async def test_a_name_is_needed(console: Console) -> None:
    await console.enter("Ada")
    for name in ("", "..", "\u0007"):
        assert (await _upload(console, name, b"data"))[0] == 400
