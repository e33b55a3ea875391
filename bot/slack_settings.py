"""The ``slack`` section of the settings, and what the connector makes of it."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from connectors.slack.configuration import BASE_URL, FILE_HOSTS, SlackConfiguration, WorkspaceTokens

FIRST = "main"
"""The name of the workspace whose tokens stand in the section itself."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_BEGINNINGS = {"bot_token": "xoxb-", "app_token": "xapp-"}
_KINDS = {
    "xoxb-": "a bot token (slack.bot_token)",
    "xapp-": "an app-level token (slack.app_token)",
    "xoxp-": "a user token, which the bot does not use",
}


class _Tokens(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    bot_token: SecretStr | None = None
    """``xoxb-…``, from "OAuth & Permissions" of the app."""
    app_token: SecretStr | None = None
    """``xapp-…`` with the scope ``connections:write``, for Socket Mode; from "Basic Information"."""
    signing_secret: SecretStr | None = None
    """For HTTP mode; from "Basic Information"."""

    @field_validator("bot_token", "app_token", "signing_secret")
    @classmethod
    def _is_not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        stripped = value.get_secret_value().strip() if value is not None else ""
        return SecretStr(stripped) if stripped else None

    @model_validator(mode="after")
    def _are_not_mixed_up(self) -> Self:
        for field in ("bot_token", "app_token", "signing_secret"):
            value = _plain(getattr(self, field)) or ""
            wanted = _BEGINNINGS.get(field, "")
            found = next((kind for beginning, kind in _KINDS.items() if value.startswith(beginning)), None)
            if value and not value.startswith(wanted):
                msg = f"slack.{field}: this is {found or 'no token of Slack'}; it begins with {wanted}"
                raise ValueError(msg)
            if value and not wanted and found:
                msg = f"slack.{field}: this is {found}"
                raise ValueError(msg)
        return self


class SlackWorkspaceSettings(_Tokens):
    """One more workspace: its app's tokens under a name of your own."""

    name: str

    @field_validator("name")
    @classmethod
    def _fits_into_a_path(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            msg = "a name of small letters, digits and hyphens was expected"
            raise ValueError(msg)
        return value


class SlackSettings(_Tokens):
    """The Slack connector; on when ``connectors`` names ``slack``."""

    mode: Literal["socket", "http"] = "socket"
    """``socket`` needs no public address; ``http`` serves ``/slack/events``."""
    base_url: str = BASE_URL
    file_hosts: Annotated[tuple[str, ...], NoDecode] = FILE_HOSTS
    """Hosts that get the token when a file is fetched."""
    proxy: SecretStr | None = None
    """None: the environment's (``HTTPS_PROXY``, except for what ``NO_PROXY`` names)."""
    history_days: int | None = Field(default=None, ge=1, le=36_500)
    """How far back history is read when the bot joins a channel; None: to the beginning."""
    archive_external: bool = False
    """Whether channels shared with another organisation are archived."""
    purge_after_days: int = Field(default=10, ge=1, le=18)
    """After how many days everything of a workspace that has removed the app is erased, unless it comes back. Slack's
    terms allow 14 business days."""
    workspaces: tuple[SlackWorkspaceSettings, ...] = ()
    """More workspaces, as ``[[slack.workspaces]]``."""

    @model_validator(mode="before")
    @classmethod
    def _split_file_hosts(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("file_hosts"), str):
            hosts = tuple(host.strip() for host in data["file_hosts"].split(",") if host.strip())
            return {**data, "file_hosts": hosts}
        return data

    @field_validator("base_url")
    @classmethod
    def _keeps_tokens_secret(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            msg = "an address that begins with https:// was expected"
            raise ValueError(msg)
        return value if value.endswith("/") else f"{value}/"

    @field_validator("proxy")
    @classmethod
    def _is_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("http://", "https://")):
            msg = "an address that begins with http:// or https:// was expected"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [name for name, _ in self._all()]
        double = next((name for name in names if names.count(name) > 1), None)
        if double is not None:
            msg = f"slack.workspaces: two are named {double!r}"
            raise ValueError(msg)
        return self

    def require_complete(self) -> None:
        """Raises ``ValueError`` that names the first setting that is missing to connect."""
        for name, tokens in self._all() or [(FIRST, self)]:
            key = "slack" if tokens is self else f"slack.workspaces {name!r}:"
            dot = "." if tokens is self else " "
            if tokens.bot_token is None:
                msg = f"{key}{dot}bot_token: connectors names slack, which needs it"
                raise ValueError(msg)
            if self.mode == "socket" and tokens.app_token is None:
                msg = f"{key}{dot}app_token: slack.mode is 'socket', which needs it"
                raise ValueError(msg)
            if self.mode == "http" and tokens.signing_secret is None:
                msg = f"{key}{dot}signing_secret: slack.mode is 'http', which needs it"
                raise ValueError(msg)

    def configuration(self, *, max_file_bytes: int) -> SlackConfiguration:
        """What the connector is told; complete when ``require_complete`` is silent."""
        return SlackConfiguration(
            workspaces=tuple(
                WorkspaceTokens(
                    name=name,
                    bot_token=_plain(tokens.bot_token) or "",
                    app_token=_plain(tokens.app_token),
                    signing_secret=_plain(tokens.signing_secret),
                )
                for name, tokens in self._all()
            ),
            mode=self.mode,
            base_url=self.base_url,
            file_hosts=self.file_hosts,
            proxy=_plain(self.proxy),
            max_file_bytes=max_file_bytes,
            history_days=self.history_days,
            archive_external=self.archive_external,
        )

    def _all(self) -> list[tuple[str, _Tokens]]:
        """The section's own tokens come first, unless all stand under ``workspaces``."""
        has_own = any((self.bot_token, self.app_token, self.signing_secret))
        own: list[tuple[str, _Tokens]] = [(FIRST, self)] if has_own else []
        return own + [(workspace.name, workspace) for workspace in self.workspaces]


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
