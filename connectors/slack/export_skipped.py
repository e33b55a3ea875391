"""What of an export was left out, and why: codes with texts in Chinese and English."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from connectors.connector import Language
from connectors.slack.fields import without_controls

SkipCode = Literal[
    "unsafe_path",
    "symbolic_link",
    "encrypted",
    "duplicate_entry",
    "nested_archive",
    "suspicious_compression",
    "too_large",
    "damaged_entry",
    "broken_json",
    "not_a_list",
    "not_recognised",
    "message_not_readable",
    "file_not_stored",
    "index_missing",
    "channel_unknown",
    "channel_ambiguous",
]

REASONS: dict[SkipCode, dict[Language, str]] = {
    "unsafe_path": {"zh": "路径指向压缩包之外，已跳过", "en": "the path leads outside the archive; skipped"},
    "symbolic_link": {"zh": "是符号链接，已跳过", "en": "it is a symbolic link; skipped"},
    "encrypted": {"zh": "已加密，无法读取，已跳过", "en": "it is encrypted and cannot be read; skipped"},
    "duplicate_entry": {
        "zh": "同一路径出现多次，只采用最后一份",
        "en": "the same path occurs more than once; only the last one was used",
    },
    "nested_archive": {"zh": "压缩包中的压缩包不会被打开", "en": "an archive inside the archive is not opened"},
    "suspicious_compression": {
        "zh": "压缩比异常，可能是压缩炸弹，已跳过",
        "en": "it is compressed suspiciously well, as a zip bomb is; skipped",
    },
    "too_large": {"zh": "太大，已跳过", "en": "it is too large; skipped"},
    "damaged_entry": {"zh": "在压缩包中已损坏，已跳过", "en": "it is damaged inside the archive; skipped"},
    "broken_json": {
        "zh": "JSON 格式错误，错误之后的内容已跳过",
        "en": "its JSON is broken; what follows the break was skipped",
    },
    "not_a_list": {"zh": "内容不是列表，已跳过", "en": "it does not hold a list; skipped"},
    "not_recognised": {"zh": "不属于 Slack 导出的内容，已跳过", "en": "it is no known part of a Slack export; skipped"},
    "message_not_readable": {
        "zh": "其中有消息缺少时间或格式错误，这些消息已跳过",
        "en": "messages in it have no time or are malformed; those were skipped",
    },
    "file_not_stored": {
        "zh": "文件内容无法存入，仅保留文件名",
        "en": "the file's bytes could not be stored; only its name was kept",
    },
    "index_missing": {
        "zh": "导出中没有这份清单，已用其他信息代替",
        "en": "the export has no such list; what else it says was used instead",
    },
    "channel_unknown": {
        "zh": "频道清单中没有它；消息已导入，作为私有频道",
        "en": "no list of channels names it; its messages were imported as those of a private channel",
    },
    "channel_ambiguous": {
        "zh": "有多个频道使用这个名称；消息已导入到其中一个",
        "en": "several channels have this name; its messages were imported into one of them",
    },
}

_REMARKS: frozenset[SkipCode] = frozenset({"index_missing", "channel_unknown", "channel_ambiguous"})
_LISTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPart:
    """One entry of the ZIP (or several of its messages: ``count``) that was left out, or imported with a remark."""

    path: str
    code: SkipCode
    count: int = 1

    @property
    def imported(self) -> bool:
        """True for a remark on something that was imported all the same."""
        return self.code in _REMARKS

    def reason(self, language: Language) -> str:
        """Why, in the reader's language."""
        return REASONS[self.code][language]


class SkippedParts:
    """Collects what was skipped; remembers a thousand entries and counts the rest, so memory stays bounded."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, SkipCode], SkippedPart] = {}
        self.unlisted = 0

    def add(self, path: str, code: SkipCode) -> None:
        """Note one more; the same path and code are counted together."""
        key = (without_controls(path, limit=300), code)
        known = self._parts.get(key)
        if known is not None:
            self._parts[key] = replace(known, count=known.count + 1)
        elif len(self._parts) < _LISTED:
            self._parts[key] = SkippedPart(path=key[0], code=code)
        else:
            self.unlisted += 1

    def __iter__(self) -> Iterator[SkippedPart]:
        return iter(tuple(self._parts.values()))

    def __len__(self) -> int:
        return len(self._parts) + self.unlisted


RefusalCode = Literal["not_found", "not_a_zip", "damaged", "zip_bomb", "too_many_entries", "nothing_to_import"]

_REFUSALS: dict[RefusalCode, dict[Language, str]] = {
    "not_found": {"zh": "找不到或无法打开这个文件", "en": "the file is not there or cannot be opened"},
    "not_a_zip": {"zh": "这不是 ZIP 文件", "en": "this is not a ZIP file"},
    "damaged": {"zh": "ZIP 文件已损坏", "en": "the ZIP file is damaged"},
    "zip_bomb": {
        "zh": "解压后大得异常，像是压缩炸弹",
        "en": "it would unpack to a suspicious size, as a zip bomb does",
    },
    "too_many_entries": {"zh": "ZIP 中的条目太多", "en": "the ZIP holds too many entries"},
    "nothing_to_import": {
        "zh": "ZIP 中没有 Slack 导出的消息（应有 channels.json 和 频道名/YYYY-MM-DD.json）",
        "en": "the ZIP holds no messages of a Slack export (channels.json and channel/YYYY-MM-DD.json are expected)",
    },
}


class ExportRefused(Exception):
    """The file as a whole is no export that can be read. What is broken only in part is skipped and listed instead."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(_REFUSALS[code]["en"])
        self.code: RefusalCode = code

    def reason(self, language: Language) -> str:
        """Why, in the reader's language."""
        return _REFUSALS[self.code][language]
