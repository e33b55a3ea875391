"""The desk's files: read once at the start, served from memory with an entity tag."""

import hashlib
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent / "static"
_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    media_type: str
    tag: str


class Assets:
    """HTML, styles and scripts as they lie in ``static``; all pages' texts as ``i18n/zh.json`` and ``en.json``."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._assets: dict[str, _Asset] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith("i18n/"):
                media_type = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
                self._add(name, path.read_bytes(), media_type or "application/octet-stream")
        for language in _LANGUAGES:
            texts = json.dumps(merged_texts(folder / "i18n" / language), ensure_ascii=False, sort_keys=True)
            self._add(f"i18n/{language}.json", texts.encode(), "application/json")

    def page(self, request: web.Request, name: str) -> web.Response:
        """One of the HTML pages."""
        return self._send(request, name)

    async def asset(self, request: web.Request) -> web.Response:
        """``GET /admin/static/…``; raises ``LookupError`` for anything else than a known file."""
        name = request.match_info["path"]
        if name not in self._assets or name.endswith(".html"):
            raise LookupError(name)
        return self._send(request, name)

    def _add(self, name: str, body: bytes, media_type: str) -> None:
        self._assets[name] = _Asset(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:20]}"')

    def _send(self, request: web.Request, name: str) -> web.Response:
        asset = self._assets[name]
        headers = {"ETag": asset.tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == asset.tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=asset.body, content_type=asset.media_type, charset="utf-8", headers=headers)


def merged_texts(folder: Path) -> Mapping[str, str]:
    """The texts of every page in one; raises ``ValueError`` when two pages claim one key."""
    merged: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        texts = json.loads(path.read_text("utf-8"))
        claimed = merged.keys() & texts.keys()
        if claimed:
            raise ValueError(f"{path.name}: {min(claimed)!r} is a text of another page, too")
        merged |= texts
    return merged
