"""A message archive for tests: a native library of ours with the ABI of WeCom's SDK, and messages sealed for it.

canned = CannedArchive(folder)                  # builds the library with the system's compiler; skips without one
canned.say({"msgtype": "text", "text": {"content": "hello"}}, roomid="wrPUMPS")
canned.media("FILE1", content)
canned.fault("GetChatData", "code 10001 2")     # see finance_sdk.c
MessageArchive(site_of(canned.configuration()))
"""

import base64
import functools
import json
import secrets
import shutil
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.wecom.configuration import MessageArchiveConfiguration, WeComConfiguration

CORP_ID = "ww0123456789abcdef"
SECRET = "archive-secret-of-the-test"
_SOURCE = Path(__file__).with_name("finance_sdk.c")


@functools.cache
def built_library() -> Path:
    """The library, built once. Skips the test where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("NO C COMPILER (cc): the message archive is not tested here")
    library = Path(mkdtemp(prefix="wecom-sdk-")) / "libWeWorkFinanceSdk_C.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"],
        check=True,
    )
    return library


@functools.cache
def private_key(version: int) -> RSAPrivateKey:
    """The same for a version in all tests of a process: making one takes a while."""
    return generate_private_key(65537, 2048)


@dataclass
class CannedArchive:
    """What WeCom has of a company's messages, in a folder."""

    folder: Path
    seq: int = 100
    offset: int = 0
    clock: int = 1_790_000_000_000
    """Of the next message, in milliseconds."""
    library: Path = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "media").mkdir(parents=True, exist_ok=True)
        self.library = self.folder / "libWeWorkFinanceSdk_C.so"
        shutil.copy(built_library(), self.library)
        (self.folder / "expect").write_text(f"{CORP_ID}\n{SECRET}\n")
        for version in (1, 2, 3):
            self.key_path(version).write_bytes(
                private_key(version).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )

    def key_path(self, version: int) -> Path:
        """The private key of a version."""
        return self.folder / f"key-{version}.pem"

    def configuration(self, *versions: int, **archive: Any) -> WeComConfiguration:
        """With these versions of the private key; all without any."""
        return configuration_of(self.folder, *versions, **archive)

    def say(self, said: Mapping[str, Any], *, version: int = 1, **common: Any) -> str:
        """A message from alice to bob, or as ``common`` says; returns its ``msgid``."""
        self.clock += 1000
        message = {
            "msgid": f"MSG{self.seq + 1}",
            "action": "send",
            "from": "alice",
            "tolist": ["bob"],
            "roomid": "",
            "msgtime": self.clock,
            **said,
            **common,
        }
        return self.put(json.dumps(message, ensure_ascii=False), str(message["msgid"]), version=version)

    def text(self, content: str, **common: Any) -> str:
        """A text in the group of the pumps."""
        common = {"roomid": "wrPUMPS", "tolist": ["bob", "carol"], **common}
        return self.say({"msgtype": "text", "text": {"content": content}}, **common)

    def recall(self, msgid: str, **common: Any) -> str:
        """Somebody takes a message back."""
        common = {"roomid": "wrPUMPS", "tolist": ["bob", "carol"], **common}
        return self.say({"action": "recall", "msgtype": "revoke", "revoke": {"pre_msgid": msgid}}, **common)

    def put(self, message: str, msgid: str, *, version: int = 1, sealed: str | None = None) -> str:
        """Any text as a message, sealed for the key of that version; ``sealed`` is put as it is."""
        key = secrets.token_hex(16).encode()
        random_key = private_key(version).public_key().encrypt(key, PKCS1v15())
        return self.append(msgid, version, base64.b64encode(random_key).decode(), sealed or _sealed(key, message))

    def append(self, msgid: str, version: int, random_key: str, sealed: str) -> str:
        """A message as the SDK gives it."""
        self.seq += 1
        line = json.dumps(
            {
                "seq": self.seq,
                "msgid": msgid,
                "publickey_ver": version,
                "encrypt_random_key": random_key,
                "encrypt_chat_msg": sealed,
            }
        ).encode()
        with (self.folder / "chat.jsonl").open("ab") as file:
            file.write(line)
        with (self.folder / "chat.idx").open("ab") as file:
            file.write(struct.pack("=QQQ", self.seq, self.offset, len(line)))
        self.offset += len(line)
        return msgid

    def media(self, sdk_file_id: str, content: bytes) -> dict[str, Any]:
        """A file; returns what a message says of it."""
        (self.folder / "media" / sdk_file_id).write_bytes(content)
        return {
            "sdkfileid": sdk_file_id,
            "md5sum": md5(content, usedforsecurity=False).hexdigest(),
            "filesize": len(content),
        }

    def fault(self, function: str, does: str | None) -> None:
        """Make a function of the SDK fail; None mends it."""
        path = self.folder / f"fault.{function}"
        if does is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(does)

    def expire(self, seq: int) -> None:
        """WeCom has nothing before this number any more."""
        (self.folder / "expired").write_text(str(seq))

    @property
    def calls(self) -> list[str]:
        """Requests over the network so far."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def leaks(self) -> str:
        """What the last worker that ended in order had not freed: slices, media, SDKs."""
        return (self.folder / "leaks").read_text().strip()


def configuration_of(folder: Path, *versions: int, **archive: Any) -> WeComConfiguration:
    """Of a connector for the archive in a folder."""
    told = {
        "secret": SECRET,
        "sdk": folder / "libWeWorkFinanceSdk_C.so",
        "private_keys": {version: folder / f"key-{version}.pem" for version in versions or (1, 2, 3)},
        "folder": folder / "partial",
        "seconds": 0.05,
    }
    return WeComConfiguration(corp_id=CORP_ID, message_archive=MessageArchiveConfiguration(**{**told, **archive}))


def _sealed(key: bytes, message: str) -> str:
    plain = b"SGD1" + message.encode("utf-8", "surrogatepass")
    stream = (key * (len(plain) // len(key) + 1))[: len(plain)]
    mixed = int.from_bytes(plain, "big") ^ int.from_bytes(stream, "big")
    return base64.b64encode(mixed.to_bytes(len(plain), "big")).decode()
