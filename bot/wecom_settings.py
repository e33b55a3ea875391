"""The ``wecom`` section of the settings, and what the connector makes of it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from connectors.wecom.configuration import (
    API_URL,
    ROBOT_URL,
    AppConfiguration,
    MessageArchiveConfiguration,
    RobotConfiguration,
    WebhookConfiguration,
    WeComConfiguration,
)

FIRST = "main"
"""The name of the robot whose ``bot_id`` stands in the section itself."""
ARCHIVE_FOLDER = "wecom"
"""Below the home: files of the message archive that are being fetched."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CORP_ID = re.compile(r"[0-9A-Za-z_-]{2,64}")
_AES_KEY = re.compile(r"[0-9A-Za-z]{43}")
_TOKEN = re.compile(r"[0-9A-Za-z]{1,32}")
_KEY_IN_ADDRESS = re.compile(r"[?&]key=([^&#]+)")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SHOWN_NAME = "拾光"

Mode = Literal["long_connection", "callback"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("name", check_fields=False)
    @classmethod
    def _fits_into_a_path(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            msg = "a name of small letters, digits and hyphens was expected"
            raise ValueError(msg)
        return value

    @field_validator("secret", "token", "encoding_aes_key", "key", check_fields=False)
    @classmethod
    def _is_not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        stripped = _plain(value).strip()
        return SecretStr(stripped) if stripped else None

    @field_validator("token", check_fields=False)
    @classmethod
    def _is_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _TOKEN.fullmatch(_plain(value)):
            msg = "up to 32 letters and digits were expected, as the admin console shows them"
            raise ValueError(msg)
        return value

    @field_validator("encoding_aes_key", check_fields=False)
    @classmethod
    def _is_an_aes_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _AES_KEY.fullmatch(_plain(value)):
            msg = f"43 letters and digits were expected (EncodingAESKey), and there are {len(_plain(value))} signs"
            raise ValueError(msg)
        return value


class RobotSettings(_Part):
    """One 智能机器人. Its secrets are of one mode: the admin console shows either pair."""

    name: str
    """Your own name for it; part of the callback's path ``/wecom/robot/<name>``."""
    shown_name: str = _SHOWN_NAME
    """What it is called in WeCom: what people mention, without ``@``."""
    mode: Mode = "long_connection"
    bot_id: str = ""
    secret: SecretStr | None = None
    """With ``bot_id``: for the long connection."""
    token: SecretStr | None = None
    """With ``encoding_aes_key``: for the callback."""
    encoding_aes_key: SecretStr | None = None

    def missing(self) -> str:
        """The first key that its mode needs; empty when there is none."""
        if self.mode == "callback":
            return _first_missing(token=self.token, encoding_aes_key=self.encoding_aes_key)
        return _first_missing(bot_id=self.bot_id, secret=self.secret)


class AppSettings(_Part):
    """One 自建应用; ``token`` and ``encoding_aes_key`` are for what people write to it (``/wecom/app/<name>``)."""

    name: str
    agent_id: int = Field(ge=1)
    secret: SecretStr | None = None
    token: SecretStr | None = None
    encoding_aes_key: SecretStr | None = None

    def missing(self) -> str:
        """As of a robot. Without both keys of the callback the app only sends."""
        if self.token is None and self.encoding_aes_key is None:
            return _first_missing(secret=self.secret)
        return _first_missing(secret=self.secret, token=self.token, encoding_aes_key=self.encoding_aes_key)


class WebhookSettings(_Part):
    """One 群机器人 (消息推送): the only secret is the ``key`` in its address."""

    name: str
    key: SecretStr | None = None
    """The key, or the whole address that WeCom shows."""
    chat_id: str = ""
    """Of the group that it posts to, such as ``wr…``; ``shiguang doctor wecom`` lists those that are known."""

    @field_validator("key")
    @classmethod
    def _of_the_address(cls, value: SecretStr | None) -> SecretStr | None:
        found = _KEY_IN_ADDRESS.search(_plain(value))
        return SecretStr(found.group(1)) if found else value


class MessageArchiveSettings(_Part):
    """会话内容存档: read by the native SDK in a process of its own."""

    secret: SecretStr | None = None
    """The archive's own, not that of an app."""
    sdk: Path | None = None
    """``libWeWorkFinanceSdk_C.so``, from WeCom's page for this machine."""
    private_keys: dict[int, Path] = {}
    """RSA private keys (PEM, no password) by ``publickey_ver``; keep the old ones."""
    seconds: float = Field(default=15.0, ge=1, le=3600)
    """Between two looks for new messages."""

    def missing(self) -> str:
        """As of a robot."""
        return _first_missing(secret=self.secret, sdk=self.sdk, private_keys=self.private_keys)


class WeComSettings(BaseModel):
    """The WeCom connector; on when ``connectors`` names ``wecom``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corp_id: str = ""
    """企业ID; apps and the message archive need it."""
    bot_id: str = ""
    """The simplest case: one robot by long connection, with ``secret``."""
    secret: SecretStr | None = None
    shown_name: str = _SHOWN_NAME
    robots: tuple[RobotSettings, ...] = ()
    apps: tuple[AppSettings, ...] = ()
    webhooks: tuple[WebhookSettings, ...] = ()
    message_archive: MessageArchiveSettings | None = None
    api_url: str = API_URL
    """For private deployments, as ``robot_url``."""
    robot_url: str = ROBOT_URL
    proxy: SecretStr | None = None
    """None: the environment's (``HTTPS_PROXY``, except for what ``NO_PROXY`` names)."""

    @field_validator("corp_id")
    @classmethod
    def _is_a_corp_id(cls, value: str) -> str:
        value = value.strip()
        if value and not _CORP_ID.fullmatch(value):
            msg = "the id of a company, such as ww0123456789abcdef, was expected"
            raise ValueError(msg)
        return value

    @field_validator("secret")
    @classmethod
    def _is_not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        stripped = _plain(value).strip()
        return SecretStr(stripped) if stripped else None

    @field_validator("api_url", "robot_url")
    @classmethod
    def _keeps_secrets(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "wss") and parts.hostname not in _LOOPBACK:
            msg = "an address that begins with https:// (of robot_url: wss://) was expected"
            raise ValueError(msg)
        return value

    @field_validator("api_url")
    @classmethod
    def _is_the_folder_of_calls(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("https", "http"):
            msg = "an address that begins with https:// was expected"
            raise ValueError(msg)
        value = value.rstrip("/")
        return f"{value}/" if value.endswith("/cgi-bin") else f"{value}/cgi-bin/"

    @field_validator("robot_url")
    @classmethod
    def _is_of_a_socket(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("wss", "ws"):
            msg = "an address that begins with wss:// was expected"
            raise ValueError(msg)
        return value

    @field_validator("proxy")
    @classmethod
    def _is_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _plain(value).startswith(("http://", "https://")):
            msg = "an address that begins with http:// or https:// was expected"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        # Robots and apps share names: the direct chat of a person with one is named by it.
        robots_and_apps = [robot.name for robot in self._robots()] + [app.name for app in self.apps]
        for key, names in (
            ("wecom.robots and wecom.apps", robots_and_apps),
            ("wecom.webhooks", [webhook.name for webhook in self.webhooks]),
        ):
            double = next((name for name in names if names.count(name) > 1), None)
            if double is not None:
                msg = f"{key}: two are named {double!r}"
                raise ValueError(msg)
        bot_ids = [robot.bot_id for robot in self._robots() if robot.mode == "long_connection" and robot.bot_id]
        double = next((bot_id for bot_id in bot_ids if bot_ids.count(bot_id) > 1), None)
        if double is not None:
            msg = "wecom.robots: two have the same bot_id, and WeCom lets a robot have one connection"
            raise ValueError(msg)
        return self

    def require_complete(self) -> None:
        """Raises ``ValueError`` that names the first setting that is missing to connect."""
        if not (self._robots() or self.apps or self.webhooks or self.message_archive):
            msg = "wecom.bot_id: connectors names wecom, which needs a robot, an app, a webhook or the message archive"
            raise ValueError(msg)
        kinds: tuple[tuple[str, Sequence[RobotSettings | AppSettings]], ...] = (
            ("robots", self._robots()),
            ("apps", self.apps),
        )
        for kind, parts in kinds:
            for part in parts:
                key = part.missing()
                if key:
                    is_own = part.name == FIRST and part not in self.robots
                    where = "wecom." if is_own else f"wecom.{kind} {part.name!r}: "
                    mode = f" for the mode {part.mode!r}" if isinstance(part, RobotSettings) else ""
                    msg = f"{where}{key}: is needed{mode}"
                    raise ValueError(msg)
        for webhook in self.webhooks:
            if webhook.key is None:
                msg = f"wecom.webhooks {webhook.name!r}: key: is needed; it stands in the webhook's address"
                raise ValueError(msg)
        archive = self.message_archive
        if archive is not None and archive.missing():
            msg = f"wecom.message_archive.{archive.missing()}: is needed to read the message archive"
            raise ValueError(msg)
        if (self.apps or archive is not None) and not self.corp_id:
            msg = "wecom.corp_id: is needed by wecom.apps and wecom.message_archive (我的企业 → 企业信息 → 企业ID)"
            raise ValueError(msg)

    def configuration(self, *, home: Path, max_file_bytes: int, timezone: str) -> WeComConfiguration:
        """What the connector is told; complete when ``require_complete`` is silent."""
        return WeComConfiguration(
            corp_id=self.corp_id,
            robots=tuple(
                RobotConfiguration(
                    name=robot.name,
                    shown_name=robot.shown_name.strip().lstrip("@") or _SHOWN_NAME,
                    mode=robot.mode,
                    bot_id=robot.bot_id.strip(),
                    secret=_plain(robot.secret),
                    token=_plain(robot.token),
                    encoding_aes_key=_plain(robot.encoding_aes_key),
                )
                for robot in self._robots()
            ),
            apps=tuple(
                AppConfiguration(
                    name=app.name,
                    agent_id=app.agent_id,
                    secret=_plain(app.secret),
                    token=_plain(app.token),
                    encoding_aes_key=_plain(app.encoding_aes_key),
                )
                for app in self.apps
            ),
            webhooks=tuple(
                WebhookConfiguration(name=webhook.name, key=_plain(webhook.key), chat_id=webhook.chat_id.strip())
                for webhook in self.webhooks
            ),
            message_archive=self._archive(home),
            api_url=self.api_url,
            robot_url=self.robot_url,
            proxy=_plain(self.proxy) or None,
            max_file_bytes=max_file_bytes,
            timezone=timezone,
        )

    def _archive(self, home: Path) -> MessageArchiveConfiguration | None:
        archive = self.message_archive
        if archive is None or archive.sdk is None:
            return None
        return MessageArchiveConfiguration(
            secret=_plain(archive.secret),
            sdk=archive.sdk.expanduser(),
            private_keys={version: path.expanduser() for version, path in archive.private_keys.items()},
            folder=home / ARCHIVE_FOLDER,
            seconds=archive.seconds,
        )

    def _robots(self) -> tuple[RobotSettings, ...]:
        """The section's own comes first."""
        if not self.bot_id and self.secret is None:
            return self.robots
        own = RobotSettings(name=FIRST, shown_name=self.shown_name, bot_id=self.bot_id, secret=self.secret)
        return (own, *self.robots)


def _first_missing(**values: object) -> str:
    return next((key for key, value in values.items() if not value), "")


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
