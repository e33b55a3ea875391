"""Why pip failed, from what it printed. Standard library only: ``deploy/bootstrap.py`` runs before any install."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "disk_full", "no_permission", "unreachable", "interrupted", "bad_hash", "compile", "not_offered", "other"
]


@dataclass(frozen=True)
class PipFailure:
    """A kind and one sentence in each language."""

    kind: Kind
    en: str
    zh: str


_UNREACHABLE = (
    "newconnectionerror",
    "connecttimeouterror",
    "maxretryerror",
    "nameresolutionerror",
    "proxyerror",
    "sslerror",
    "connection refused",
    "temporary failure in name resolution",
    "network is unreachable",
    "could not fetch url",
    "no route to host",
)
_INTERRUPTED = (
    "readtimeouterror",
    "read timed out",
    "incompleteread",
    "connection broken",
    "connectionreseterror",
    "remotedisconnected",
    "protocolerror",
    "incompletedownload",
    "503 server error",
    "502 server error",
    "504 server error",
    "429 client error",
)

# First match wins, so the more certain signs come first. pip says "connection broken" of an index it never reached too.
_RULES: tuple[tuple[tuple[str, ...], PipFailure], ...] = (
    (
        ("no space left on device", "errno 28", "disk quota exceeded"),
        PipFailure("disk_full", "the disk is full", "磁盘已满"),
    ),
    (
        ("permission denied", "errno 13", "read-only file system"),
        PipFailure("no_permission", "pip may not write to its folder", "pip 没有写入权限"),
    ),
    (
        ("do not match the hashes", "hashes are required", "hash mismatch"),
        PipFailure(
            "bad_hash",
            "a package does not have the checksum of the lock file; use another index or mirror",
            "有软件包的校验和与锁文件不符，请换用其他软件源",
        ),
    ),
    (
        ("failed building wheel", "failed-wheel-build", "cmake error", "could not build wheels"),
        PipFailure(
            "compile",
            "a package did not compile; the lines above say why",
            "有软件包编译失败，原因见上方输出",
        ),
    ),
    (
        _UNREACHABLE,
        PipFailure(
            "unreachable",
            "no package index can be reached; check the network, the proxy or pip's index-url",
            "无法连接软件源，请检查网络、代理或 pip 的 index-url 设置",
        ),
    ),
    (
        _INTERRUPTED,
        PipFailure(
            "interrupted",
            "the package index broke off in the middle; run it again",
            "软件源的连接中断，请再运行一次",
        ),
    ),
    (
        ("no matching distribution", "could not find a version", "404 client error"),
        PipFailure(
            "not_offered",
            "the package index does not offer a needed package; try another index or mirror",
            "软件源中没有所需的软件包，请换用其他软件源",
        ),
    ),
)


def pip_failure(output: str) -> PipFailure:
    """The most certain reason found in pip's output; kind ``other`` when nothing is recognised."""
    text = output.lower()
    for signs, failure in _RULES:
        if any(sign in text for sign in signs):
            return failure
    return PipFailure("other", "pip failed; the lines above say why", "pip 执行失败，原因见上方输出")
