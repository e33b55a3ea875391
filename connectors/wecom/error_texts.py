"""What WeCom's refusals mean and what to do about them, in both languages, in one place."""

import re
from typing import Final

from connectors.connector import Language, Notice
from connectors.wecom.errors import WeComAway, WeComError, WeComPaused

_Words = dict[Language, tuple[str, str]]

_SETTINGS: Final[_Words] = {
    "zh": ("企业微信不接受设置中的 CorpID 或 Secret（{code}）。", "请核对 wecom.corp_id 和应用的 secret。"),
    "en": (
        "WeCom does not take the corp id or Secret of the settings ({code}).",
        "Check wecom.corp_id and the secret.",
    ),
}
_MEDIA: Final[_Words] = {
    "zh": (
        "企业微信不接受这个文件（{code}）：类型、大小不符，或已超过三天。",
        "图片和视频最大 10 MB，文件最大 20 MB。",
    ),
    "en": (
        "WeCom does not take this file ({code}): its type or size is wrong, or it is older than three days.",
        "Images and videos may have 10 MB, files 20 MB.",
    ),
}
_ARGUMENTS: Final[_Words] = {
    "zh": ("企业微信认为这次调用的参数不对（{code}）。", "这是程序的问题：请把日志中的这一行报告给我们。"),
    "en": ("WeCom says that the parameters of a call are wrong ({code}).", "This is our mistake: report the log line."),
}
_FOREIGN_GROUP: Final[_Words] = {
    "zh": (
        "这个应用不能向该群发消息（{code}）：群不存在，或不是由它创建的。",
        "应用只能在自己创建的群里发言；其他群请用群机器人或智能机器人。",
    ),
    "en": (
        "The app cannot write to this group ({code}): it does not exist, or was not made by the app.",
        "An app writes only to groups that it made; use a group webhook or the robot for others.",
    ),
}

ERROR_TEXTS: Final[dict[int, _Words]] = {
    -1: {
        "zh": ("企业微信正忙，试了几次都没有成功。", "过一会儿会再试。"),
        "en": ("WeCom is busy; several tries did not succeed.", "It is tried again later."),
    },
    40001: _SETTINGS,
    40013: _SETTINGS,
    40056: {
        "zh": (
            "企业微信不认识这个 AgentId（40056）。",
            "请核对 wecom.apps 中的 agent_id，它要和 secret 属于同一个应用。",
        ),
        "en": (
            "WeCom does not know this AgentId (40056).",
            "Check agent_id: it must be of the same app as the secret.",
        ),
    },
    40014: {
        "zh": ("企业微信不接受刚取得的 access_token（{code}）。", "请确认没有别的程序用同一个 Secret 反复取 token。"),
        "en": (
            "WeCom does not take the access token that it has just given ({code}).",
            "Make sure that no other program keeps asking for tokens with the same Secret.",
        ),
    },
    45009: {
        "zh": (
            "调用企业微信接口过于频繁（45009），已暂停，之后自动继续。",
            "如果经常出现，请减少同一企业下其他程序的调用。",
        ),
        "en": (
            "WeCom was called too often (45009); calls pause and go on by themselves.",
            "If that happens often, let other programs of the company call less.",
        ),
    },
    45033: {
        "zh": ("同时调用企业微信接口过多（45033），已自动降低并发。", "无需处理。"),
        "en": ("Too many calls to WeCom ran at once (45033); fewer run now.", "Nothing needs to be done."),
    },
    48002: {
        "zh": (
            "这个应用没有调用 {call} 的权限（48002）。",
            "请在管理后台打开该应用的相应权限，或换用有权限的应用的 Secret。",
        ),
        "en": (
            "The app may not call {call} (48002).",
            "Grant it in the admin console, or use the Secret of an app that may.",
        ),
    },
    60011: {
        "zh": (
            "应用无权访问这个成员或部门（60011）。",
            "请在管理后台 → 应用管理 → 该应用 → 可见范围 中加入他们；建群要求可见范围为根部门。",
        ),
        "en": (
            "The app has no right to this member or department (60011).",
            "Add them to its visible range (可见范围) in the admin console; making groups needs the root department.",
        ),
    },
    60020: {
        "zh": (
            "企业微信拒绝了来自 {address} 的调用（60020）：这个 IP 不在应用的企业可信IP中。",
            "请在管理后台 → 应用管理 → 该应用 → 企业可信IP 中加入 {address}（需先设置可信域名或接收消息的 URL）。",
        ),
        "en": (
            "WeCom refused a call from {address} (60020): it is not among the app's trusted IPs (企业可信IP).",
            "Add {address} at 应用管理 → the app → 企业可信IP; set a trusted domain or a callback URL there before.",
        ),
    },
    81013: {
        "zh": (
            "收件人都不可达（81013）：不在应用的可见范围内，或没有企业微信许可。",
            "请在管理后台检查应用的可见范围和成员的接口许可。",
        ),
        "en": (
            "Nobody could be reached (81013): outside the app's visible range, or without a licence.",
            "Check the app's visible range and the member's licence in the admin console.",
        ),
    },
    86001: _FOREIGN_GROUP,
    86003: _FOREIGN_GROUP,
    86008: _FOREIGN_GROUP,
    93000: {
        "zh": (
            "群机器人的 Webhook 地址无效（93000）：可能已被移出群。",
            "请在群里重新添加群机器人，把新的 key 填入 wecom.webhooks。",
        ),
        "en": (
            "The address of a group webhook is not valid (93000): it was probably removed from its group.",
            "Add the webhook to the group again and put the new key into wecom.webhooks.",
        ),
    },
    **dict.fromkeys((40004, 40006, 40007, 40009, 45001), _MEDIA),
    **dict.fromkeys((40008, 40035, 40058, 44004, 45002), _ARGUMENTS),
}
ERROR_TEXTS[42001] = ERROR_TEXTS[41001] = ERROR_TEXTS[40014]

_OTHER: Final[_Words] = {
    "zh": ("企业微信拒绝了 {call}（{code}）。", "可在企业微信开发者中心的错误码查询工具中查找。"),
    "en": ("WeCom refused {call} ({code}).", "Look the code up in WeCom's list of error codes."),
}
_AWAY: Final[_Words] = {
    "zh": ("暂时连不上企业微信（{reason}）。", "请检查到 qyapi.weixin.qq.com 的网络和代理；会自动重试。"),
    "en": (
        "WeCom cannot be reached for the moment ({reason}).",
        "Check the network and the proxy on the way to qyapi.weixin.qq.com; it is tried again.",
    ),
}
_ADDRESS = re.compile(r"from ip:\s*([0-9A-Fa-f.:]{2,45})")
_UNKNOWN_ADDRESS: Final[dict[Language, str]] = {"zh": "本机的出口 IP", "en": "this machine's outgoing address"}


def explained(error: WeComError | WeComAway, language: Language) -> Notice:
    """An error for an operator: a stable code, one sentence and what to do; nothing secret."""
    if isinstance(error, WeComPaused):
        words, code, name = ERROR_TEXTS[45009], 45009, "wecom_45009"
    elif isinstance(error, WeComAway):
        words, code, name = _AWAY, 0, "wecom_away"
    else:
        words, code = ERROR_TEXTS.get(error.code, _OTHER), error.code
        name = f"wecom_{code}" if code >= 0 else "wecom_busy"
    blanks = {
        "call": error.call,
        "code": str(code),
        "reason": error.reason if isinstance(error, WeComAway) else "",
        "address": caller_address(error) or _UNKNOWN_ADDRESS[language],
    }
    sentence, hint = (text.format(**blanks) for text in words[language])
    return Notice(code=name, sentence=sentence, hint=hint)


def caller_address(error: WeComError | WeComAway) -> str:
    """The address that WeCom saw the call come from, where it said so."""
    found = _ADDRESS.search(error.message) if isinstance(error, WeComError) else None
    return found.group(1).rstrip(".:") if found else ""
