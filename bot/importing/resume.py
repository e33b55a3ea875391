"""How far an interrupted import came. A mark only saves time: reading everything again changes nothing."""

import json
import re
from pathlib import Path
from tempfile import NamedTemporaryFile

_FINGERPRINT = re.compile(r"[a-z0-9-]{1,100}")


class ResumeMarks:
    """Small files in one folder, named after the fingerprint of the input. Blocking and quick."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, fingerprint: str) -> int:
        """The position up to which everything is durable; 0 when nothing (readable) is noted."""
        try:
            position = json.loads(self._path(fingerprint).read_text("utf-8"))["position"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return 0
        return position if isinstance(position, int) and position > 0 else 0

    def save(self, fingerprint: str, position: int) -> None:
        """Note a position after its events became durable."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=self._folder, suffix=".new", delete=False) as file:
            file.write(json.dumps({"position": position}))
        Path(file.name).replace(self._path(fingerprint))

    def clear(self, fingerprint: str) -> None:
        """Forget it: the import is complete."""
        self._path(fingerprint).unlink(missing_ok=True)

    def _path(self, fingerprint: str) -> Path:
        if not _FINGERPRINT.fullmatch(fingerprint):
            msg = "not a fingerprint"
            raise ValueError(msg)
        return self._folder / f"{fingerprint}.json"
