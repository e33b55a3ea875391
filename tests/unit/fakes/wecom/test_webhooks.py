"""The group's webhook: its key, its bytes and its twenty a minute."""

import base64
import hashlib
from typing import Any

import aiohttp
import pytest

from tests.fakes.wecom import FakeWeCom, ManualClock
from tests.unit.fakes.wecom.conftest import PNG

Json = dict[str, Any]


async def _send(fake: FakeWeCom, http: aiohttp.ClientSession, body: Any) -> int:
    async with http.post(fake.addresses.webhook_url, json=body) as response:
        assert response.status == 200
        return int((await response.json())["errcode"])


def _of(msgtype: str, **content: Any) -> Json:
    return {"msgtype": msgtype, msgtype: content}


def _image(md5: str | None = None) -> Json:
    right = hashlib.md5(PNG, usedforsecurity=False).hexdigest()
    return _of("image", base64=base64.b64encode(PNG).decode(), md5=md5 or right)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (_of("text", content="字" * 682), 0),
        (_of("text", content="字" * 683), 40058),
        (_of("markdown", content="字" * 1365), 0),
        (_of("markdown", content="字" * 1366), 40058),
        (_of("markdown_v2", content="字" * 1366), 40058),
        (_of("markdown", content=""), 44004),
        (_image(), 0),
        (_image("0" * 32), 40058),
        (_of("news", articles=[{"title": "x", "url": "https://example.org"}]), 0),
        (_of("news", articles=[{"title": "x", "url": "https://example.org"}] * 9), 40058),
        (_of("file", media_id="x"), 40007),
        (_of("stream", content="x"), 40008),
        (_of("template_card", card_type="button_interaction"), 40058),
        (
            _of(
                "template_card",
                card_type="text_notice",
                sub_title_text="x",
                card_action={"type": 1, "url": "https://example.org"},
            ),
            0,
        ),
        ([], 40058),
    ],
)
async def test_limits(fake: FakeWeCom, http: aiohttp.ClientSession, body: Any, code: int) -> None:
    assert await _send(fake, http, body) == code
    assert len(fake.screen.of("wrPUMPS")) == (code == 0)


async def test_twenty_a_minute_then_a_minute_of_nothing(
    fake: FakeWeCom, http: aiohttp.ClientSession, clock: ManualClock
) -> None:
    codes = [await _send(fake, http, _of("text", content="x")) for _ in range(21)]
    assert codes == [0] * 20 + [45009]
    clock.advance(59)
    assert await _send(fake, http, _of("text", content="x")) == 45009
    clock.advance(2)
    assert await _send(fake, http, _of("text", content="x")) == 0


async def test_trouble(fake: FakeWeCom, http: aiohttp.ClientSession) -> None:
    fake.faults.refuse_next("webhook/send", -1)
    assert [await _send(fake, http, _of("text", content="x")) for _ in range(2)] == [-1, 0]
    assert [(call.surface, call.errcode) for call in fake.ledger.refusals] == [("webhook", -1)]


async def test_another_key(fake: FakeWeCom, http: aiohttp.ClientSession) -> None:
    url = fake.addresses.webhook_url
    fake.world.webhook.key = "changed"
    async with http.post(url, json=_of("text", content="x")) as response:
        assert (await response.json())["errcode"] == 93000


async def test_a_file_of_this_webhook_only(fake: FakeWeCom, http: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("media", b"a long text", filename="日报.md")
    url = fake.addresses.webhook_url.replace("/send?", "/upload_media?type=file&")
    async with http.post(url, data=form) as response:
        media = await response.json()
    assert media["errcode"] == 0
    assert await _send(fake, http, _of("file", media_id=media["media_id"])) == 0
    assert fake.screen.of("wrPUMPS")[0].file_name == "日报.md"
    foreign = fake.media.keep("file", "a", b"123456", owner="corp")
    assert await _send(fake, http, _of("file", media_id=foreign.media_id)) == 40007
    async with http.post(url.replace("type=file", "type=image"), data=aiohttp.FormData({"media": "x"})) as response:
        assert (await response.json())["errcode"] == 40004
