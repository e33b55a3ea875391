"""The receipt of a removal: what went from where, in numbers and ids, never in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import Language
from bot.truth.erasing import Scope

_NAMES: dict[str, dict[Language, str]] = {
    "messages": {"zh": "消息", "en": "messages"},
    "edits": {"zh": "消息的旧版本", "en": "former texts of edited messages"},
    "reactions": {"zh": "表情回应", "en": "reactions"},
    "files": {"zh": "文件（按分享次数）", "en": "files, by share"},
    "bytes_removed": {"zh": "从磁盘删除的文件", "en": "files removed from disk"},
    "bytes_kept": {"zh": "别人也分享过而保留的文件", "en": "files kept because others shared them too"},
    "file_texts": {"zh": "从文件读出的文字", "en": "texts read from files"},
    "links": {"zh": "链接", "en": "links"},
    "conversations": {"zh": "对话归属", "en": "places in conversations"},
    "categories": {"zh": "分类", "en": "categories given"},
    "corrections": {"zh": "分类更正", "en": "corrections of categories"},
    "topics": {"zh": "主题归属", "en": "places in topics"},
    "questions": {"zh": "提问原文", "en": "questions that were asked by these messages"},
    "question_vectors": {"zh": "提问的向量", "en": "vectors of questions"},
    "answers": {"zh": "给出的回答", "en": "answers given there or to them"},
    "answers_withdrawn": {
        "zh": "撤下的、引用过这些内容的回答",
        "en": "answers of others withdrawn because they used this",
    },
    "summaries": {"zh": "对话的总结", "en": "summaries of conversations"},
    "digest_lines": {"zh": "摘要中讲到这些内容的条目", "en": "lines of digests that told of it"},
    "digests": {"zh": "发到那里或发给本人的摘要", "en": "digests for them or posted there"},
    "schedules": {"zh": "为本人设置的日报或周报", "en": "digests that were to come to them"},
    "quotes": {"zh": "回答中的引文", "en": "quotes in answers"},
    "verdicts": {"zh": "评价", "en": "verdicts"},
    "signs": {
        "zh": "其他反馈迹象（打开来源、再次提问等）",
        "en": "other signs of use (sources opened, asked again, …)",
    },
    "verdict_comments": {"zh": "评价里的留言", "en": "remarks on verdicts"},
    "events": {"zh": "收件箱里等待处理的事件", "en": "events waiting in the inbox"},
    "people": {"zh": "人员条目", "en": "entries of people"},
    "names": {"zh": "人名（编号仍在频道成员表中）", "en": "names of people (ids stay in channels' lists of members)"},
    "letters": {"zh": "还没有处理的原始消息包", "en": "deliveries of the platform that were not handled yet"},
    "notes": {"zh": "连接器的记录", "en": "notes of the connector"},
    "reminders": {"zh": "提醒", "en": "reminders"},
    "preferences": {"zh": "两个回答之间的选择", "en": "picks between two answers"},
    "standard_answers": {"zh": "标准回答", "en": "standard answers"},
    "channels": {"zh": "频道条目", "en": "entries of channels"},
    "passages": {"zh": "Qdrant 中的段落", "en": "passages in Qdrant"},
}
_KEPT: dict[str, dict[Language, str]] = {
    "backups": {"zh": "此前做的备份", "en": "backups made before"},
    "others": {
        "zh": "别人的消息里对这些内容或人名的转述",
        "en": "what others quoted of it or said about it, names included",
    },
    "topics": {
        "zh": "从全部消息归纳出的主题名称",
        "en": "names of topics found in all messages, until they are found anew",
    },
    "logs": {"zh": "日志（只有编号，没有原文）", "en": "logs (they hold ids, no words)"},
    "places": {
        "zh": "消息编号、频道、话题和时间，使它们不会再次进入档案",
        "en": "ids, channels, threads and times of the messages, so that they do not come back",
    },
    "membership": {
        "zh": "谁在哪个频道（只有编号），权限以此为据",
        "en": "who is in which channel (ids only): permissions rest on it",
    },
    "platform": {"zh": "聊天平台上的原文", "en": "the originals on the chat platform"},
    "server": {
        "zh": "Qdrant 服务器磁盘上已删除的段落，直到它自行整理",
        "en": "deleted passages in the files of the Qdrant server, until it rewrites them",
    },
    "postgresql": {
        "zh": "PostgreSQL 的旧行，直到 VACUUM FULL；它的预写日志",
        "en": "dead rows of PostgreSQL until VACUUM FULL, and its write-ahead log",
    },
}
_TEXTS: dict[str, dict[Language, str]] = {
    "title": {"zh": "清除回执 {id}", "en": "Receipt of erasure {id}"},
    "scope": {"zh": "范围：{scope}", "en": "scope: {scope}"},
    "channel": {"zh": "频道 {id}", "en": "channel {id}"},
    "workspace": {"zh": "整个工作区 {id}", "en": "the whole workspace {id}"},
    "person": {"zh": "人员 {id}", "en": "person {id}"},
    "chosen": {"zh": "选中的 {count} 条消息", "en": "{count} chosen messages"},
    "before": {"zh": "{before} 之前的全部内容", "en": "everything before {before}"},
    "removed": {"zh": "已删除：", "en": "removed:"},
    "nothing": {"zh": "  没有需要删除的内容", "en": "  there was nothing to remove"},
    "bytes": {"zh": "（{size} 字节）", "en": " ({size} bytes)"},
    "verified": {
        "zh": "已核对：Qdrant 中还剩 {passages} 个段落，删除的文件已不在磁盘上；已重写：{rewritten}",
        "en": "verified: {passages} passages left in Qdrant, removed files are not on disk; rewritten: {rewritten}",
    },
    "nothing_rewritten": {"zh": "无", "en": "none"},
    "kept": {"zh": "没有触及：", "en": "not reached:"},
    "took": {"zh": "用时 {seconds:.1f} 秒", "en": "took {seconds:.1f} s"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One finished erasure. ``left_passages`` is what Qdrant said after the removal."""

    erasure_id: str
    requested_by: str
    scope: Scope
    began_at: datetime
    ended_at: datetime
    removed: dict[str, int]
    left_passages: int
    rewritten: tuple[str, ...] = ()
    """Files of the stores in which deleted words could have been read, rewritten without them."""
    not_reached: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For ``--json`` and ``--receipt``."""
        return {
            "erasure_id": self.erasure_id,
            "requested_by": self.requested_by,
            "scope": self.scope.document(),
            "began_at": self.began_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
            "removed": {name: self.removed.get(name, 0) for name in (*_NAMES, "file_bytes")},
            "left": {"passages": self.left_passages},
            "rewritten": list(self.rewritten),
            "not_reached": {name: _KEPT[name]["en"] for name in self.not_reached},
        }

    def text(self, language: Language) -> str:
        """For people."""
        lines = [_TEXTS["title"][language].format(id=self.erasure_id), _scope(self.scope, language)]
        lines.append(_TEXTS["removed"][language])
        counted = [(name, self.removed[name]) for name in _NAMES if self.removed.get(name)]
        for name, number in counted:
            size = self.removed.get("file_bytes", 0) if name == "bytes_removed" else 0
            more = _TEXTS["bytes"][language].format(size=f"{size:,}") if size else ""
            lines.append(f"  {number:>8,}  {_NAMES[name][language]}{more}")
        if not counted:
            lines.append(_TEXTS["nothing"][language])
        rewritten = "、".join(self.rewritten) if language == "zh" else ", ".join(self.rewritten)
        lines.append(
            _TEXTS["verified"][language].format(
                passages=self.left_passages, rewritten=rewritten or _TEXTS["nothing_rewritten"][language]
            )
        )
        lines.append(_TEXTS["kept"][language])
        lines += [f"  - {_KEPT[name][language]}" for name in self.not_reached]
        lines.append(_TEXTS["took"][language].format(seconds=(self.ended_at - self.began_at).total_seconds()))
        return "\n".join(lines)


def counted(removed: dict[str, int], language: Language) -> str:
    """Numbers by what they count, for a dry run."""
    lines = [f"  {number:>8,}  {_NAMES[name][language]}" for name, number in removed.items() if number]
    return "\n".join(lines) or _TEXTS["nothing"][language]


def _scope(scope: Scope, language: Language) -> str:
    parts = []
    if scope.channel_id is not None:
        parts.append(_TEXTS["channel"][language].format(id=scope.channel_id))
    if scope.workspace_id is not None:
        parts.append(_TEXTS["workspace"][language].format(id=scope.workspace_id))
    if scope.person_id is not None:
        parts.append(_TEXTS["person"][language].format(id=scope.person_id))
    if scope.record_ids:
        parts.append(_TEXTS["chosen"][language].format(count=len(scope.record_ids)))
    else:
        parts.append(_TEXTS["before"][language].format(before=scope.before.isoformat(timespec="seconds")))
    return _TEXTS["scope"][language].format(scope=("，" if language == "zh" else ", ").join(parts))
