"""Why the bytes of a file in Slack are not here: stable codes, each with a sentence in Chinese and English."""

from typing import Final

from connectors.connector import Language
from connectors.events import FILE_NOT_FETCHED_YET
from connectors.slack.fields import Payload, is_set, number_of, text_of

FILE_REASONS: Final[dict[str, dict[Language, str]]] = {
    FILE_NOT_FETCHED_YET: {
        "zh": "文件正在从 Slack 下载。",
        "en": "The file is still being fetched from Slack.",
    },
    "file_external": {
        "zh": "文件存放在 Slack 之外，只保留名称。",
        "en": "The file lies outside Slack; only its name is kept.",
    },
    "file_hidden_by_limit": {
        "zh": "Slack 套餐限制隐藏了这个文件。",
        "en": "Slack hides the file because of the plan's limit.",
    },
    "file_is_canvas": {
        "zh": "这是 Slack 画布或列表，只保留标题。",
        "en": "It is a canvas or list of Slack; only its title is kept.",
    },
    "file_access_denied": {
        "zh": "Slack 不允许机器人读取这个文件。",
        "en": "Slack does not let the bot read the file.",
    },
    "file_gone_from_slack": {
        "zh": "文件在 Slack 中已经没有了。",
        "en": "The file is no longer in Slack.",
    },
    "file_too_large": {
        "zh": "文件太大，没有下载。",
        "en": "The file is too large and was not fetched.",
    },
    "file_scope_missing": {
        "zh": "机器人缺少 files:read 权限，无法下载文件。",
        "en": "The bot lacks the scope files:read and cannot fetch files.",
    },
    "file_login_page": {
        "zh": "Slack 返回了登录页面而不是文件：机器人缺少 files:read 权限，或需要重新安装。",
        "en": "Slack sent a sign-in page instead of the file: the scope files:read is missing, or the app must be "
        "installed again.",
    },
    "file_redirected": {
        "zh": "Slack 把下载转到了另一台主机，令牌不会发到那里。",
        "en": "Slack sent the download on to another host, which does not get the token.",
    },
    "file_host_not_allowed": {
        "zh": "文件所在的主机不在允许的名单里，令牌不会发到那里。",
        "en": "The file lies on a host that is not among those that may get the token.",
    },
    "file_incomplete": {
        "zh": "下载到的文件不完整。",
        "en": "What arrived of the file is not as long as Slack says it is.",
    },
    "file_too_slow": {
        "zh": "下载文件超过了时限。",
        "en": "Fetching the file took longer than it may.",
    },
    "file_unreachable": {
        "zh": "多次尝试后仍无法从 Slack 下载文件。",
        "en": "The file could not be fetched from Slack, in several tries.",
    },
}
"""Codes of files that were shared live, written into ``FileRef`` and ``FileFetched``."""

MENDABLE: Final = frozenset(
    {
        "file_scope_missing",
        "file_login_page",
        "file_redirected",
        "file_host_not_allowed",
        "file_incomplete",
        "file_too_slow",
        "file_unreachable",
    }
)
"""Somebody may mend these, such as by a scope or a setting: such files are tried again at the next start."""

_ACCESS: Final = {"access_denied": "file_access_denied", "file_not_found": "file_gone_from_slack"}
_MODES: Final = {
    "external": "file_external",
    "hidden_by_limit": "file_hidden_by_limit",
    "tombstone": "file_gone_from_slack",
    "space": "file_is_canvas",
    "post": "file_is_canvas",
    "list": "file_is_canvas",
}


_REFUSALS: Final = {
    "file_not_found": "file_gone_from_slack",
    "file_deleted": "file_gone_from_slack",
    "access_denied": "file_access_denied",
    "not_allowed": "file_access_denied",
    "missing_scope": "file_scope_missing",
}


def is_stub(file: Payload) -> bool:
    """Whether only ``files.info`` tells what it is, as with Slack Connect."""
    return text_of(file, "file_access") == "check_file_info"


def why_refused(code: str) -> str | None:
    """Our code for an error of ``files.info``; None for one that says nothing of the file."""
    return _REFUSALS.get(code)


def why_never_fetched(file: Payload, *, max_bytes: int) -> str | None:
    """The code that says why a file object has no bytes that could be fetched; None: it is worth a try."""
    if (access := text_of(file, "file_access")) in _ACCESS:
        return _ACCESS[access]
    if is_set(file, "is_external"):
        return "file_external"
    if (mode := text_of(file, "mode")) in _MODES:
        return _MODES[mode]
    if (number_of(file, "size") or 0) > max_bytes:
        return "file_too_large"
    return None
