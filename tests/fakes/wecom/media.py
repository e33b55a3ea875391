"""Files: temporary media by id (three days), and the robot's encrypted downloads by address (five minutes)."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from tests.fakes.wecom.clock import DAY, MINUTE, Clock
from tests.fakes.wecom.crypto import encrypt_bytes, new_encoding_aes_key, raw_key
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.refusals import Refusal

MediaType = Literal["file", "image", "video", "voice"]
_MEGABYTE = 1024 * 1024
LARGEST: dict[str, int] = {
    "image": 10 * _MEGABYTE,
    "voice": 2 * _MEGABYTE,
    "video": 10 * _MEGABYTE,
    "file": 20 * _MEGABYTE,
}
_MAGIC = {"voice": (b"#!AMR",), "image": (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")}
_PLAIN_NAME = re.compile(r';\s*filename="((?:[^"\\]|\\.)*)"|;\s*filename=([^;\s]+)')


@dataclass(frozen=True, kw_only=True)
class Media:
    """An uploaded file; ``owner`` is ``corp``, a webhook's key or a bot id: only there is the id good for anything."""

    media_id: str
    media_type: str
    name: str
    data: bytes
    owner: str
    until: float


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that a person sent, behind a signed address: encrypted for a robot, plain for an app."""

    body: bytes
    name: str
    until: float


@dataclass(kw_only=True)
class MediaStore:
    """All files of the platform."""

    clock: Clock
    ledger: Ledger
    base_url: str = ""
    _media: dict[str, Media] = field(default_factory=dict)
    _downloads: dict[str, Download] = field(default_factory=dict)

    def keep(self, media_type: str, name: str, data: bytes, *, owner: str) -> Media:
        """Store an upload, or raise what is wrong with it."""
        if media_type not in LARGEST:
            raise Refusal(40004)
        if len(name.encode()) > 256:
            raise Refusal(40058, "filename exceed max length 256")
        smallest = 6 if owner == "corp" else 5
        if not smallest <= len(data) <= LARGEST[media_type]:
            raise Refusal(40009 if media_type == "image" else 40006, f"{len(data)} bytes")
        if not data.startswith(_MAGIC.get(media_type, (b"",))):
            raise Refusal(40004, f"no {media_type}")
        media = Media(
            media_id=f"3{secrets.token_urlsafe(40)}",
            media_type=media_type,
            name=name,
            data=data,
            owner=owner,
            until=self.clock.time() + 3 * DAY,
        )
        self._media[media.media_id] = media
        return media

    def find(self, media_id: object, *, owner: str, media_type: str | None = None) -> Media:
        """A file by id for one who may use it. Raises 40007 when unknown, foreign, of another type or too old."""
        media = self._media.get(media_id) if isinstance(media_id, str) else None
        if media is None or media.owner != owner or self.clock.time() > media.until:
            raise Refusal(40007)
        if media_type is not None and media.media_type != media_type:
            raise Refusal(40007, f"the media is a {media.media_type}")
        return media

    def expire(self, media_id: str) -> None:
        """Let one media id become too old at once."""
        media = self._media[media_id]
        self._media[media_id] = Media(**{**media.__dict__, "until": self.clock.time() - 1})

    def offer(self, name: str, data: bytes, *, key: str | None) -> str:
        """The address where a file lies for five minutes, encrypted with an encoded key if there is one."""
        token = secrets.token_urlsafe(16)
        self._downloads[token] = Download(
            body=data if key is None else encrypt_bytes(raw_key(key), data),
            name=name,
            until=self.clock.time() + 5 * MINUTE,
        )
        return f"{self.base_url}/cos/{token}?sign={secrets.token_hex(20)}"

    async def download(self, request: web.Request) -> web.Response:
        """Serve such an address; 403 with the storage's own XML when it is too late."""
        found = self._downloads.get(request.match_info["token"])
        refusal = None if found and self.clock.time() <= found.until else Refusal(40007, "the address is not valid")
        self.ledger.note("media", "download", {}, refusal)
        if found is None or refusal:
            xml = "<?xml version='1.0' encoding='utf-8' ?><Error><Code>AccessDenied</Code></Error>"
            return web.Response(status=403, text=xml, content_type="application/xml")
        return web.Response(body=found.body, headers={"Content-Disposition": disposition(found.name)})


def file_key(number: int) -> str:
    """An ``aeskey`` of the long connection: sometimes with its ``=``, sometimes without."""
    return new_encoding_aes_key() + ("=" if number % 2 else "")


def disposition(name: str) -> str:
    """The header that carries a name: plain ASCII for old readers, the real one in ``filename*``."""
    plain = name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def plain_file_name(header: str) -> str | None:
    """The ``filename`` of an uploaded part as the platform reads it: only the plain parameter, not ``filename*``."""
    found = _PLAIN_NAME.search(header)
    if found is None:
        return None
    raw = found.group(1) if found.group(1) is not None else found.group(2)
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


async def uploaded_part(request: web.Request) -> tuple[str, bytes]:
    """Name and bytes of the multipart field ``media``. Raises 44001 when there is none with a plain ``filename``."""
    if not request.content_type.startswith("multipart/"):
        raise Refusal(44001, "no multipart body")
    async for field_ in await request.multipart():
        if not isinstance(field_, BodyPartReader):
            continue
        header = field_.headers.get("Content-Disposition", "")
        if re.search(r';\s*name="?media"?(;|$)', header):
            name = plain_file_name(header)
            if name:
                return name, bytes(await field_.read(decode=False))
    raise Refusal(44001, "no field media with a filename")
