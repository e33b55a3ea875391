"""What cards say, in both languages."""

from typing import Literal

from bot.errors import Language

Key = Literal[
    "confirm", "cancel", "cancelled", "expired", "running", "confirmed_before", "cancelled_before",
    "forget_all", "forget_before", "forget_some", "forget_left", "forget_nothing", "forget_usage", "forget_done",
    "forget_under_way", "listen_on", "listen_off",
]  # fmt: skip

TEXTS: dict[Key, dict[Language, str]] = {
    "confirm": {"zh": "确认", "en": "Confirm"},
    "cancel": {"zh": "取消", "en": "Cancel"},
    "cancelled": {"zh": "已取消，什么都没有改变。", "en": "Cancelled. Nothing was changed."},
    "expired": {
        "zh": "这张卡片已过期，什么都没有改变。需要的话请再说一次。",
        "en": "This card has expired; nothing was changed. Ask again if you still want it.",
    },
    "running": {"zh": "正在处理…", "en": "Working on it…"},
    "confirmed_before": {"zh": "已经确认过了。", "en": "This was confirmed before."},
    "cancelled_before": {
        "zh": "已经取消过了，什么都没有改变。",
        "en": "This was cancelled before; nothing was changed.",
    },
    "forget_all": {
        "zh": "要从档案里永久删除你在这里说过的全部内容吗？共 {messages} 条消息、{files} 个文件，"
        "以及我给你的 {answers} 个回答。删除后无法恢复。",
        "en": "Delete everything you said here from the archive for good? Messages: {messages}; files: {files}; "
        "answers I gave you: {answers}. This cannot be undone.",
    },
    "forget_before": {
        "zh": "要从档案里永久删除你在 {before} 之前在这里说过的内容吗？共 {messages} 条消息、{files} 个文件，"
        "以及我给你的 {answers} 个回答。删除后无法恢复。",
        "en": "Delete what you said here before {before} from the archive for good? Messages: {messages}; files: "
        "{files}; answers I gave you: {answers}. This cannot be undone.",
    },
    "forget_some": {
        "zh": "要从档案里永久删除你在这里的 {messages} 条消息和其中的 {files} 个文件吗？"
        "最早一条是 {first}，最晚一条是 {last}。删除后无法恢复。",
        "en": "Delete messages of yours here from the archive for good? Messages: {messages}; files in them: {files}; "
        "from {first} to {last}. This cannot be undone.",
    },
    "forget_left": {
        "zh": "聊天平台上的原文和此前的备份不受影响。",
        "en": "The originals on the chat platform and earlier backups stay as they are.",
    },
    "forget_nothing": {
        "zh": "你在这里没有符合的消息，没有需要删除的内容。",
        "en": "You have no such messages here; there is nothing to delete.",
    },
    "forget_usage": {
        "zh": "/忘记 全部、/忘记 最近 3 条、/忘记 11月1日之前、/忘记 包含 “报价”",
        "en": "/forget all, /forget last 3, /forget before 2026-11-01, /forget with “quote”",
    },
    "forget_done": {"zh": "已删除。", "en": "Deleted."},
    "forget_under_way": {
        "zh": "已经开始删除，由另一个进程完成。",
        "en": "The removal has begun and is finished by another process.",
    },
    "listen_on": {
        "zh": "要让我在这个频道里主动回答吗？有人提问、而档案里明明白白有答案时，不用 @我 也会回答。",
        "en": "Let me answer here without being asked? When somebody asks something that the archive plainly answers, "
        "I will answer without a mention.",
    },
    "listen_off": {
        "zh": "要让我在这个频道里只在被 @ 时回答吗？",
        "en": "Have me answer here only when I am mentioned?",
    },
}


def told(key: Key, language: Language, **values: object) -> str:
    """The text with its values."""
    return TEXTS[key][language].format(**values)
