"""The card for somebody who opens the chat: what can be asked, what can be typed, and what the robot cannot see."""

from collections.abc import Sequence
from typing import Final

from connectors.connector import Language
from connectors.wecom.cards import button, button_card, new_task_id
from connectors.wecom.confirmations import over_card
from connectors.wecom.site import CardChange, Json

HELP: Final = "help:"

_TITLES: Final[dict[Language, str]] = {"zh": "你好，我是拾光", "en": "Hello, I am Shiguang"}
_DESCRIPTIONS: Final[dict[Language, str]] = {"zh": "问我，答案都带出处", "en": "Every answer names sources"}
_SEES_ALL: Final[dict[Language, str]] = {
    "zh": "公司开通了会话存档的群和这里说的话，我会记下来，只给本来就能看到的人看。",
    "en": "I keep what is said here and in groups whose messages your company archives, for those who may read it.",
}
_SEES_MENTIONS: Final[dict[Language, str]] = {
    "zh": "在群里，我只看得到 @我 的消息和其中引用的内容；没有 @我 的话我看不到，也不会记下来。",
    "en": "In groups I see only messages that mention me and what they quote; all else I neither see nor keep.",
}
_PAGES: Final[dict[Language, Sequence[dict[str, str]]]] = {
    "zh": (
        {
            "提问": "直接说，如：水泵什么时候到？",
            "查找": "/找 预算",
            "脉络": "/脉络 水泵供应商",
            "文件": "/文件 合同",
            "总结": "/总结 上周",
            "补课": "/错过了什么",
        },
        {
            "日报": "/日报 每天 9点",
            "设置": "/设置",
            "提醒": "/提醒 明天上午10点 水泵合同",
            "换答案": "/换个答法",
            "状态": "/状态",
            "忘记": "/忘记 最近 3 条",
        },
    ),
    "en": (
        {
            "Ask": "When do the pumps arrive?",
            "Find": "/find budget",
            "Story": "/story pump supplier",
            "Files": "/files contract",
            "Sum": "/summary last week",
            "New": "/catchup",
        },
        {
            "Daily": "/digest daily 09:00",
            "Set": "/settings",
            "Later": "/remind contract tomorrow",
            "Again": "/again",
            "State": "/status",
            "Erase": "/forget last 3",
        },
    ),
}
_MORE: Final[dict[Language, str]] = {"zh": "更多", "en": "More"}
_BACK: Final[dict[Language, str]] = {"zh": "返回", "en": "Back"}
_OTHER: Final[dict[Language, tuple[Language, str]]] = {"zh": ("en", "English"), "en": ("zh", "中文")}


def help_card(language: Language, *, page: int = 0, sees_all: bool, task_id: str = "") -> Json:
    """One page; its buttons turn it, here and for whoever presses."""
    other, other_name = _OTHER[language]
    turn = _BACK if page else _MORE
    sees = _SEES_ALL if sees_all else _SEES_MENTIONS
    return button_card(
        _TITLES[language],
        sees[language],
        [
            button(turn[language], f"{HELP}{language}:{1 - page}"),
            button(other_name, f"{HELP}{other}:{page}", style=2),
        ],
        task_id=task_id or new_task_id("help"),
        language=language,
        description=_DESCRIPTIONS[language],
        lines=_PAGES[language][page],
    )


def turned(key: str, *, task_id: str, sees_all: bool, language: Language) -> CardChange:
    """The page that a button leads to, for who pressed it."""
    for other in _TITLES:
        for page in range(2):
            if key == f"{HELP}{other}:{page}":
                return CardChange(card=help_card(other, page=page, sees_all=sees_all, task_id=task_id), alone=True)
    return over_card(task_id=task_id, language=language)
