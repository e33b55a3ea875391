"""What the console refuses, with a stable code, a sentence and a hint in Chinese and English."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from aiohttp import web

from connectors.connector import Language, Notice

Code = Literal[
    "bad_input",
    "busy",
    "channel_name_taken",
    "empty_message",
    "file_gone",
    "file_too_large",
    "forbidden_host",
    "forbidden_origin",
    "internal",
    "login_required",
    "no_answer",
    "not_found",
    "not_json",
    "not_permitted",
    "read_only",
    "too_many_logins",
    "unknown_command",
    "unknown_person",
    "unknown_upload",
    "wrong_token",
]


@dataclass(frozen=True, slots=True)
class _Text:
    status: int
    zh: str
    zh_hint: str
    en: str
    en_hint: str


_TEXTS: dict[Code, _Text] = {
    "bad_input": _Text(
        400,
        "请求里有一项不正确。", "请检查标出的那一项。",
        "Something in the request is not right.", "Check the part that is named.",
    ),
    "busy": _Text(
        503,
        "现在同时提问的人太多。", "请一分钟后再问。",
        "Too many questions are being answered right now.", "Ask again in a minute.",
    ),
    "channel_name_taken": _Text(
        400,
        "已经有同名的频道。", "请换一个名字，或打开已有的频道。",
        "There is a channel of this name already.", "Choose another name, or open the one that exists.",
    ),
    "empty_message": _Text(
        400,
        "消息是空的。", "请输入文字或附上文件。",
        "The message is empty.", "Write something or attach a file.",
    ),
    "file_gone": _Text(
        404,
        "文件内容不在这里。", "原平台没有提供文件，或文件已被删除。",
        "The bytes of this file are not here.", "The platform did not give them, or they were deleted.",
    ),
    "file_too_large": _Text(
        413,
        "文件太大。", "请压缩或拆分后再上传。",
        "The file is too large.", "Compress or split it, then upload it again.",
    ),
    "forbidden_host": _Text(
        403,
        "不能用这个地址访问。", "请使用启动时显示的地址。",
        "This page is not served under that address.", "Use the address printed at the start.",
    ),
    "forbidden_origin": _Text(
        403,
        "这个请求来自别的网站。", "请在本页面里操作。",
        "The request comes from another site.", "Do it from the console itself.",
    ),
    "internal": _Text(
        500,
        "出了点问题。", "请再试一次；如果仍然失败，请让管理员查看日志。",
        "Something went wrong.", "Try again; if it fails again, ask your operator to look at the log.",
    ),
    "login_required": _Text(
        401,
        "需要先登录。", "请重新打开页面并输入访问口令。",
        "You need to sign in first.", "Open the page again and enter the access token.",
    ),
    "no_answer": _Text(
        500,
        "这次没有得到回答。", "请再问一次。",
        "No answer came back.", "Ask again.",
    ),
    "not_found": _Text(
        404,
        "找不到了。", "它可能已被删除。",
        "This does not exist.", "It may have been deleted.",
    ),
    "not_json": _Text(
        400,
        "请求不是有效的 JSON。", "请发送 application/json。",
        "The request is not valid JSON.", "Send application/json.",
    ),
    "not_permitted": _Text(
        403,
        "你没有权限这样做。", "请在你能看到的频道里操作。",
        "You are not allowed to do this.", "Do it in a channel you can see.",
    ),
    "read_only": _Text(
        403,
        "导入的频道是只读的。", "请到与机器人的私聊里提问。",
        "Imported channels are read-only.", "Ask in your direct chat with the bot.",
    ),
    "too_many_logins": _Text(
        429,
        "尝试次数太多。", "请一分钟后再试。",
        "Too many attempts.", "Try again in a minute.",
    ),
    "unknown_command": _Text(
        400,
        "没有这个命令。", "输入 / 查看全部命令；想原样发送，请在前面加一个空格。",
        "There is no such command.", "Type / to see them all; to send it as it is, put a space before it.",
    ),
    "unknown_person": _Text(
        403,
        "不知道你是谁。", "请先选择身份。",
        "It is not known who you are.", "Choose who you are first.",
    ),
    "unknown_upload": _Text(
        400,
        "找不到上传的文件。", "请重新附上文件。",
        "The uploaded file is not known any more.", "Attach the file again.",
    ),
    "wrong_token": _Text(
        403,
        "口令不对。", "口令在 shiguang.toml 的 web.token 里。",
        "That is not the token.", "It is web.token in shiguang.toml.",
    ),
}  # fmt: skip


_SPOKEN_STATUS = {"not_permitted": 403, "not_found": 404, "bad_input": 400}
"""Of the application's own codes; any other means that something does not work right now."""


@runtime_checkable
class SpokenError(Protocol):
    """An error of the application that knows its own words."""

    code: str

    def sentence(self, language: Language) -> str:
        """One clear sentence."""
        ...

    def hint(self, language: Language) -> str:
        """What to do next."""
        ...


class ConsoleError(Exception):
    """Answered as JSON with the status of its code; ``detail`` is a plain fact such as a field's name or a limit."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code: Code = code
        self.detail = detail

    def notice(self, language: Language) -> Notice:
        """The same thing as the failure of an answer."""
        text = _TEXTS[self.code]
        if language == "zh":
            return Notice(code=self.code, sentence=text.zh, hint=text.zh_hint)
        return Notice(code=self.code, sentence=text.en, hint=text.en_hint)

    def response(self) -> web.Response:
        """The JSON answer."""
        text = _TEXTS[self.code]
        error = {
            "code": self.code,
            "sentence": {"zh": text.zh, "en": text.en},
            "hint": {"zh": text.zh_hint, "en": text.en_hint},
            "detail": self.detail,
        }
        return web.json_response({"error": error}, status=text.status)


def spoken_response(error: SpokenError) -> web.Response:
    """The JSON answer for an error of the application."""
    body = {
        "code": error.code,
        "sentence": {"zh": error.sentence("zh"), "en": error.sentence("en")},
        "hint": {"zh": error.hint("zh"), "en": error.hint("en")},
        "detail": "",
    }
    return web.json_response({"error": body}, status=_SPOKEN_STATUS.get(error.code, 503))
