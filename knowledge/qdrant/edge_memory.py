"""Giving memory back: files that loading or writing has mapped stay resident although searches hardly read them.

At 100,000 passages that is half a gigabyte: the sparse vectors, read once to build their index in memory, and all
that was written. What searches need comes back by itself from the file cache, within the first of them.
"""

import ctypes
from pathlib import Path

_MAPS = Path("/proc/self/maps")
_MADV_DONTNEED = 4


def release_mapped_files(folder: Path) -> int:
    """Let go of the resident pages of shared mappings of files below ``folder``; returns how many mappings.

    Nothing is lost: pages of a shared mapping live in the file cache, changed ones too. Linux only; elsewhere 0.
    """
    if not _MAPS.exists():
        return 0
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    within = f"{folder.resolve()}/"
    released = 0
    # The caller is the only thread that maps and unmaps these files, so no address means anything else by now.
    for line in _MAPS.read_text(errors="surrogateescape").splitlines():
        addresses, permissions, _, _, _, *path = line.split(maxsplit=5)
        if path and path[0].startswith(within) and permissions.endswith("s"):
            start, end = (int(address, 16) for address in addresses.split("-"))
            released += madvise(start, end - start, _MADV_DONTNEED) == 0
    return released
