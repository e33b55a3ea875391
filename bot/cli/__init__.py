"""The command line: ``shiguang``. Results go to standard output, progress and logs to standard error."""

from bot.cli.main import main

__all__ = ["main"]
