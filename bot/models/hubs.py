"""Model hubs: where a file lies, and what the hub says of its size and checksum.

Hugging Face: ``HF_ENDPOINT`` names a mirror. ModelScope: ``MODELSCOPE_ENDPOINT`` (or its own ``MODELSCOPE_DOMAIN``).
No token is ever sent: every model of the catalogue is public.
"""

import os
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
from multidict import CIMultiDictProxy

from bot.errors import DownloadError
from bot.models.catalogue import HubFile, HubFiles, HubName

_MAX_REDIRECTS = 5
_SHA256_LENGTH = 64
_SHA1_LENGTH = 40
_ANSWER_SECONDS = 5.0
_NAMES: dict[HubName, str] = {"huggingface": "Hugging Face", "modelscope": "ModelScope"}


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file to fetch; ``size`` in bytes. ``git_sha1`` is git's blob hash, which a hub gives for small files."""

    url: str
    local_name: str
    size: int | None = None
    sha256: str | None = None
    git_sha1: str | None = None


def hub_address(hub: HubName) -> str:
    """The hub's base address, or its mirror's, without a slash at the end."""
    if hub == "huggingface":
        address = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    else:
        domain = os.environ.get("MODELSCOPE_ENDPOINT") or os.environ.get("MODELSCOPE_DOMAIN") or "www.modelscope.cn"
        address = domain if "://" in domain else f"https://{domain}"
    return address.rstrip("/")


def hub_title(hub: HubName) -> str:
    """The hub's name and, for a mirror, its host."""
    host = urlsplit(hub_address(hub)).hostname or "?"
    return f"{_NAMES[hub]} ({host})"


async def hub_answers(session: aiohttp.ClientSession, hub: HubName) -> bool:
    """Whether the hub answers at all within five seconds."""
    timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
    try:
        async with session.head(hub_address(hub), timeout=timeout, allow_redirects=False) as response:
            return response.status < 500
    except (aiohttp.ClientError, TimeoutError):
        return False


async def list_files(session: aiohttp.ClientSession, source: HubFiles) -> tuple[RemoteFile, ...]:
    """What the hub says of the wanted files; absent optional ones are left out. Raises ``DownloadError``."""
    try:
        if source.hub == "modelscope":
            return await _modelscope_files(session, source)
        found = [await _huggingface_file(session, source, file) for file in source.files]
        return tuple(file for file in found if file is not None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise DownloadError(f"{hub_title(source.hub)} {_reason(error)}") from None


def _reason(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "is not known to the name server"
        case aiohttp.ClientConnectorError() | aiohttp.InvalidURL():
            return "cannot be reached"
        case TimeoutError():
            return "does not answer in time"
        case aiohttp.ClientResponseError():
            return f"is busy or broken (HTTP {error.status})"
        case _:
            return "gave an answer that makes no sense"


def _missing(source: HubFiles, path: str) -> DownloadError:
    return DownloadError(f"{hub_title(source.hub)} does not have {source.repository}/{path}")


async def _huggingface_file(session: aiohttp.ClientSession, source: HubFiles, file: HubFile) -> RemoteFile | None:
    revision = quote(source.revision or "main", safe="")
    url = f"{hub_address('huggingface')}/{source.repository}/resolve/{revision}/{quote(file.path)}"
    headers = await _head(session, url)
    if headers is None:
        if file.optional:
            return None
        raise _missing(source, file.path)
    tag = (headers.get("X-Linked-Etag") or headers.get("ETag") or "").removeprefix("W/").strip('"').lower()
    size = headers.get("X-Linked-Size") or headers.get("Content-Length")
    return RemoteFile(
        url=url,
        local_name=file.local_name,
        size=int(size) if size else None,
        sha256=tag if len(tag) == _SHA256_LENGTH else None,
        git_sha1=tag if len(tag) == _SHA1_LENGTH else None,
    )


async def _head(session: aiohttp.ClientSession, url: str) -> "CIMultiDictProxy[str] | None":
    """Headers of a file on its hub, or None; a redirect to a storage host, which has no checksum, is not followed."""
    for _ in range(_MAX_REDIRECTS):
        headers = {"Accept-Encoding": "identity"}
        async with session.head(url, allow_redirects=False, headers=headers) as response:
            target = urljoin(url, response.headers.get("Location", url))
            same_host = urlsplit(target).netloc == urlsplit(url).netloc
            if response.status in {401, 403, 404}:
                return None
            response.raise_for_status()
            if response.status < 300 or not same_host or "X-Linked-Etag" in response.headers:
                return response.headers
            url = target
    msg = "too many redirects"
    raise ValueError(msg)


async def _modelscope_files(session: aiohttp.ClientSession, source: HubFiles) -> tuple[RemoteFile, ...]:
    base = hub_address("modelscope")
    revision = source.revision or "master"
    listing = f"{base}/api/v1/models/{source.repository}/repo/files"
    async with session.get(listing, params={"Revision": revision, "Recursive": "true"}) as response:
        if response.status == 404:
            raise _missing(source, "")
        response.raise_for_status()
        answer = await response.json(content_type=None)
    data = answer.get("Data") if isinstance(answer, dict) else None
    entries = data.get("Files") if isinstance(data, dict) else None
    by_path = {str(entry.get("Path")): entry for entry in entries or [] if isinstance(entry, dict)}
    found: list[RemoteFile] = []
    for file in source.files:
        entry = by_path.get(file.path)
        if entry is None:
            if file.optional:
                continue
            raise _missing(source, file.path)
        checksum = str(entry.get("Sha256") or "").lower()
        found.append(
            RemoteFile(
                url=f"{base}/models/{source.repository}/resolve/{quote(revision, safe='')}/{quote(file.path)}",
                local_name=file.local_name,
                size=int(entry["Size"]) if entry.get("Size") else None,
                sha256=checksum if len(checksum) == _SHA256_LENGTH else None,
            )
        )
    return tuple(found)
