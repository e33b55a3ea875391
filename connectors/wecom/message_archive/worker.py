"""The worker process: does what it is asked with the native SDK, and knows nothing from one request to the next.

Requests and replies are frames on standard input and output. It ends as soon as its input does, even inside a call that
hangs, so that it never outlives the bot. Started by ``process.WorkerProcess``.
"""

import base64
import binascii
import contextlib
import json
import os
import queue
import resource
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from connectors.wecom.message_archive.frames import Frame, FrameBroken, Words, packed, read_frame
from connectors.wecom.message_archive.keys import KeyMissing, KeyWrong, PrivateKeys
from connectors.wecom.message_archive.sdk import FinanceSdk, SdkError, SdkMissing

_LAST_SECONDS = 2.0
"""What a call may still take when nobody waits for it any more."""
_FRAME_BYTES = 256 << 10
"""Replies with many messages come in frames of about this size, so that reading one does not hold up the bot."""
_WRONG_KEY = frozenset({10006, 10008})
_SHORTEST = 16
"""The SDK ends the process over less."""
_KEPT = ("seq", "msgid", "publickey_ver", "encrypt_random_key", "encrypt_chat_msg")


def main() -> None:
    """Serve until the input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what lies in its memory must not lie on a disk
    output = _own_output()
    frames: queue.Queue[Frame | None] = queue.Queue(maxsize=1)
    threading.Thread(target=_read, args=(sys.stdin.buffer, frames), daemon=True).start()
    begin = frames.get()
    if begin is None:
        return
    try:
        sdk, keys = _opened(begin[0])
    except SdkMissing:
        _say(output, {"problem": "sdk_missing"})
        return
    except SdkError as error:
        _say(output, {"problem": "refused", "code": error.code})
        return
    _say(output, {"ready": True, "versions": keys.versions, "unreadable": keys.unreadable})
    while (frame := frames.get()) is not None:
        for words, data in _replies(sdk, keys, frame[0]):
            _say(output, words, data)
    sdk.close()


def _own_output() -> BinaryIO:
    """Standard output for frames alone: whatever the library prints goes where errors go."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


def _read(stream: BinaryIO, frames: "queue.Queue[Frame | None]") -> None:
    """Runs in a thread of its own: the end of the input is seen while the SDK is busy or hangs."""
    with contextlib.suppress(FrameBroken):
        while (frame := read_frame(stream)) is not None:
            frames.put(frame)
    with contextlib.suppress(queue.Full):
        frames.put(None, timeout=1.0)
    threading.Event().wait(_LAST_SECONDS)
    os._exit(1)


def _say(output: BinaryIO, words: Words, data: bytes = b"") -> None:
    output.write(packed(words, data))
    output.flush()


def _opened(words: Words) -> tuple[FinanceSdk, PrivateKeys]:
    keys = PrivateKeys({int(version): Path(path) for version, path in words["keys"].items()})
    sdk = FinanceSdk(
        Path(words["sdk"]),
        corp_id=words["corp_id"],
        secret=words["secret"],
        proxy=words["proxy"],
        proxy_login=words["proxy_login"],
        seconds=words["seconds"],
    )
    return sdk, keys


def _replies(sdk: FinanceSdk, keys: PrivateKeys, asked: Words) -> Iterator[Frame]:
    """The last one is marked as such."""
    match asked["do"]:
        case "pull":
            yield from _pulled(sdk, asked["seq"], asked["limit"])
        case "open":
            for message in asked["messages"]:
                yield _message(sdk, keys, message), b""
            yield {"last": True}, b""
        case "media":
            yield _media(sdk, asked["file"], asked["index"])
        case _:
            yield {"last": True, "code": 10000}, b""


def _pulled(sdk: FinanceSdk, seq: int, limit: int) -> Iterator[Frame]:
    try:
        answer = json.loads(sdk.chat_data(seq, limit), strict=False)
        if answer.get("errcode"):
            raise SdkError("GetChatData", int(answer["errcode"]))
        messages = [_sealed(message) for message in answer.get("chatdata") or ()]
    except SdkError as error:
        yield {"last": True, "code": error.code}, b""
        return
    except (ValueError, TypeError, AttributeError, KeyError):
        yield {"last": True, "code": 10002}, b""
        return
    together: list[Words] = []
    size = 0
    for message in messages:
        together.append(message)
        size += len(message["encrypt_chat_msg"])
        if size >= _FRAME_BYTES:
            yield {"messages": together}, b""
            together, size = [], 0
    yield {"last": True, "messages": together, "count": len(messages)}, b""


def _sealed(message: Words) -> Words:
    kept: Words = {name: message.get(name) for name in _KEPT}
    return {
        "seq": int(kept["seq"]),
        "msgid": str(kept["msgid"] or f"seq-{kept['seq']}"),
        "publickey_ver": int(kept["publickey_ver"] or 0),
        "encrypt_random_key": str(kept["encrypt_random_key"] or ""),
        "encrypt_chat_msg": str(kept["encrypt_chat_msg"] or ""),
    }


def _message(sdk: FinanceSdk, keys: PrivateKeys, sealed: Words) -> Words:
    try:
        key = keys.opened(sealed["publickey_ver"], sealed["encrypt_random_key"])
        if len(base64.b64decode(sealed["encrypt_chat_msg"], validate=True)) < _SHORTEST:
            return {"problem": "unreadable"}
        opened: Any = json.loads(sdk.decrypted(key, sealed["encrypt_chat_msg"]), strict=False)
    except KeyMissing:
        return {"problem": "key_missing"}
    except KeyWrong:
        return {"problem": "key_wrong"}
    except SdkError as error:
        return {"problem": "key_wrong" if error.code in _WRONG_KEY else "unreadable", "code": error.code}
    except (ValueError, binascii.Error):
        return {"problem": "unreadable"}
    return {"message": opened} if isinstance(opened, dict) else {"problem": "unreadable"}


def _media(sdk: FinanceSdk, file: str, index: str) -> Frame:
    try:
        piece = sdk.media(file, index)
    except SdkError as error:
        return {"last": True, "code": error.code}, b""
    return {"last": True, "index": piece.index, "is_last": piece.is_last}, piece.data


if __name__ == "__main__":
    main()
