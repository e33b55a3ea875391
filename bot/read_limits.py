"""Limits for reading shared files, from the settings."""

from bot.settings import Settings
from knowledge.filetext import ReadLimits


def read_limits(settings: Settings) -> ReadLimits:
    """The same for the archive and for ``shiguang extract``."""
    files = settings.files
    return ReadLimits(
        max_bytes=files.max_bytes,
        seconds=files.read_seconds,
        memory_bytes=files.read_memory_bytes,
        max_chars=files.max_text_chars,
        ocr=files.ocr,
    )
