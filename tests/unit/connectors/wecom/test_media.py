"""Files that people send, from the fake's addresses and from addresses that behave worse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from connectors.events import FileFetched
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.media import AppMedia, Download, WeComMedia
from connectors.wecom.media_reasons import MEDIA_REASONS
from connectors.wecom.site import MediaRef
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, ManualClock
from tests.fakes.wecom.crypto import encrypt_bytes, raw_key
from tests.fakes.wecom.media import disposition
from tests.fakes.wecom.vectors import MEDIA_KEY
from tests.fakes.wecom_site import message

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _fetched(
    *media: MediaRef, host: FakeLiveHost | None = None, app_media: AppMedia | None = None, **options: Any
) -> tuple[list[FileFetched], FakeLiveHost]:
    host = host or FakeLiveHost()
    configuration = WeComConfiguration(max_file_bytes=options.pop("max_file_bytes", 1_000))
    async with aiohttp.ClientSession() as session:
        fetching = WeComMedia(
            host, configuration, session, app_media=app_media, **{"pauses_seconds": (0.0, 0.0), **options}
        )
        heard = message("alice", "", msgid="M1", media=media)
        told = await fetching.fetch(heard, at=heard.channel.channel_id)  # type: ignore[arg-type]  # any id will do
    # They are fetched side by side: whichever is there first is told first.
    live = [event for event in host.live if isinstance(event, FileFetched)]
    assert sorted(live, key=lambda event: event.event_id) == sorted(told, key=lambda event: event.event_id)
    return list(told), host


def _file(url: str, *, key: str = "", kind: str = "file", place: int = 0) -> MediaRef:
    return MediaRef(kind=kind, place=place, url=url, key=key)  # type: ignore[arg-type]  # one of the three


@asynccontextmanager
async def _serving(handler: Handler) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_get("/cos", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/cos"
    finally:
        await runner.cleanup()


def _answers(body: bytes = b"", *, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers=headers)

    return handle


async def test_files_of_a_robot_are_decrypted_named_and_kept() -> None:
    fake = FakeWeCom()
    async with fake.running():
        first = fake.media.offer("水泵 合同.pdf", b"%PDF-1.7 pump", key=MEDIA_KEY)
        second = fake.media.offer("image", PNG, key=MEDIA_KEY + "=")
        told, host = await _fetched(
            _file(first, key=MEDIA_KEY), _file(second, key=MEDIA_KEY + "=", kind="image", place=1)
        )
    assert [(event.file_id, event.name, event.media_type, event.size_bytes) for event in told] == [
        ("wecom:M1:0", "水泵 合同.pdf", "application/pdf", 13),
        ("wecom:M1:1", "image.png", "image/png", 48),
    ]
    assert host.files[str(told[0].sha256)] == b"%PDF-1.7 pump"
    assert host.files[str(told[1].sha256)] == PNG


async def test_an_address_is_good_for_five_minutes() -> None:
    clock = ManualClock()
    fake = FakeWeCom(clock=clock)
    async with fake.running():
        url = fake.media.offer("a.txt", b"hello", key=MEDIA_KEY)
        clock.advance(301)
        told, _ = await _fetched(_file(url, key=MEDIA_KEY))
    assert told[0].unavailable_reason == "file_address_expired"


async def test_what_is_here_is_not_fetched_again() -> None:
    fake = FakeWeCom()
    async with fake.running():
        file = _file(fake.media.offer("a.txt", b"hello", key=MEDIA_KEY), key=MEDIA_KEY)
        _, host = await _fetched(file)
        told, _ = await _fetched_again(file, host)
    assert told == []


async def _fetched_again(file: MediaRef, host: FakeLiveHost) -> tuple[list[FileFetched], FakeLiveHost]:
    host.past, host.live = list(host.live), []
    return await _fetched(file, host=host)


@pytest.mark.parametrize(
    ("handler", "key", "reason"),
    [
        (_answers(b"not whole blocks"), MEDIA_KEY, "file_unreadable"),
        (_answers(encrypt_bytes(raw_key(MEDIA_KEY), b"x" * 64)[:64]), MEDIA_KEY, "file_unreadable"),
        (_answers(encrypt_bytes(raw_key(MEDIA_KEY), b"x" * 64)), "short", "file_unreadable"),
        (_answers(b"x" * 1_001), "", "file_too_large"),
        (_answers(encrypt_bytes(raw_key(MEDIA_KEY), b"x" * 1_032)), MEDIA_KEY, "file_too_large"),
        (_answers(status=403), "", "file_address_expired"),
        (_answers(status=404), "", "file_address_expired"),
        (_answers(status=302, headers={"Location": "http://127.0.0.1:1/"}), "", "file_refused"),
        (_answers(status=400), "", "file_refused"),
        (_answers(status=500), "", "file_unreachable"),
        (_answers(status=429), "", "file_unreachable"),
    ],
)
async def test_what_cannot_be_fetched_has_a_reason_and_nothing_is_kept(handler: Handler, key: str, reason: str) -> None:
    async with _serving(handler) as url:
        told, host = await _fetched(_file(url, key=key))
    assert told[0].unavailable_reason == reason
    assert reason in MEDIA_REASONS
    assert not host.files


async def test_a_host_that_is_away_for_a_moment_is_asked_again() -> None:
    statuses = [500, 502, 200]

    async def handle(_: web.Request) -> web.Response:
        return web.Response(
            status=statuses.pop(0), body=b"hello", headers={"Content-Disposition": disposition("b.txt")}
        )

    async with _serving(handle) as url:
        told, _ = await _fetched(_file(url))
    assert (told[0].name, told[0].size_bytes, told[0].media_type) == ("b.txt", 5, "text/plain")


async def test_what_never_ends_is_given_up_and_cancelling_stops_it() -> None:
    async def hangs(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await asyncio.sleep(60)
        return response

    async with _serving(hangs) as url:
        told, host = await _fetched(_file(url), seconds=0.1)
        assert told[0].unavailable_reason == "file_too_slow"
        assert not host.files
        other = FakeLiveHost()
        task = asyncio.create_task(_fetched(_file(url), host=other))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not other.live


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://x/y",
        "http://example.org/x",
        "https://user:word@example.org/x",
        "https:///x",
        "file:///etc/passwd",
        "x",
    ],
)
async def test_addresses_are_those_of_https_alone(url: str) -> None:
    told, _ = await _fetched(_file(url))
    assert told[0].unavailable_reason == "file_address_not_allowed"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, None),
        (WeComError("media/get", 40007), "file_address_expired"),
        (WeComError("media/get", 60020), "file_refused"),
        (WeComAway("media/get", "away"), "file_unreachable"),
    ],
)
async def test_files_of_an_app_come_by_their_id(error: Exception | None, reason: str | None) -> None:
    asked: list[tuple[str, str]] = []

    async def chunks() -> AsyncIterator[bytes]:
        yield b"hel"
        yield b"lo"

    @asynccontextmanager
    async def app_media(of: str, media_id: str) -> AsyncIterator[Download]:
        asked.append((of, media_id))
        if error is not None:
            raise error
        yield Download(chunks=chunks(), headers={"Content-Disposition": disposition("c.txt")})

    told, host = await _fetched(MediaRef(kind="file", place=0, media_id="3abc"), app_media=app_media)
    assert asked[0] == ("main", "3abc")
    assert told[0].unavailable_reason == reason
    assert (told[0].name == "c.txt") == (b"hello" in host.files.values()) == (error is None)


async def test_no_address_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="connectors")
    async with _serving(_answers(status=500)) as url:
        await _fetched(_file(f"{url}?sign=SECRET"))
    assert caplog.records
    assert "SECRET" not in caplog.text
