"""WeCom's HTTP API with the token of one Secret: limited in time, tried again where that helps, never in a loop."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, NewType

import aiohttp
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_any,
    stop_before_delay,
    wait_random_exponential,
)

from connectors.wecom.access_token import BAD_TOKEN, AccessToken
from connectors.wecom.api_pacing import ApiPacing
from connectors.wecom.configuration import API_URL
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.exchange import WeComUnreached, check, exchange
from connectors.wecom.media import Download
from connectors.wecom.media_download import opened_media
from connectors.wecom.site import Json

MediaKind = Literal["file", "image", "voice", "video"]
MediaId = NewType("MediaId", str)

BUSY = -1
TOO_OFTEN = 45009
TOO_MANY_AT_ONCE = 45033
_SETTINGS_ARE_WRONG = frozenset({40001, 40013, 60020})
_GETS = frozenset(
    {
        "agent/get",
        "appchat/get",
        "department/list",
        "get_api_domain_ip",
        "getcallbackip",
        "msgaudit/get_robot_info",
        "tag/get",
        "user/get",
    }
)
_HARMLESS_TWICE = frozenset({"message/recall", "media/upload", "msgaudit/groupchat/get", "appchat/update"})
_ATTEMPTS = 4
_SECONDS = 10.0
_ALTOGETHER_SECONDS = 30.0
_UPLOAD_SECONDS = 120.0
_MEGABYTE = 1024 * 1024
LARGEST: dict[MediaKind, int] = {
    "file": 20 * _MEGABYTE,
    "image": 10 * _MEGABYTE,
    "voice": 2 * _MEGABYTE,
    "video": 10 * _MEGABYTE,
}
"""What may be uploaded, in bytes."""
_SMALLEST = 6
_LONGEST_NAME_BYTES = 256

_log = logging.getLogger(__name__)


class _Passing(WeComError):
    """WeCom is busy: worth another try."""


class _AwayForNow(WeComAway):
    """Not reached: worth another try."""


class WeComApi:
    """Calls by the name of their path, such as ``message/send``. The session is the caller's and is not closed here."""

    def __init__(
        self,
        *,
        corp_id: str,
        secret: str,
        session: aiohttp.ClientSession,
        base_url: str = API_URL,
        proxy: str | None = None,
        pacing: ApiPacing | None = None,
        pause_seconds: float = 0.5,
    ) -> None:
        self.token = AccessToken(self._gettoken)
        self.problem: WeComError | WeComAway | None = None
        """What keeps every call from working now, if anything: wrong settings, or WeCom cannot be reached."""
        self._corp_id = corp_id
        self._secret = secret
        self._session = session
        self._base_url = base_url.rstrip("/") + "/"
        self._proxy = proxy
        self._pacing = pacing or ApiPacing()
        self._pause_seconds = pause_seconds

    async def call(self, name: str, /, **arguments: Any) -> Json:
        """Call and return the answer. Arguments that are None are left out.

        Raises ``WeComError``, ``WeComAway``, and ``WeComPaused`` while the call is made too often. What may not happen
        twice is not tried again when it may have arrived.
        """
        given = {key: value for key, value in arguments.items() if value is not None}
        is_get = name in _GETS

        async def ask(token: str) -> Json:
            query = {"access_token": token}
            if is_get:
                return await self._exchange("GET", name, params={**{k: str(v) for k, v in given.items()}, **query})
            return await self._exchange("POST", name, params=query, body=given)

        is_harmless = is_get or name in _HARMLESS_TWICE or bool(given.get("enable_duplicate_check"))
        return await self._patiently(name, lambda: self._with_token(name, ask), is_harmless=is_harmless)

    async def upload(self, *, kind: MediaKind, name: str, content: bytes) -> MediaId:
        """Upload a file; the id is good for three days, for every app of the company. Raises as ``call``."""
        call = "media/upload"
        form_name = media_name(name)
        check_size(call, kind, len(content))

        async def ask(token: str) -> Json:
            params = {"access_token": token, "type": kind}
            return await self._exchange(
                "POST", call, params=params, form=media_form(form_name, content), seconds=_UPLOAD_SECONDS
            )

        answer = await self._patiently(call, lambda: self._with_token(call, ask), is_harmless=True)
        return MediaId(str(answer.get("media_id", "")))

    def download(self, media_id: str) -> AbstractAsyncContextManager[Download]:
        """Open a file that somebody sent or that was uploaded; a transfer that breaks off is taken up where it broke.

        Raises as ``call``, also while its ``chunks`` are read.
        """
        return opened_media(
            self._session,
            self._base_url + "media/get",
            media_id=media_id,
            token=self.token,
            secrets=self._secrets,
            proxy=self._proxy,
            pause_seconds=self._pause_seconds,
        )

    async def close(self) -> None:
        """Stop asking for a token."""
        await self.token.close()

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (self._secret, self.token.shown)

    async def _gettoken(self) -> Json:
        name = "gettoken"

        async def once() -> Json:
            self._pacing.check(name)
            params = {"corpid": self._corp_id, "corpsecret": self._secret}
            answer = await self._exchange("GET", name, params=params)
            self._judge(name, answer)
            return answer

        return await self._patiently(name, once, is_harmless=True)

    async def _with_token(self, name: str, ask: Callable[[str], Awaitable[Json]]) -> Json:
        async with self._pacing.turn(name):
            token = await self.token.get()
            answer = await ask(token)
            if answer.get("errcode") in BAD_TOKEN:
                answer = await ask(await self.token.renewed(token))
            self._judge(name, answer)
            self._pacing.went_well()
            return answer

    def _judge(self, name: str, answer: Json) -> None:
        """Raise what an answer says. Of codes that pass, ``_Passing``."""
        try:
            check(name, answer, secrets=self._secrets)
        except WeComError as error:
            if error.code == TOO_OFTEN:
                _log.warning("WeCom counts too many calls of %s", name)
                raise self._pacing.too_often(name) from None
            if error.code == TOO_MANY_AT_ONCE:
                self._pacing.too_many()
            if error.code in (BUSY, TOO_MANY_AT_ONCE):
                raise _Passing(name, error.code, error.message) from None
            if error.code in _SETTINGS_ARE_WRONG:
                self.problem = error
            raise
        self.problem = None

    async def _patiently(self, name: str, once: Callable[[], Awaitable[Json]], *, is_harmless: bool) -> Json:
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type((_Passing, _AwayForNow)),
                wait=wait_random_exponential(multiplier=self._pause_seconds, max=8),
                stop=stop_any(stop_after_attempt(_ATTEMPTS), stop_before_delay(_ALTOGETHER_SECONDS)),
                reraise=True,
            ):
                with attempt:
                    try:
                        return await once()
                    except WeComAway as away:
                        if _is_worth_it(away, name, is_harmless=is_harmless):
                            raise _AwayForNow(name, away.reason) from None
                        raise
        except _Passing as error:
            raise WeComError(name, error.code, error.message) from None
        except _AwayForNow as away:
            # Not the class that is tried again: whoever asked for the token must not do so once more.
            raise WeComAway(name, away.reason) from None
        raise AssertionError("tenacity raises or tries again")

    async def _exchange(
        self,
        method: Literal["GET", "POST"],
        name: str,
        *,
        params: dict[str, str],
        body: Json | None = None,
        form: aiohttp.FormData | None = None,
        seconds: float = _SECONDS,
    ) -> Json:
        try:
            return await exchange(
                self._session,
                method,
                self._base_url + name,
                name=name,
                seconds=seconds,
                params=params,
                body=body,
                form=form,
                proxy=self._proxy,
            )
        except WeComAway as away:
            self.problem = away
            raise


def media_name(name: str) -> str:
    """A file name as WeCom takes it: on one line, without quotation marks, at most 256 bytes, its ending kept."""
    plain = "".join("_" if sign in '"\\/' or not sign.isprintable() else sign for sign in name).strip() or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or not stem or len(ending.encode()) > 16:
        stem, dot, ending = plain, "", ""
    room = _LONGEST_NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending


def media_form(name: str, content: bytes) -> aiohttp.FormData:
    """The multipart body; WeCom reads only the plain ``filename``, in UTF-8, and not ``filename*``."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("media", content, filename=name, content_type="application/octet-stream")
    return form


def check_size(call: str, kind: MediaKind, size: int) -> None:
    """Raise the error that WeCom would give for a file of this size, without sending it."""
    if not _SMALLEST <= size <= LARGEST[kind]:
        raise WeComError(call, 40009 if kind == "image" else 40006, f"{size} bytes")


def _is_worth_it(away: WeComAway, name: str, *, is_harmless: bool) -> bool:
    """Whether to ask again: surely nothing was done, or it may be done twice. A token was asked for often enough."""
    return away.call == name and (isinstance(away, WeComUnreached) or (is_harmless and type(away) is WeComAway))
