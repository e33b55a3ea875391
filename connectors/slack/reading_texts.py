"""What people are told about the archiving of a channel and the reading of its past, in both languages."""

from datetime import datetime
from typing import Literal

from connectors.connector import Language
from connectors.slack.counting import counted

Key = Literal[
    "archived", "archived_days", "external", "header", "under_way", "threads_under_way", "just_begun",
    "finished", "finished_days", "finished_empty", "more", "scarce", "limited",
]  # fmt: skip

TEXTS: dict[Key, dict[Language, str]] = {
    "archived": {
        "zh": "大家好，我是{name}。从现在起，这个频道会被存档：这里的消息和文件，包括以前的，"
        "都会保存在贵公司自己的服务器上，能看到这个频道的人可以查找、提问。\n"
        "• 不想保留自己说过的话：输入 `{command} forget`。\n"
        "• 不想让这个频道被存档：把我移出频道；从那时起，这里的内容不再给任何人看。",
        "en": "Hello, I am {name}. From now on this channel is archived: its messages and files, earlier ones too, are "
        "kept on your company's own server, where those who can see this channel can find them and ask about them.\n"
        "• To have what you said deleted, type `{command} forget`.\n"
        "• To stop it for this channel, remove me; from then on nothing of it is shown to anybody.",
    },
    "archived_days": {
        "zh": "大家好，我是{name}。从现在起，这个频道会被存档：这里的消息和文件，包括最近 {days} 天的，"
        "都会保存在贵公司自己的服务器上，能看到这个频道的人可以查找、提问。\n"
        "• 不想保留自己说过的话：输入 `{command} forget`。\n"
        "• 不想让这个频道被存档：把我移出频道；从那时起，这里的内容不再给任何人看。",
        "en": "Hello, I am {name}. From now on this channel is archived: its messages and files, those of the last "
        "{days} days too, are kept on your company's own server, where those who can see this channel can find them "
        "and ask about them.\n"
        "• To have what you said deleted, type `{command} forget`.\n"
        "• To stop it for this channel, remove me; from then on nothing of it is shown to anybody.",
    },
    "external": {
        "zh": "大家好，我是{name}。这个频道是和另一个组织共享的，其中一部分内容属于他们，所以我不保存这里的任何内容，"
        "也不会用它来回答问题。",
        "en": "Hello, I am {name}. This channel is shared with another organisation and part of it is theirs, so I "
        "keep nothing of it and answer nothing from it.",
    },
    "header": {"zh": "我正在读你邀请我加入之前的内容：", "en": "I am reading what was said before you invited me:"},
    "under_way": {
        "zh": "• {channel}：{count} 条消息，读到 {date}……",
        "en": "• {channel}: {count} messages back to {date} …",
    },
    "threads_under_way": {
        "zh": "• {channel}：{count} 条消息，最早的是 {date}；讨论串读到 {threads_date}……",
        "en": "• {channel}: {count} messages back to {date}; their threads back to {threads_date} …",
    },
    "just_begun": {"zh": "• {channel}：刚刚开始……", "en": "• {channel}: just begun …"},
    "finished": {
        "zh": "• {channel}：读完了，共 {count} 条消息，最早的是 {date}。",
        "en": "• {channel}: finished, {count} messages back to {date}.",
    },
    "finished_days": {
        "zh": "• {channel}：按设置读完了最近 {days} 天，共 {count} 条消息。",
        "en": "• {channel}: finished, {count} messages of the last {days} days, as the settings say.",
    },
    "finished_empty": {"zh": "• {channel}：读完了，没有消息。", "en": "• {channel}: finished, there was nothing."},
    "more": {"zh": "• ……以及另外 {count} 个频道", "en": "• … and {count} more channels"},
    "scarce": {
        "zh": "Slack 每分钟只让这个应用读 15 条以前的消息，所以需要很久。换成由贵公司自己创建的应用就没有这个限制。",
        "en": "Slack lets this app read only 15 earlier messages a minute, so it takes long. An app that your company "
        "creates for itself has no such limit.",
    },
    "limited": {
        "zh": "更早的内容被 Slack 的免费方案隐藏，我读不到。",
        "en": "What is older is hidden by Slack's free plan, and I cannot read it.",
    },
}


def text(key: Key, language: Language, **values: object) -> str:
    """A text with its values filled in."""
    return counted(TEXTS[key][language].format(**values))


def date_in_words(moment: datetime, language: Language) -> str:
    """``3 March 2025`` or ``2025年3月3日``."""
    if language == "zh":
        return f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
