"""What ``shiguang doctor wecom`` says, in both languages: a fact, and what to do about it."""

from typing import Final

from connectors.connector import Language

_CONSOLE: Final = "https://work.weixin.qq.com"
_ROBOT_PAGE: Final[dict[Language, str]] = {
    "zh": f"管理后台 {_CONSOLE} → 安全与管理 → 管理工具 → 智能机器人 → 你的机器人",
    "en": f"admin console {_CONSOLE} → 安全与管理 → 管理工具 → 智能机器人 → your robot",
}
_APP_PAGE: Final[dict[Language, str]] = {
    "zh": f"管理后台 {_CONSOLE} → 应用管理 → 自建 → 你的应用",
    "en": f"admin console {_CONSOLE} → 应用管理 → 自建 → your app",
}

FACTS: Final[dict[str, dict[Language, str]]] = {
    "nothing": {"zh": "设置里没有任何企业微信的接入方式", "en": "the settings name no way to WeCom"},
    "incomplete": {"zh": "设置不完整：{told}", "en": "the settings are not complete: {told}"},
    "line_open": {
        "zh": "已用 bot_id 和 secret 订阅成功，并已退订",
        "en": "the subscription with bot_id and secret works, and was ended again",
    },
    "line_served": {
        "zh": "正在运行的 shiguang serve 占着这条长连接，没有另外订阅；它的状态：{state}",
        "en": "a running shiguang serve holds the connection, so none was opened; its state: {state}",
    },
    "line_refused": {
        "zh": "企业微信拒绝订阅（{told}）",
        "en": "WeCom refuses the subscription ({told})",
    },
    "line_away": {"zh": "连不上 {host}", "en": "{host} cannot be reached"},
    "sees_mentions": {
        "zh": "群里只收得到 @ 它的消息（可带引用）；有人先跟它说过话的会话里，才能主动发消息",
        "en": "in groups it gets only what mentions it (or is quoted so); it writes first only where people wrote",
    },
    "answers_only": {
        "zh": "群里只收得到 @ 它的消息；只能回复，几乎不能主动发消息（每条消息一小时内补发一次）",
        "en": "in groups it gets only what mentions it; it answers, and can hardly write first (once within the hour)",
    },
    "app_sees": {
        "zh": "收不到群消息；可以给可见范围内的人发消息，只能在它自己建的群里发言",
        "en": "it gets nothing of groups; it writes to people in its visible range, and to groups that it made",
    },
    "webhook_sees": {
        "zh": "只能往它所在的群发消息，什么也收不到；每分钟最多 20 条",
        "en": "it only posts into its group, at most 20 messages a minute, and receives nothing",
    },
    "archive_sees": {
        "zh": "能存档开通范围内成员的全部会话（付费功能）；企业微信只保留约五天，机器人不能停太久",
        "en": "it brings every chat of the members it was bought for; WeCom keeps about five days, so let the bot run",
    },
    "keys_fit": {"zh": "格式正确，加解密自检通过", "en": "their form is right, and they open what they seal"},
    "keys_wrong": {"zh": "不能用：{told}", "en": "cannot be used: {told}"},
    "callback_here": {
        "zh": "本机 {url} 的验证能通过（{milliseconds} 毫秒）",
        "en": "the verification works at {url} ({milliseconds} ms)",
    },
    "callback_down": {
        "zh": "{url} 没有回应：{told}",
        "en": "{url} does not answer: {told}",
    },
    "callback_other": {
        "zh": "{url} 有回应，但不是拾光的（{told}）",
        "en": "something answers at {url}, but not Shiguang ({told})",
    },
    "callback_not_served": {
        "zh": "shiguang serve 没有在运行，没有检查",
        "en": "not checked: no shiguang serve is running",
    },
    "callback_public": {
        "zh": "没有设置 web.public_url，不知道公网地址；路径是 {path}",
        "en": "web.public_url is not set, so the public address is not known; the path is {path}",
    },
    "no_callback": {
        "zh": "没有设置 token 和 encoding_aes_key：只发送，不接收",
        "en": "without token and encoding_aes_key it only sends",
    },
    "token": {"zh": "corp_id 和 secret 有效", "en": "corp_id and secret are accepted"},
    "agent": {"zh": "是应用“{name}”", "en": "is the app “{name}”"},
    "agent_closed": {"zh": "应用“{name}”已停用", "en": "the app “{name}” is switched off"},
    "agent_unknown": {"zh": "没有查到：{told}", "en": "could not be looked up: {told}"},
    "refused": {"zh": "{told}", "en": "{told}"},
    "ip_allowed": {"zh": "企业微信接受来自本机的调用", "en": "WeCom takes calls from this machine"},
    "webhook_key": {
        "zh": "key 有效（没有发消息，只确认了会被接受）",
        "en": "the key is accepted (asked without posting anything)",
    },
    "webhook_group": {"zh": "发到群 {chat_id}", "en": "posts into the group {chat_id}"},
    "webhook_no_group": {
        "zh": "没有设置 chat_id：日报不会从这里发",
        "en": "chat_id is not set: no digest goes through it",
    },
    "groups": {"zh": "{groups}", "en": "{groups}"},
    "sdk_fits": {
        "zh": "{path} 能在独立进程里加载，能用本机架构（{machine}）",
        "en": "{path} loads in a process of its own and is for this machine ({machine})",
    },
    "sdk_not_there": {"zh": "没有这个文件：{path}", "en": "there is no such file: {path}"},
    "sdk_no_library": {"zh": "{path} 不是 Linux 的动态库", "en": "{path} is no shared library of Linux"},
    "sdk_other_machine": {
        "zh": "{path} 是给 {wanted} 的，本机是 {machine}",
        "en": "{path} is for {wanted}, and this machine is {machine}",
    },
    "private_keys": {"zh": "可用的版本：{versions}", "en": "versions that can be used: {versions}"},
    "keys_unreadable": {"zh": "版本 {versions} 的私钥读不了", "en": "the private keys of {versions} cannot be read"},
    "clock_right": {"zh": "与企业微信相差 {seconds} 秒", "en": "{seconds} s from WeCom's"},
    "clock_off": {"zh": "与企业微信相差 {seconds} 秒", "en": "{seconds} s from WeCom's"},
    "clock_unknown": {"zh": "企业微信没有说现在几点（{told}）", "en": "WeCom did not tell the time ({told})"},
}

ADVICE: Final[dict[str, dict[Language, str]]] = {
    "begin": {
        "zh": "照 README 的“接入企业微信”建一个智能机器人，设置 SHIGUANG_WECOM__BOT_ID 和 SHIGUANG_WECOM__SECRET",
        "en": "make a robot as “WeCom” in the README says, and set SHIGUANG_WECOM__BOT_ID and SHIGUANG_WECOM__SECRET",
    },
    "robot_keys": {
        "zh": _ROBOT_PAGE["zh"]
        + " → API 模式 → 长连接，复制 Bot ID 和 Secret（机器人若设为 URL 回调，就要改成长连接）",
        "en": _ROBOT_PAGE["en"]
        + " → API 模式 → 长连接: copy Bot ID and Secret (a robot set to URL 回调 must be changed)",
    },
    "robot_callback_keys": {
        "zh": _ROBOT_PAGE["zh"] + " → API 模式 → URL 回调，复制 Token 和 EncodingAESKey（43 位）",
        "en": _ROBOT_PAGE["en"] + " → API 模式 → URL 回调: copy Token and EncodingAESKey (43 signs)",
    },
    "app_callback_keys": {
        "zh": _APP_PAGE["zh"] + " → 接收消息 → 设置 API 接收，复制 Token 和 EncodingAESKey",
        "en": _APP_PAGE["en"] + " → 接收消息 → 设置 API 接收: copy Token and EncodingAESKey",
    },
    "line_network": {
        "zh": "放行到 {host} 的 WebSocket（wss，443 端口），检查代理（wecom.proxy、HTTPS_PROXY）",
        "en": "let WebSockets (wss, port 443) to {host} through; check the proxy (wecom.proxy, HTTPS_PROXY)",
    },
    "restart_served": {
        "zh": "确认没有别的机器在用这个机器人，再重启 shiguang serve",
        "en": "make sure that no other machine runs this robot, then start shiguang serve again",
    },
    "serve_first": {
        "zh": "先启动 shiguang serve，再运行一次 doctor；在企业微信里保存 URL 时它也必须在运行",
        "en": "start shiguang serve and run doctor again; it must also run when the URL is saved in WeCom",
    },
    "public_url": {
        "zh": "让反向代理把 https://你的域名{path} 转到本机，设置 SHIGUANG_WEB__PUBLIC_URL=https://你的域名，"
        "并把 https://你的域名{path} 填进企业微信",
        "en": "let a reverse proxy pass https://your-domain{path} to this machine, set "
        "SHIGUANG_WEB__PUBLIC_URL=https://your-domain, and enter https://your-domain{path} in WeCom",
    },
    "reverse_proxy": {
        "zh": "检查域名、证书和反向代理：{path} 要原样（含问号后的参数）转到 shiguang serve",
        "en": "check name, certificate and reverse proxy: {path} must reach shiguang serve unchanged, with its query",
    },
    "switch_on": {"zh": _APP_PAGE["zh"] + " → 启用", "en": _APP_PAGE["en"] + " → 启用 (switch on)"},
    "as_told": {"zh": "{hint}", "en": "{hint}"},
    "chat_id": {
        "zh": "在那个群里 @ 一次智能机器人，再运行 doctor，从“已知的群”里选一个填进 wecom.webhooks 的 chat_id",
        "en": "mention the robot once in that group, run doctor again, and choose its chat_id among the known groups",
    },
    "sdk": {
        "zh": "从企业微信开发者中心“会话内容存档”下载 Linux 版 SDK，把 libWeWorkFinanceSdk_C.so 的路径填进 "
        "wecom.message_archive.sdk",
        "en": "download the Linux SDK of 会话内容存档 from WeCom's developer center; the path of "
        "libWeWorkFinanceSdk_C.so is wecom.message_archive.sdk",
    },
    "private_key": {
        "zh": "必须是没有密码的 PEM 格式 RSA 私钥，机器人有权读取；旧版本的私钥也要保留",
        "en": "they must be RSA keys in PEM format without a password, readable by the bot; keep the old ones, too",
    },
    "clock": {
        "zh": "让这台机器同步时间，例如 timedatectl set-ntp true",
        "en": "let this machine set its clock by the network, such as by timedatectl set-ntp true",
    },
    "network": {
        "zh": "检查到 {host} 的网络、防火墙和代理（wecom.proxy、HTTPS_PROXY）",
        "en": "check network, firewall and proxy (wecom.proxy, HTTPS_PROXY) on the way to {host}",
    },
}

CONNECTOR_OFF: Final[dict[Language, tuple[str, str]]] = {
    "zh": ("设置里没有打开企业微信，shiguang serve 不会连接", "设置 SHIGUANG_CONNECTORS=console,wecom"),
    "en": ("does not name wecom, so shiguang serve does not connect", "set SHIGUANG_CONNECTORS=console,wecom"),
}
INCOMPLETE: Final[dict[Language, tuple[str, str]]] = {
    "zh": ("还不能启动：{told}", "按提示补上设置；每一项从哪里来，见下面和 README 的“接入企业微信”"),
    "en": ("cannot serve yet: {told}", "add it; below and under “WeCom” in the README it says where it comes from"),
}
NO_GROUPS: Final[dict[Language, str]] = {"zh": "还没有", "en": "none yet"}
