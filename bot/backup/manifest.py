"""What is in a backup: its last member, which lists every other one with its checksum.

manifest.json      this
truth.db           SQLite, of one moment, without what was deleted
files/SHA256       shared files that the truth names
shiguang.toml      settings that differ from the defaults, without secrets
sample.json        when the sample archive was loaded, where it was
qdrant/…           the embedded engine's folder, with ``--with-vectors``
"""

import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict

FORMAT = 1
MANIFEST = "manifest.json"
TRUTH = "truth.db"
SETTINGS = "shiguang.toml"
SAMPLE = "sample.json"
_SHARED_FILE = re.compile(r"files/[0-9a-f]{64}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(_Part):
    """A member's checksum and size."""

    sha256: str
    size: int


class Vectors(_Part):
    """What made the vectors of a backup."""

    schema_version: int | str
    embedding_model: str
    dimension: int
    tokenizer: str


class Manifest(_Part):
    """Versions and members. Whoever restores compares all of it before anything is touched."""

    format: Literal[1]
    made_at: datetime
    shiguang: str
    truth_schema: str
    vectors: Vectors | None
    messages: int
    files: int
    members: dict[str, Member]


def is_member_name(name: str) -> bool:
    """Whether a backup may hold this: nothing that leads out of its folder, and nothing that is not listed above."""
    if name in (TRUTH, SETTINGS, SAMPLE) or _SHARED_FILE.fullmatch(name):
        return True
    path = PurePosixPath(name)
    return (
        len(path.parts) > 1
        and path.parts[0] == "qdrant"
        and name == str(path)
        and not path.is_absolute()
        and not any(part in ("..", ".") or "\\" in part or "\0" in part for part in path.parts)
    )
