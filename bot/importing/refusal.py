"""Inputs that cannot be imported at all, said in the reader's language."""

from bot.errors import ImportRefused, Language

REFUSALS: dict[str, dict[Language, str]] = {
    "not_found": {"zh": "找不到或无法打开", "en": "it is not there or cannot be opened"},
    "not_a_folder": {"zh": "这不是文件夹", "en": "this is not a folder"},
    "no_channel": {"zh": "需要频道名称", "en": "the name of a channel is needed"},
    "no_messages": {
        "zh": "开头没有一行是 JSON 消息",
        "en": "none of its first lines is a message in JSON",
    },
}


class InputRefused(ImportRefused):
    """``ImportRefused`` whose detail exists in both languages."""

    def __init__(self, name: str, reasons: dict[Language, str]) -> None:
        super().__init__(f"{name}: {reasons['en']}")
        self._name = name
        self._reasons = reasons

    def sentence(self, language: Language = "en") -> str:
        """One clear sentence in the reader's language."""
        text = self.texts[language]
        if language == "zh":
            return f"{text.rstrip('。')}：{self._name}：{self._reasons['zh']}"
        return f"{text.rstrip('.')}: {self._name}: {self._reasons['en']}"
