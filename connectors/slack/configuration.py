"""What the connector is told: tokens, addresses and limits."""

from dataclasses import dataclass, field
from typing import Literal

BASE_URL = "https://slack.com/api/"
FILE_HOSTS = ("files.slack.com", "*.slack.com", "slack-files.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceTokens:
    """One installed app. Secrets are not part of its ``repr``."""

    name: str
    """Named by people in the settings, such as ``main``; part of the HTTP path of any but the first."""
    bot_token: str = field(repr=False)
    app_token: str | None = field(default=None, repr=False)
    """``xapp-…``, for Socket Mode."""
    signing_secret: str | None = field(default=None, repr=False)
    """For HTTP mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfiguration:
    """Everything that the connector needs to know; made from the settings."""

    workspaces: tuple[WorkspaceTokens, ...]
    mode: Literal["socket", "http"] = "socket"
    base_url: str = BASE_URL
    file_hosts: tuple[str, ...] = FILE_HOSTS
    """Hosts that get the token when a file is fetched: a name, ``*.`` before it for those below it, ``:port`` after it.

    Only HTTPS, except for loopback addresses.
    """
    proxy: str | None = None
    max_file_bytes: int = 100_000_000
    file_seconds: float = 120.0
    """Longest time that fetching one file may take."""
    history_days: int | None = None
    """How far back history is read; None: to the beginning."""
    reread_days: int = 14
    """How much is read again after a gap, for edits, deletions and new replies to older threads."""
    archive_external: bool = False
    """Whether channels shared with another organisation are archived: part of it is theirs."""
    membership_seconds: float = 300.0
    """For how long what is known about who is in a private channel counts."""
    permalinks: bool = True
