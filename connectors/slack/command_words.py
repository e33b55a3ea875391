"""From what people type after a slash to what the application understands: ``/shiguang 找 预算`` is ``/找 预算``."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.connector import Language
from connectors.live_host import CommandView

_WORD = re.compile(r"\s*[/／]?([^\s:：,，]+)[\s:：,，]*", re.UNICODE)
_HAN = re.compile(r"[㐀-鿿]")
_LETTER = re.compile(r"[^\W_]")
_OTHER_WORDS: Final[Mapping[str, str]] = {
    "remind-me-of": "remind", "remindme": "remind", "remind-me": "remind", "reminder": "remind", "reminders": "remind",
    "提醒我": "提醒", "search": "find", "搜索": "找", "查找": "找", "搜": "找", "查": "找", "file": "files",
    "summarize": "summary", "summarise": "summary", "tldr": "summary", "总结一下": "总结", "catch-up": "catchup",
    "missed": "catchup", "补课": "错过了什么", "摘要": "日报", "周报": "日报", "question": "ask", "提问": "问",
    "問": "问", "脈絡": "脉络", "時間線": "时间线", "时间轴": "时间线", "總結": "总结", "日報": "日报", "忘記": "忘记",
    "标准": "标准答案", "標準答案": "标准答案", "標準": "标准答案", "旁聽": "旁听",
    "訓練": "训练", "幫助": "帮助", "狀態": "状态", "?": "help", "？": "帮助",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """``text`` begins with a slash; ``language`` is set where the words themselves say nothing about it."""

    text: str
    language: Language | None


class CommandWords:
    """The words of every command in both languages; capital letters and full width make no difference."""

    def __init__(self, commands: Iterable[CommandView]) -> None:
        names = {_folded(command.name.lstrip("/")): command.name for command in commands}
        self._names = names | {word: names[name] for word, name in _OTHER_WORDS.items() if name in names}

    def knows(self, command: str) -> bool:
        """Whether ``/find`` is a command of its own, and not a door to all of them, as ``/shiguang`` is."""
        return _folded(command.strip("/／")) in self._names

    def line(self, command: str, text: str, *, own: Language) -> CommandLine:
        """What was typed. After a door the first word is the command's; without one it is a question.

        ``own`` is the language of who typed: it counts where no words do.
        """
        name, rest = self._names.get(_folded(command.strip("/／"))), text.strip()
        if name is None:
            name, rest = self._after_a_door(rest)
        if _LETTER.search(rest):
            return CommandLine(text=f"{name} {rest}", language=None)
        return CommandLine(text=f"{name} {rest}".strip(), language="zh" if _HAN.search(name) else own)

    def _after_a_door(self, text: str) -> tuple[str, str]:
        word = _WORD.match(text)
        if word is None:
            return self._names.get("help", "/help"), ""
        name = self._names.get(_folded(word[1]))
        if name is not None:
            return name, text[word.end() :].strip()
        return ("/问" if _HAN.search(text) else "/ask"), text


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()
