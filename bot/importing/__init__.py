"""Imports: sources that yield events, and the driver that hands them over in durable batches."""

from bot.importing.folder import open_folder
from bot.importing.jsonl import open_jsonl
from bot.importing.progress import BarProgress, ImportProgress, SilentProgress
from bot.importing.resume import ResumeMarks
from bot.importing.run import ImportReport, run_import
from bot.importing.slack import open_slack_export
from bot.importing.source import ImportSource, Skipped

__all__ = [
    "BarProgress",
    "ImportProgress",
    "ImportReport",
    "ImportSource",
    "ResumeMarks",
    "SilentProgress",
    "Skipped",
    "open_folder",
    "open_jsonl",
    "open_slack_export",
    "run_import",
]
