"""What the connector is told: robots, apps, webhooks, the message archive, addresses and limits."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

API_URL = "https://qyapi.weixin.qq.com/cgi-bin/"
ROBOT_URL = "wss://openws.work.weixin.qq.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotConfiguration:
    """One 智能机器人: by long connection (``bot_id``, ``secret``) or callback (``token``, ``encoding_aes_key``)."""

    name: str
    """Named by people in the settings, such as ``main``; part of the callback's path ``/wecom/robot/<name>``."""
    shown_name: str
    """What people mention, without ``@``."""
    mode: Literal["long_connection", "callback"] = "long_connection"
    bot_id: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    encoding_aes_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppConfiguration:
    """One 自建应用; its callback's path is ``/wecom/app/<name>``."""

    name: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    encoding_aes_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfiguration:
    """One 群机器人: a way to post into one group. ``chat_id`` is the group's id where it is known from elsewhere."""

    name: str
    key: str = field(repr=False)
    chat_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageArchiveConfiguration:
    """会话内容存档: the native SDK and the keys that messages were sealed for, by ``publickey_ver``."""

    secret: str = field(repr=False)
    sdk: Path
    private_keys: dict[int, Path]
    folder: Path
    """Where files that are being fetched lie until they are whole; nothing else is kept there."""
    seconds: float = 15.0
    """Between two looks for new messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeComConfiguration:
    """Everything that the connector needs to know; made from the settings."""

    corp_id: str = ""
    """Of app and message archive; names the workspace."""
    robots: tuple[RobotConfiguration, ...] = ()
    apps: tuple[AppConfiguration, ...] = ()
    webhooks: tuple[WebhookConfiguration, ...] = ()
    message_archive: MessageArchiveConfiguration | None = None
    api_url: str = API_URL
    robot_url: str = ROBOT_URL
    proxy: str | None = None
    max_file_bytes: int = 100_000_000
    timezone: str = "Asia/Shanghai"

    @property
    def workspace_id(self) -> str:
        """One company, one workspace."""
        return self.corp_id or "wecom"
