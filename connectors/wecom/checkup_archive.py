"""Whether the message archive can be read: the SDK's file, the keys, and what the SDK says when it is asked."""

import asyncio
import platform
from collections.abc import AsyncIterator
from pathlib import Path

from connectors.wecom.checkup_findings import Finding, Voice
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.message_archive.frames import Words
from connectors.wecom.message_archive.keys import PrivateKeys
from connectors.wecom.message_archive.process import WorkerAway, WorkerGone, WorkerProcess
from connectors.wecom.message_archive.standing import Standing
from connectors.wecom.message_archive.timing import Timing

_MACHINES = {0x3E: "x86_64", 0xB7: "aarch64"}
_ELF = b"\x7fELF"
_TIMING = Timing(start=15.0, sdk=10, reply=20.0)


async def archive_findings(configuration: WeComConfiguration, say: Voice) -> AsyncIterator[Finding]:
    """Loads the SDK in a process of its own and asks it for one message, which is thrown away."""
    archive = configuration.message_archive
    if archive is None:
        return
    unreadable = (await asyncio.to_thread(PrivateKeys, archive.private_keys)).unreadable
    versions = ", ".join(str(version) for version in sorted(archive.private_keys) if version not in unreadable)
    if unreadable:
        told = ", ".join(map(str, sorted(unreadable)))
        yield say.failed("private keys", "keys_unreadable", advice="private_key", versions=told)
    else:
        yield say.ok("private keys", "private_keys", versions=versions)
    wrong = await asyncio.to_thread(_wrong_file, archive.sdk, say)
    if wrong is not None:
        yield wrong
        return
    standing = Standing()
    worker = WorkerProcess(configuration, standing, _TIMING)
    code = 0

    async def take(words: Words, _: bytes) -> None:
        nonlocal code
        code = code or int(words.get("code") or 0)

    try:
        await worker.ask({"do": "pull", "seq": 0, "limit": 1}, take)
    except (WorkerAway, WorkerGone):
        pass
    finally:
        await worker.close()
    if code:
        standing.set_refused(code)
    notices = [problem.notice(say.language) for problem in standing.problems if not problem.code.startswith("key_")]
    for notice in notices:
        yield say.failed("sdk", "refused", advice="as_told", told=notice.sentence, hint=notice.hint)
    if not notices:
        yield say.ok("sdk", "sdk_fits", path=archive.sdk, machine=platform.machine())


def _wrong_file(path: Path, say: Voice) -> Finding | None:
    """What is wrong with the library at first sight. Blocking."""
    try:
        with path.open("rb") as file:
            head = file.read(20)
    except OSError:
        return say.failed("sdk", "sdk_not_there", advice="sdk", path=path)
    if head[:4] != _ELF or len(head) < 20:
        return say.failed("sdk", "sdk_no_library", advice="sdk", path=path)
    number = int.from_bytes(head[18:20], "little")
    wanted, machine = _MACHINES.get(number, hex(number)), platform.machine()
    if wanted != {"amd64": "x86_64", "arm64": "aarch64"}.get(machine.lower(), machine):
        return say.failed("sdk", "sdk_other_machine", advice="sdk", path=path, wanted=wanted, machine=machine)
    return None
