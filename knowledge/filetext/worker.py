"""The reading process: ``python -m knowledge.filetext.worker``. Reads one file after the other, within limits.

It has no secrets in its environment, no network where the system lets it give that up, and may be killed at any time.
Requests come on standard input, frames go to what was standard output; whatever libraries print goes to standard error.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import IO, Any, Final

from knowledge.filetext.files import read_file
from knowledge.filetext.frames import LENGTH, MAX_FRAME_BYTES, limits_from, pack, result_message, unpack
from knowledge.filetext.limits import ReadLimits
from knowledge.filetext.pages import FileKind, FileText, PageText
from knowledge.filetext.reasons import Reason

_ADDRESS_SPACE_EXTRA: Final = 2_000_000_000
"""Libraries, models and thread stacks are mapped but hardly resident; resident memory is watched from outside."""
_MAX_OPEN_FILES: Final = 256
_NICENESS: Final = 5
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000


def _confine() -> None:
    """Give up what reading files does not need. Each step is one more fence, so a system without it is no failure."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))
    os.nice(_NICENESS)
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.geteuid() == 0:
        libc.unshare(_CLONE_NEWNET)
    else:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _limit(limits: ReadLimits) -> None:
    """Limits of the coming job. Processor time adds up over jobs, so its limit moves on; threads count together."""
    address_space = limits.memory_bytes + _ADDRESS_SPACE_EXTRA
    resource.setrlimit(resource.RLIMIT_AS, (address_space, resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + limits.seconds * (os.cpu_count() or 1)) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.max_unpacked_bytes, resource.RLIM_INFINITY))


def _rss_bytes() -> int:
    try:
        resident = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0  # not Linux: the bot's own watch measures it
    return int(resident) * resource.getpagesize()


def _read(request: dict[str, Any], output: IO[bytes]) -> FileText:
    def send_page(page: PageText) -> None:
        output.write(pack({"page": [page.label, page.text]}))
        output.flush()

    def send_kind(kind: FileKind, media_type: str) -> None:
        output.write(pack({"kind": [kind, media_type]}))
        output.flush()

    limits = limits_from(request["limits"])
    _limit(limits)
    try:
        return read_file(
            Path(request["path"]),
            name=request["name"],
            media_type=request["media_type"],
            limits=limits,
            on_kind=send_kind,
            on_page=send_page,
        )
    except MemoryError:
        return FileText(kind="unknown", media_type="application/octet-stream", reason="too_much_memory")
    except OSError as error:
        print(f"{type(error).__name__} {error.strerror}", file=sys.stderr)  # noqa: T201  # standard error is the log
        return FileText(kind="unknown", media_type="application/octet-stream", reason="crashed")
    except Exception as error:  # noqa: BLE001  # any bug of a parsing library becomes a reason, never the bot's failure
        print(f"{type(error).__name__}: {error}"[:500], file=sys.stderr)  # noqa: T201  # standard error is the log
        reason: Reason = "too_much_memory" if "alloc" in str(error).lower() else "crashed"
        return FileText(kind="unknown", media_type="application/octet-stream", reason=reason)


def main() -> None:
    """Serve jobs until standard input ends."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _confine()
    output.write(pack({"ready": True}))
    output.flush()
    requests = sys.stdin.buffer
    while True:
        head = requests.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return
        size = LENGTH.unpack(head)[0]
        if size > MAX_FRAME_BYTES:
            return
        result = _read(unpack(requests.read(size)), output)
        output.write(pack(result_message(result, rss_bytes=_rss_bytes())))
        output.flush()


if __name__ == "__main__":
    main()
