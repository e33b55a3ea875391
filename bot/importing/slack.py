"""Slack exports as an import source."""

from collections.abc import Iterator
from pathlib import Path

from bot.file_store import FileStore
from bot.importing.refusal import InputRefused
from bot.importing.source import Skipped
from connectors.events import Event
from connectors.slack.export import SlackExport
from connectors.slack.export_skipped import ExportRefused


def open_slack_export(path: Path, file_store: FileStore | None, *, workspace_url: str | None = None) -> "SlackSource":
    """Open an export ZIP. Blocks while its index and user list are read; raises ``ImportRefused``.

    ``workspace_url`` (``https://team.slack.com``) makes permalinks; an export does not hold it.
    """
    try:
        return SlackSource(path, SlackExport(path, sink=file_store, workspace_url=workspace_url))
    except ExportRefused as refusal:
        raise InputRefused(path.name, {"zh": refusal.reason("zh"), "en": refusal.reason("en")}) from None


class SlackSource:
    """An opened export; see ``ImportSource``."""

    def __init__(self, path: Path, export: SlackExport) -> None:
        self.name = path.name
        self._export = export

    @property
    def total(self) -> int:
        """Bytes of all day files, unpacked."""
        return self._export.total

    @property
    def fingerprint(self) -> str:
        """From the ZIP's own checksums."""
        return f"slack-{self._export.fingerprint}"

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What was left out so far."""
        return tuple(
            Skipped(
                path=part.path,
                code=part.code,
                reason_zh=part.reason("zh"),
                reason_en=part.reason("en"),
                count=part.count,
                imported=part.imported,
            )
            for part in self._export.skipped
        )

    @property
    def skipped_total(self) -> int:
        """Listed or not."""
        return len(self._export.skipped)

    def events(self, *, start: int = 0) -> Iterator[tuple[Event, int]]:
        """Day by day, channel by channel."""
        return self._export.events(start=start)

    def close(self) -> None:
        """Close the ZIP."""
        self._export.close()
