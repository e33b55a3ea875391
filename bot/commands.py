"""Slash commands: names in both languages, what they need, and one line of help each."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.errors import Language
from connectors.live_host import CommandView
from knowledge.lexical import normalize

_SPACE = re.compile(r"\s+")
_COLONS = ":：,，"

CommandName = Literal[
    "ask",
    "find",
    "story",
    "timeline",
    "files",
    "summary",
    "catchup",
    "digest",
    "remind",
    "standard",
    "forget",
    "listen",
    "training",
    "status",
    "help",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as typed: ``names`` by language, both always understood."""

    name: CommandName
    names: dict[Language, str]
    usage: dict[Language, str]
    summary: dict[Language, str]
    needs_text: bool
    also: tuple[str, ...] = ()
    """Other names that are understood."""


COMMANDS: tuple[Command, ...] = (
    Command(
        name="ask",
        names={"en": "/ask", "zh": "/问"},
        usage={"en": "/ask When is the launch?", "zh": "/问 发布日期定在哪天？"},
        summary={"en": "Ask the archive; only you see the answer", "zh": "向档案提问，只有你看得到回答"},
        needs_text=True,
    ),
    Command(
        name="find",
        names={"en": "/find", "zh": "/找"},
        usage={"en": "/find budget 2026", "zh": "/找 预算 2026"},
        summary={"en": "Find messages and files", "zh": "查找消息和文件"},
        needs_text=True,
    ),
    Command(
        name="story",
        names={"en": "/story", "zh": "/脉络"},
        usage={"en": "/story pump supplier", "zh": "/脉络 水泵供应商"},
        summary={"en": "What happened with a topic, in order", "zh": "一件事的来龙去脉，按时间讲"},
        needs_text=True,
    ),
    Command(
        name="timeline",
        names={"en": "/timeline", "zh": "/时间线"},
        usage={"en": "/timeline", "zh": "/时间线"},
        summary={
            "en": "The latest records here; with words, their story",
            "zh": "这里最近的记录；加上词语就是它的脉络",
        },
        needs_text=False,
    ),
    Command(
        name="files",
        names={"en": "/files", "zh": "/文件"},
        usage={"en": "/files contract", "zh": "/文件 合同"},
        summary={"en": "Find files, or list the latest", "zh": "查找文件，或列出最近的文件"},
        needs_text=False,
    ),
    Command(
        name="summary",
        names={"en": "/summary", "zh": "/总结"},
        usage={"en": "/summary last week", "zh": "/总结 上周"},
        summary={
            "en": "Summarise this thread or channel; with words a topic, with a time that time",
            "zh": "总结这个话题或频道；加上词语就总结一件事，加上时间就总结那段时间",
        },
        needs_text=False,
    ),
    Command(
        name="catchup",
        names={"en": "/catchup", "zh": "/错过了什么"},
        usage={"en": "/catchup", "zh": "/错过了什么"},
        summary={
            "en": "What happened here since you last wrote; in a direct chat in all your channels",
            "zh": "你上次发言之后这里发生了什么；在私聊里是你所有的频道",
        },
        needs_text=False,
        also=("/补课", "/catch-up"),
    ),
    Command(
        name="digest",
        names={"en": "/digest", "zh": "/日报"},
        usage={"en": "/digest daily 09:00", "zh": "/日报 每天 9点"},
        summary={
            "en": "What happened here since yesterday; with a time a daily or weekly digest, with “off” none",
            "zh": "昨天到现在这里发生了什么；加上时间就每天或每周自动发，加上“关”就不再发",
        },
        needs_text=False,
        also=("/摘要", "/周报"),
    ),
    Command(
        name="remind",
        names={"en": "/remind", "zh": "/提醒"},
        usage={"en": "/remind pump contract tomorrow 10am", "zh": "/提醒 明天上午10点 水泵合同"},
        summary={
            "en": "Write to you at that time, with where the archive tells of it; “list”, “off 1”",
            "zh": "到时候私信提醒你，并附上档案里的相关出处；“列表”、“取消 1”",
        },
        needs_text=False,
        also=("/remind-me-of", "/remindme", "/提醒我"),
    ),
    Command(
        name="standard",
        names={"en": "/standard", "zh": "/标准答案"},
        usage={"en": "/standard Who signs expenses?", "zh": "/标准答案 报销找谁签字？"},
        summary={
            "en": "Quoting a reply, or in its thread: propose it to the operators as the standard answer",
            "zh": "引用一条回复，或在它的话题里：把它提议为标准答案，由管理员决定",
        },
        needs_text=False,
        also=("/标准",),
    ),
    Command(
        name="forget",
        names={"en": "/forget", "zh": "/忘记"},
        usage={"en": "/forget last 3", "zh": "/忘记 最近 3 条"},
        summary={
            "en": "Delete your own messages here, after you confirm: all, the last ones, before a day, with words",
            "zh": "确认后从档案里删除你自己在这里的消息：全部、最近几条、某天之前、包含某些字词",
        },
        needs_text=True,
    ),
    Command(
        name="listen",
        names={"en": "/listen", "zh": "/旁听"},
        usage={"en": "/listen on", "zh": "/旁听 开"},
        summary={
            "en": "Whether I answer here unasked when the archive plainly holds the answer: on or off",
            "zh": "档案里明确有答案时，我要不要在这里主动回答：开或关",
        },
        needs_text=False,
    ),
    Command(
        name="training",
        names={"en": "/training", "zh": "/训练"},
        usage={"en": "/training off", "zh": "/训练 关"},
        summary={
            "en": "Whether your own words may be exported to train a model: on or off",
            "zh": "你自己的话能不能导出用来训练模型：开或关",
        },
        needs_text=False,
    ),
    Command(
        name="status",
        names={"en": "/status", "zh": "/状态"},
        usage={"en": "/status", "zh": "/状态"},
        summary={"en": "What is archived here, and how far back", "zh": "这里存档了什么、最早到哪一天"},
        needs_text=False,
    ),
    Command(
        name="help",
        names={"en": "/help", "zh": "/帮助"},
        usage={"en": "/help", "zh": "/帮助"},
        summary={"en": "What I can do", "zh": "我能做什么"},
        needs_text=False,
    ),
)

_WITHOUT_SPACE = sorted(
    ((zh, command) for command in COMMANDS for zh in (command.names["zh"], *command.also) if not zh.isascii()),
    key=lambda pair: -len(pair[0]),
)
"""Chinese is often typed without the space: ``/找预算``."""


@dataclass(frozen=True, slots=True)
class ParsedCommand:
    """A command and the text after it; ``command`` is None when the name is not known."""

    name: str
    command: Command | None
    text: str


def is_command(text: str) -> bool:
    """Whether something said begins like a command; a path such as ``/etc/hosts`` is none."""
    typed = text.strip()
    name = _SPACE.split(typed, maxsplit=1)[0]
    return typed.startswith(("/", "／")) and (parse_command(typed).command is not None or "/" not in name[1:])


def parse_command(text: str) -> ParsedCommand:
    """Parse ``/name rest``; full width, capital letters and traditional characters are accepted."""
    name, *after = _SPACE.split(text.strip(), maxsplit=1)
    rest = after[0] if after else ""
    typed = normalize(name)
    for command in COMMANDS:
        if typed in (*command.names.values(), *command.also):
            return ParsedCommand(typed, command, rest.strip())
    for zh, command in _WITHOUT_SPACE:
        if typed.startswith(zh):
            return ParsedCommand(zh, command, f"{name[len(zh) :].lstrip(_COLONS)} {rest}".strip())
    return ParsedCommand(name, None, rest.strip())


def command_views(language: Language) -> list[CommandView]:
    """Everything that can be typed, as connectors show it."""
    return [
        CommandView(
            name=command.names[language],
            usage=command.usage[language],
            summary=command.summary[language],
            also=command.also,
        )
        for command in COMMANDS
    ]


def help_lines(language: Language) -> str:
    """One line a command."""
    return "\n".join(f"{command.usage[language]} — {command.summary[language]}" for command in COMMANDS)
