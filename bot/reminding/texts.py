"""What is said about reminders, in both languages."""

from typing import Final, Literal

from bot.errors import Language

Key = Literal[
    "set",
    "no_time",
    "past",
    "nothing_named",
    "listed",
    "line",
    "none",
    "dropped",
    "no_such",
    "full",
    "due",
    "found_one",
]

USAGE: Final[dict[Language, str]] = {
    "zh": "/提醒 明天上午10点 水泵合同、/提醒 两小时后 开会、/提醒 列表、/提醒 取消 1",
    "en": "/remind pump contract tomorrow 10am, /remind in 2 hours call Ann, /remind list, /remind off 1",
}

TEXTS: Final[dict[Key, dict[Language, str]]] = {
    "set": {
        "zh": "好的，{when} 我私信提醒你：{text}",
        "en": "I will write to you on {when} about: {text}",
    },
    "no_time": {
        "zh": "要我什么时候提醒？加上时间就行，例如：{usage}",
        "en": "When shall I remind you? Add a time, for example: {usage}",
    },
    "past": {
        "zh": "这个时间已经过去，或者没有这一天。例如：{usage}",
        "en": "That time is over, or there is no such day. For example: {usage}",
    },
    "nothing_named": {
        "zh": "要提醒你什么？例如：{usage}",
        "en": "Remind you of what? For example: {usage}",
    },
    "listed": {"zh": "你的提醒：", "en": "Your reminders:"},
    "line": {"zh": "{number}. {when} {text}", "en": "{number}. {when} {text}"},
    "none": {"zh": "你没有提醒。例如：{usage}", "en": "You have no reminders. For example: {usage}"},
    "dropped": {"zh": "已取消：{text}", "en": "Dropped: {text}"},
    "no_such": {"zh": "没有第 {number} 个提醒。", "en": "There is no reminder number {number}."},
    "full": {
        "zh": "你已经有 {count} 个提醒，先取消几个吧。",
        "en": "You have {count} reminders already; drop some first.",
    },
    "due": {
        "zh": "⏰ 你在 {asked} 让我提醒你：{text}",
        "en": "⏰ On {asked} you asked to be reminded of: {text}",
    },
    "found_one": {
        "zh": "[{n}] {when} {author} #{channel}",
        "en": "[{n}] {when} {author} #{channel}",
    },
}


def told(key: Key, language: Language, **values: object) -> str:
    """The text with its values."""
    return TEXTS[key][language].format(**values)
