"""Why a file, or the rest of it, could not be read: stable codes, each with a sentence in Chinese and English."""

from typing import Final, Literal, get_args

Reason = Literal[
    "encrypted",
    "corrupt",
    "empty",
    "no_text",
    "too_large",
    "too_slow",
    "too_much_memory",
    "unsupported",
    "hostile",
    "ocr_off",
    "crashed",
]
"""``empty`` holds nothing at all, ``no_text`` is a picture or a scan on which no text was found."""

REASONS: Final[tuple[Reason, ...]] = get_args(Reason)

_SENTENCES: Final[dict[Reason, dict[Literal["zh", "en"], str]]] = {
    "encrypted": {
        "zh": "文件有密码保护，无法读取内容。",
        "en": "The file is protected by a password, so its text cannot be read.",
    },
    "corrupt": {
        "zh": "文件已损坏或不完整，无法读取。",
        "en": "The file is damaged or incomplete and cannot be read.",
    },
    "empty": {
        "zh": "文件里没有任何内容。",
        "en": "There is nothing in the file.",
    },
    "no_text": {
        "zh": "图片或扫描件中没有识别出文字。",
        "en": "No text was found on the picture or scan.",
    },
    "too_large": {
        "zh": "文件或其解压后的内容超过了大小限制。",
        "en": "The file, or what it unpacks to, is larger than the limit.",
    },
    "too_slow": {
        "zh": "未能在时限内读完这个文件。",
        "en": "The file could not be read within the time limit.",
    },
    "too_much_memory": {
        "zh": "读取这个文件需要的内存超过了限制。",
        "en": "Reading the file needs more memory than the limit.",
    },
    "unsupported": {
        "zh": "不支持读取这种文件。",
        "en": "Files of this kind cannot be read.",
    },
    "hostile": {
        "zh": "文件的结构像是用来攻击阅读程序的，因此没有打开它。",
        "en": "The file is built the way attacks on readers are, so it was not opened.",
    },
    "ocr_off": {
        "zh": "文字在图片里，而文字识别（OCR）已关闭。",
        "en": "The text is in pictures, and text recognition (OCR) is switched off.",
    },
    "crashed": {
        "zh": "阅读程序在这个文件上意外退出。",
        "en": "The reader stopped unexpectedly on this file.",
    },
}


def reason_sentence(reason: Reason, language: Literal["zh", "en"]) -> str:
    """The sentence that is shown to a person beside the file's name."""
    return _SENTENCES[reason][language]


class UnreadableFile(Exception):  # a verdict about a file, not a programming error
    """Raised by a reader to give up on a file for ``reason``. ``detail`` is for operators' logs, never shown raw."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.detail = detail
