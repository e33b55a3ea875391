"""The native SDK of the message archive. Only the worker process loads it: it may crash, and it may hang."""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TEXT = ctypes.c_char_p
_POINTER = ctypes.c_void_p
"""Also of results that are read with a length: ``c_char_p`` would stop at the first zero byte."""

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "NewSdk": (_POINTER, []),
    "Init": (ctypes.c_int, [_POINTER, _TEXT, _TEXT]),
    "DestroySdk": (None, [_POINTER]),
    "GetChatData": (
        ctypes.c_int,
        [_POINTER, ctypes.c_ulonglong, ctypes.c_uint, _TEXT, _TEXT, ctypes.c_int, _POINTER],
    ),
    "DecryptData": (ctypes.c_int, [_TEXT, _TEXT, _POINTER]),
    "GetMediaData": (ctypes.c_int, [_POINTER, _TEXT, _TEXT, _TEXT, _TEXT, ctypes.c_int, _POINTER]),
    "NewSlice": (_POINTER, []),
    "FreeSlice": (None, [_POINTER]),
    "GetContentFromSlice": (_POINTER, [_POINTER]),
    "GetSliceLen": (ctypes.c_int, [_POINTER]),
    "NewMediaData": (_POINTER, []),
    "FreeMediaData": (None, [_POINTER]),
    "GetOutIndexBuf": (_POINTER, [_POINTER]),
    "GetIndexLen": (ctypes.c_int, [_POINTER]),
    "GetData": (_POINTER, [_POINTER]),
    "GetDataLen": (ctypes.c_int, [_POINTER]),
    "IsMediaDataFinish": (ctypes.c_int, [_POINTER]),
}


class SdkMissing(Exception):
    """There is no library at the path, it is of another machine, or it is not the SDK."""


class SdkError(Exception):
    """A function of the SDK returned ``code``; §7.2 of the protocol says what each means."""

    def __init__(self, call: str, code: int) -> None:
        super().__init__(f"{call}: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a file; ``index`` asks for the next one."""

    data: bytes
    index: str
    is_last: bool


class FinanceSdk:
    """One SDK object, initialised. Everything here blocks, and everything that the SDK allocates is freed."""

    def __init__(
        self, path: Path, *, corp_id: str, secret: str, proxy: str = "", proxy_login: str = "", seconds: int = 20
    ) -> None:
        """Raises ``SdkMissing`` and ``SdkError``; ``seconds`` is the time that a request over the network may take."""
        self._library = _loaded(path)
        self._proxy, self._proxy_login, self._seconds = proxy.encode(), proxy_login.encode(), seconds
        self._sdk = self._library.NewSdk()
        if not self._sdk:
            raise SdkError("NewSdk", 10003)
        code = self._library.Init(self._sdk, corp_id.encode(), secret.encode())
        if code:
            self.close()
            raise SdkError("Init", code)

    def chat_data(self, seq: int, limit: int) -> bytes:
        """JSON with at most ``limit`` messages whose number is greater than ``seq``."""
        with self._slice() as found:
            code = self._library.GetChatData(
                self._sdk, seq, limit, self._proxy, self._proxy_login, self._seconds, found
            )
            if code:
                raise SdkError("GetChatData", code)
            return self._content(found)

    def decrypted(self, key: bytes, message: str) -> bytes:
        """The JSON of one message; ``key`` is what the RSA key opened."""
        with self._slice() as found:
            code = self._library.DecryptData(key, message.encode(), found)
            if code:
                raise SdkError("DecryptData", code)
            return self._content(found)

    def media(self, file: str, index: str) -> Piece:
        """The piece of a file at ``index``, empty for the first."""
        media = self._library.NewMediaData()
        if not media:
            raise SdkError("NewMediaData", 10003)
        try:
            code = self._library.GetMediaData(
                self._sdk, index.encode(), file.encode(), self._proxy, self._proxy_login, self._seconds, media
            )
            if code:
                raise SdkError("GetMediaData", code)
            following = _bytes(self._library.GetOutIndexBuf, self._library.GetIndexLen, media)
            return Piece(
                data=_bytes(self._library.GetData, self._library.GetDataLen, media),
                index=following.rstrip(b"\0").decode("ascii", "replace"),
                is_last=bool(self._library.IsMediaDataFinish(media)),
            )
        finally:
            self._library.FreeMediaData(media)

    def close(self) -> None:
        """Let go of the SDK object."""
        if self._sdk:
            self._library.DestroySdk(self._sdk)
            self._sdk = None

    @contextmanager
    def _slice(self) -> Iterator[int]:
        found = self._library.NewSlice()
        if not found:
            raise SdkError("NewSlice", 10003)
        try:
            yield found
        finally:
            self._library.FreeSlice(found)

    def _content(self, found: int) -> bytes:
        return _bytes(self._library.GetContentFromSlice, self._library.GetSliceLen, found).rstrip(b"\0")


def _loaded(path: Path) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(str(path))
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise SdkMissing(str(path)) from error
    return library


def _bytes(content: Callable[[int], int | None], length: Callable[[int], int], of: int) -> bytes:
    where, size = content(of), length(of)
    if size < 0 or (size and not where):
        raise SdkError("content", 10002)
    return ctypes.string_at(where, size) if where and size else b""
