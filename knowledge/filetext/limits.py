"""How much a single file may cost."""

from dataclasses import dataclass

_PATIENCE = 4.0
"""The time may stretch this many times while the reader hardly gets a processor."""
_BUSY_SHARE = 0.5
"""A reader that gets this share of a processor is not held up by others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """Limits for reading one file. Sizes are in bytes, times in seconds.

    What is over a size limit is cut and marked as truncated where that is possible, and refused otherwise.
    """

    max_bytes: int = 100_000_000
    """Files larger than this are not opened."""
    seconds: float = 60.0
    """Time for a file; pages read until then are kept. Wall time, stretched where other work keeps the processor."""
    memory_bytes: int = 2_000_000_000
    """Resident memory of the reading process."""
    max_chars: int = 2_000_000
    """Characters of text kept from one file, members and attachments included."""
    max_unpacked_bytes: int = 400_000_000
    """Bytes that all members of an archive or office file may unpack to together."""
    max_members: int = 300
    """Members of an archive that are read; further ones are listed only."""
    max_depth: int = 2
    """Archives and e-mails inside one another that are opened."""
    max_image_pixels: int = 80_000_000
    """Pictures with more pixels are not decoded."""
    ocr: bool = True
    """Whether text is read off pictures and scanned pages."""

    def __post_init__(self) -> None:
        for name in ("max_bytes", "seconds", "memory_bytes", "max_chars", "max_unpacked_bytes", "max_image_pixels"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive")

    def spent_share(self, *, wall: float, processor: float) -> float:
        """How much of the time is over after these seconds of wall and processor time: 1 is all of it."""
        own = max(processor / _BUSY_SHARE, wall / _PATIENCE)
        return min(wall, own) / self.seconds
