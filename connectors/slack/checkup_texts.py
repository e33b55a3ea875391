"""What ``shiguang doctor slack`` says, in both languages: a fact, and what to do about it."""

from typing import Final

from connectors.connector import Language

_APP_PAGE: Final = "https://api.slack.com/apps"

FACTS: Final[dict[str, dict[Language, str]]] = {
    "no_workspaces": {
        "zh": "设置里没有 Slack 工作区",
        "en": "the settings name no Slack workspace",
    },
    "mode_socket": {"zh": "Socket Mode，不需要公网地址", "en": "Socket Mode: no public address is needed"},
    "mode_http": {"zh": "HTTP 模式，Slack 发到 {path}", "en": "HTTP mode: Slack posts to {path}"},
    "token_missing": {"zh": "没有设置", "en": "is not set"},
    "token_other_kind": {
        "zh": "应以 {wanted} 开头，现在以 {found} 开头",
        "en": "should begin with {wanted}, but begins with {found}",
    },
    "signed_in": {
        "zh": "在工作区 {team} 中是 {user}",
        "en": "is {user} in the workspace {team}",
    },
    "refused": {"zh": "Slack 拒绝：{code}", "en": "Slack refuses it: {code}"},
    "unreachable": {"zh": "连不上 {host}：{reason}", "en": "cannot reach {host}: {reason}"},
    "no_proxy": {"zh": "直接连接，没有代理", "en": "none, the connection is direct"},
    "proxy": {"zh": "经过 {proxy}", "en": "through {proxy}"},
    "scopes_all": {"zh": "需要的 {count} 项都有", "en": "all {count} that are needed"},
    "scopes_unknown": {"zh": "Slack 没有说明有哪些权限", "en": "Slack did not say which there are"},
    "scope_missing": {"zh": "缺少 {scope}：{without}", "en": "{scope} is missing: {without}"},
    "socket_open": {
        "zh": "已连通，现有 {count} 个连接",
        "en": "opens, and Slack says hello; {count} connections now",
    },
    "socket_full": {
        "zh": "已有 {count} 个连接，Slack 最多允许 10 个",
        "en": "there are {count} connections now, and Slack allows ten",
    },
    "socket_silent": {
        "zh": "连接打开了，但 Slack 没有打招呼：{reason}",
        "en": "it opens, but Slack does not say hello: {reason}",
    },
    "other_app": {
        "zh": "应用级令牌属于 {socket_app}，机器人令牌属于 {bot_app}",
        "en": "the app-level token is of {socket_app}, the bot token of {bot_app}",
    },
    "clock_right": {"zh": "与 Slack 相差 {seconds} 秒", "en": "{seconds} s from Slack's"},
    "clock_off": {
        "zh": "与 Slack 相差 {seconds} 秒，超过 {limit} 秒",
        "en": "{seconds} s from Slack's, more than {limit} s",
    },
    "clock_unknown": {"zh": "Slack 没有说现在几点", "en": "Slack did not tell the time"},
    "secret_set": {"zh": "已设置", "en": "is set"},
    "secret_odd": {
        "zh": "不像签名密钥（应是 32 位十六进制）",
        "en": "does not look like one (32 hexadecimal digits)",
    },
    "files_reached": {"zh": "{host} 可以连上", "en": "{host} can be reached"},
    "in_channels": {"zh": "机器人在 {count} 个频道里", "en": "the bot is in {count}"},
    "in_no_channel": {"zh": "机器人还不在任何频道里", "en": "the bot is in none yet"},
    "twice": {
        "zh": "{first} 和 {second} 是同一个工作区 {team}",
        "en": "{first} and {second} are the same workspace, {team}",
    },
}

ADVICE: Final[dict[str, dict[Language, str]]] = {
    "no_workspaces": {
        "zh": "照 README 的“十分钟接入 Slack”创建应用，把令牌放进环境变量",
        "en": "create the app as “Slack in ten minutes” in the README says, and put its tokens in the environment",
    },
    "bot_token": {
        "zh": f"{_APP_PAGE} → 你的应用 → OAuth & Permissions → 复制 Bot User OAuth Token（xoxb-…）",
        "en": f"{_APP_PAGE} → your app → OAuth & Permissions → copy the Bot User OAuth Token (xoxb-…)",
    },
    "app_token": {
        "zh": f"{_APP_PAGE} → 你的应用 → Basic Information → App-Level Tokens → Generate，"
        "加上 connections:write（xapp-…）",
        "en": f"{_APP_PAGE} → your app → Basic Information → App-Level Tokens → Generate, with connections:write "
        "(xapp-…)",
    },
    "signing_secret": {
        "zh": f"{_APP_PAGE} → 你的应用 → Basic Information → App Credentials → 复制 Signing Secret",
        "en": f"{_APP_PAGE} → your app → Basic Information → App Credentials → copy the Signing Secret",
    },
    "reinstall": {
        "zh": f"{_APP_PAGE} → 你的应用 → Install App → Reinstall to Workspace，再复制新的令牌",
        "en": f"{_APP_PAGE} → your app → Install App → Reinstall to Workspace, then copy the new token",
    },
    "scope": {
        "zh": f"{_APP_PAGE} → 你的应用 → OAuth & Permissions → Bot Token Scopes → 添加 {{scope}}，"
        "再点 Reinstall to Workspace",
        "en": f"{_APP_PAGE} → your app → OAuth & Permissions → Bot Token Scopes → add {{scope}}, then "
        "Reinstall to Workspace",
    },
    "socket_mode_off": {
        "zh": f"{_APP_PAGE} → 你的应用 → Socket Mode → 打开 Enable Socket Mode",
        "en": f"{_APP_PAGE} → your app → Socket Mode → switch on Enable Socket Mode",
    },
    "rate_limited": {"zh": "一分钟后再试", "en": "try again in a minute"},
    "network": {
        "zh": "检查网络、防火墙、代理（slack.proxy、HTTPS_PROXY）和这台机器信任的证书",
        "en": "check network, firewall, proxy (slack.proxy, HTTPS_PROXY) and the certificates this machine trusts",
    },
    "socket_network": {
        "zh": "防火墙或代理可能挡住了到 {host} 的 WebSocket；放行它，或改用 HTTP 模式",
        "en": "a firewall or proxy may hold back WebSockets to {host}: let them through, or use HTTP mode",
    },
    "socket_full": {
        "zh": "停掉多余的 shiguang serve",
        "en": "stop superfluous processes of shiguang serve",
    },
    "same_app": {
        "zh": "两个令牌都从同一个应用的页面复制",
        "en": "copy both tokens from the pages of the same app",
    },
    "clock": {
        "zh": "让这台机器同步时间，例如 timedatectl set-ntp true",
        "en": "let this machine set its clock by the network, such as by timedatectl set-ntp true",
    },
    "files": {
        "zh": "放行到 {host} 的 HTTPS，否则文件只留下名称",
        "en": "let HTTPS to {host} through, or of files only the names are kept",
    },
    "invite": {
        "zh": "在要存档的频道里输入 /invite @{user}",
        "en": "type /invite @{user} in a channel that shall be archived",
    },
    "twice": {"zh": "从设置里去掉其中一个", "en": "take one of them out of the settings"},
}

CONNECTOR_OFF: Final[dict[Language, tuple[str, str]]] = {
    "zh": ("设置里没有打开 Slack，shiguang serve 不会连接", "设置 SHIGUANG_CONNECTORS=console,slack"),
    "en": ("does not name slack, so shiguang serve does not connect", "set SHIGUANG_CONNECTORS=console,slack"),
}

_REASONS: Final[dict[str, dict[Language, str]]] = {
    "name": {"zh": "解析不了域名", "en": "its name cannot be resolved"},
    "certificate": {"zh": "不信任它的证书", "en": "its certificate is not trusted"},
    "proxy": {"zh": "连不上代理", "en": "the proxy cannot be reached"},
    "connection": {"zh": "拒绝连接", "en": "it refuses the connection"},
    "time": {"zh": "没有在时限内回答", "en": "no answer came in time"},
    "no_hello": {"zh": "收到的是别的内容", "en": "something else came"},
}


def reason_text(reason: str, language: Language) -> str:
    """Why something could not be reached; what is not listed, such as ``HTTP 503``, is the same in any language."""
    return _REASONS[reason][language] if reason in _REASONS else reason
