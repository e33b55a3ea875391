"""Words of the message archive for operators, and how messages that are not text are written in the archive."""

from typing import Final

from connectors.connector import Language

PROBLEMS: Final[dict[str, dict[Language, tuple[str, str]]]] = {
    "sdk_missing": {
        "zh": (
            "会话内容存档的 SDK 无法加载：{path}",
            "请从企业微信下载与本机（Linux x86-64 或 arm64，glibc）相符的 SDK，把路径填入 wecom.message_archive.sdk。",
        ),
        "en": (
            "The SDK of the message archive cannot be loaded: {path}.",
            "Download the one for this machine (Linux, glibc) from WeCom; its path is wecom.message_archive.sdk.",
        ),
    },
    "sdk_crashed": {
        "zh": ("会话内容存档的 SDK 崩溃了，正在重新启动；机器人其他功能不受影响。", "如果反复出现，请更新 SDK。"),
        "en": (
            "The SDK of the message archive crashed and is started again; the rest of the bot goes on.",
            "If it happens again and again, update the SDK.",
        ),
    },
    "sdk_hung": {
        "zh": ("会话内容存档的 SDK 没有在时限内回应，已重新启动。", "请检查到 qyapi.weixin.qq.com 的网络和代理。"),
        "en": (
            "The SDK of the message archive did not answer in time and was started again.",
            "Check the network and the proxy on the way to qyapi.weixin.qq.com.",
        ),
    },
    "ip_not_allowed": {
        "zh": (
            "企业微信不允许本机的出口 IP 读取会话内容存档（10009）。",
            "请在管理后台 → 管理工具 → 会话内容存档 → 可信IP 中加入本机的出口 IP。",
        ),
        "en": (
            "WeCom does not let the outgoing IP address of this machine read the message archive (10009).",
            "Add it in the admin console: 管理工具 → 会话内容存档 → 可信IP (trusted IPs).",
        ),
    },
    "bad_parameters": {
        "zh": (
            "企业微信不接受会话内容存档的参数（10000）。",
            "请检查 wecom.corp_id 和 wecom.message_archive.secret（会话内容存档自己的 Secret，不是应用的）。",
        ),
        "en": (
            "WeCom does not take the parameters of the message archive (10000).",
            "Check wecom.corp_id and wecom.message_archive.secret (the archive's own Secret, not that of an app).",
        ),
    },
    "unreachable": {
        "zh": ("暂时无法读取会话内容存档（{code}），会自动重试。", "如果一直如此，请检查网络和代理。"),
        "en": (
            "The message archive cannot be read for the moment ({code}); it is tried again.",
            "If that goes on, check the network and the proxy.",
        ),
    },
    "tls_failed": {
        "zh": ("会话内容存档的 TLS 证书检查失败（10011）。", "请检查系统时间、根证书，以及是否有代理替换证书。"),
        "en": (
            "The TLS certificate of the message archive was not accepted (10011).",
            "Check the clock, the root certificates, and whether a proxy replaces certificates.",
        ),
    },
    "sdk_refused": {
        "zh": ("会话内容存档的 SDK 返回错误 {code}。", "请在企业微信的错误码列表中查找它。"),
        "en": ("The SDK of the message archive answered with error {code}.", "Look it up in WeCom's list of codes."),
    },
    "data_expired": {
        "zh": ("企业微信已不再保存要读取的会话（10010），中间有缺失。", "企业微信只保留约五天；请让机器人保持运行。"),
        "en": (
            "WeCom no longer keeps the messages that were to be read (10010): some are missing.",
            "It keeps them for about five days; let the bot run.",
        ),
    },
    "gap": {
        "zh": (
            "{since} 到 {until} 之间的消息没有读到：机器人停了太久，企业微信只保留约五天。",
            "这段时间的时间线和日报会标明不完整。",
        ),
        "en": (
            "Messages between {since} and {until} were not read: WeCom keeps about five days, and the bot was away.",
            "Timelines and digests of that time say that they are incomplete.",
        ),
    },
    "key_missing": {
        "zh": (
            "{count} 条消息读不了：缺少私钥版本 {versions}。消息已原样保存，加入私钥后会补上。",
            "请把这些版本的私钥加入 wecom.message_archive.private_keys，然后重启。",
        ),
        "en": (
            "{count} messages cannot be read: private key version {versions} is missing. They wait until it is there.",
            "Add it to wecom.message_archive.private_keys and start again.",
        ),
    },
    "key_wrong": {
        "zh": (
            "{count} 条消息用私钥版本 {versions} 打不开。消息已原样保存。",
            "请检查 wecom.message_archive.private_keys：版本号与私钥可能配错了。",
        ),
        "en": (
            "{count} messages do not open with private key version {versions}. They are kept as they came.",
            "Check wecom.message_archive.private_keys: version numbers and keys may be mixed up.",
        ),
    },
    "key_unreadable": {
        "zh": ("私钥版本 {versions} 的文件读不了。", "它必须是未加密的 PEM 格式 RSA 私钥，且机器人有权读取。"),
        "en": (
            "The file of private key version {versions} cannot be read.",
            "It must be an RSA private key in PEM format without a password, readable by the bot.",
        ),
    },
    "set_aside": {
        "zh": ("{count} 条消息多次尝试后仍读不了，已搁置。", "日志里有它们的编号。"),
        "en": ("{count} messages could not be read in several tries and were set aside.", "The log has their ids."),
    },
}
"""By code: a sentence and what to do."""

FILE_REASONS: Final[dict[str, dict[Language, str]]] = {
    "file_expired": {
        "zh": "企业微信已不再保存这个文件。",
        "en": "WeCom no longer keeps the file.",
    },
    "file_incomplete": {
        "zh": "下载到的文件与企业微信给出的大小或校验值不符。",
        "en": "What arrived of the file has not the size or the checksum that WeCom gives.",
    },
}
"""Codes of files besides those of ``connectors.wecom.media_reasons``."""

WORDING: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "image": "图片",
        "voice": "语音",
        "video": "视频",
        "file": "文件",
        "emotion": "表情",
        "link": "链接",
        "weapp": "小程序",
        "card": "名片",
        "location": "位置",
        "chatrecord": "聊天记录",
        "docmsg": "在线文档",
        "todo": "待办",
        "vote": "投票",
        "vote_cast": "参与投票",
        "collect": "填表",
        "redpacket": "红包",
        "meeting": "会议",
        "meeting_notification": "会议通知",
        "calendar": "日程",
        "sphfeed": "视频号",
        "solitaire": "接龙",
        "voiptext": "通话",
        "qydiskfile": "微盘文件",
        "note": "笔记",
        "meeting_voice_call": "通话录音",
        "voip_doc_share": "通话中共享的文档",
        "agree": "同意存档会话内容",
        "disagree": "不同意存档会话内容",
        "switch": "切换企业",
        "unknown": "暂不支持的消息类型",
        "more": "还有更多内容未显示",
        "seconds": "{n} 秒",
        "group": "群聊",
        "attendees": "参与者",
        "creator": "创建者",
    },
    "en": {
        "image": "image",
        "voice": "voice",
        "video": "video",
        "file": "file",
        "emotion": "sticker",
        "link": "link",
        "weapp": "mini program",
        "card": "contact card",
        "location": "location",
        "chatrecord": "chat history",
        "docmsg": "online document",
        "todo": "to-do",
        "vote": "vote",
        "vote_cast": "vote cast",
        "collect": "form",
        "redpacket": "red packet",
        "meeting": "meeting",
        "meeting_notification": "meeting notice",
        "calendar": "calendar",
        "sphfeed": "channels post",
        "solitaire": "sign-up list",
        "voiptext": "call",
        "qydiskfile": "file on WeDrive",
        "note": "note",
        "meeting_voice_call": "call recording",
        "voip_doc_share": "document shared in a call",
        "agree": "agrees to the archiving of messages",
        "disagree": "does not agree to the archiving of messages",
        "switch": "switched to another company",
        "unknown": "message of a kind that is not supported yet",
        "more": "more is not shown",
        "seconds": "{n} s",
        "group": "group",
        "attendees": "attendees",
        "creator": "created by",
    },
}
"""How a message that is not text is written in the archive, as WeCom's own clients show it: ``[图片]``."""
