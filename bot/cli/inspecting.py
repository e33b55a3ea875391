"""What ``doctor archive`` does."""

from dataclasses import asdict
from typing import Literal

from rich.progress import Progress

from bot.application import Application, open_application
from bot.archive.failures import archive_failures
from bot.archive.forgetting import forgetting_of
from bot.archive.inspection import Damage, Inspected, Inspection, Kind
from bot.archive.lock import ArchivistLock
from bot.cli.output import ERR, OUT, print_json
from bot.errors import Language
from bot.language import system_language
from bot.settings import load_settings

State = Literal["agrees", "disagrees", "mended", "queued"]

_KINDS: dict[Kind, dict[Language, str]] = {
    "passages_missing": {"zh": "搜不到的记录", "en": "records that search does not find"},
    "passages_stale": {"zh": "搜到的是旧内容的记录", "en": "records that search finds with other content"},
    "passages_surplus": {"zh": "已删除却仍搜得到的内容", "en": "records or parts that search finds but that are gone"},
    "bytes_missing": {"zh": "丢失的文件", "en": "files whose bytes are lost"},
    "bytes_wrong": {"zh": "内容损坏的文件", "en": "files whose bytes are not those that were shared"},
    "bytes_surplus": {"zh": "没有消息指向的文件", "en": "bytes that no message names"},
    "rows_of_the_dead": {"zh": "属于已删除记录的条目", "en": "rows about records that are gone"},
    "words_of_the_dead": {"zh": "已删除记录残留的文字", "en": "words of records that are gone"},
    "queue_stuck": {"zh": "多次失败后放弃的记录", "en": "records given up after failures"},
    "events_failed": {"zh": "处理失败的事件", "en": "events that failed"},
    "erasures_unfinished": {"zh": "中断的清除", "en": "removals that were interrupted"},
}
_STATES: dict[State, dict[Language, str]] = {
    "agrees": {"zh": "数据库、文件和 Qdrant 一致", "en": "database, files and Qdrant agree"},
    "disagrees": {
        "zh": "不一致；运行 shiguang doctor archive --fix 修复",
        "en": "they do not agree; run: shiguang doctor archive --fix",
    },
    "mended": {"zh": "已修复，复查后一致", "en": "mended; looked at again, they agree"},
    "queued": {
        "zh": "已修复或排队；正在运行的 shiguang serve 会完成其余部分",
        "en": "mended or queued; the running shiguang serve does the rest",
    },
}
_LOOKED: dict[Language, str] = {
    "zh": "检查了 {records:,} 条记录、{passages:,} 个段落、{files:,} 个文件",
    "en": "looked at {records:,} records, {passages:,} passages, {files:,} files",
}


async def inspect(*, fix: bool, deep: bool, as_json: bool) -> None:
    """Inspect, mend, inspect again; leaves with status 1 when the stores do not agree in the end."""
    async with open_application(load_settings()) as application:
        with archive_failures():
            inspected = await _inspect(application, fix=fix, deep=deep)
            state: State = "agrees" if inspected.agrees else "disagrees"
            left = list(inspected.damages.values())
            if fix and not inspected.agrees:
                state, left = await _mend(application, deep=deep)
    _tell(inspected, state, left, as_json=as_json)
    if state == "disagrees":
        raise SystemExit(1)


async def _inspect(application: Application, *, fix: bool, deep: bool) -> Inspected:
    inspection = Inspection(application.database, application.store, application.file_store, fix=fix, deep=deep)
    with Progress(console=ERR, disable=not ERR.is_terminal, transient=True) as bar:
        task = bar.add_task("doctor archive", total=None)
        return await inspection.run(progress=lambda done: bar.update(task, completed=done))


async def _mend(application: Application, *, deep: bool) -> tuple[State, list[Damage]]:
    """Index what was queued, and prove that all is well, unless a server on the same home does the former."""
    lock = ArchivistLock(application.settings.home)
    if not lock.acquire():
        return "queued", []
    try:
        await application.archivist.drain()
        await forgetting_of(application).carry_out(attend=application.archivist.drain)
        again = await _inspect(application, fix=False, deep=deep)
    finally:
        lock.release()
    return ("mended" if again.agrees else "disagrees"), list(again.damages.values())


def _tell(inspected: Inspected, state: State, left: list[Damage], *, as_json: bool) -> None:
    language = system_language()
    counts = {"records": inspected.records, "passages": inspected.passages, "files": inspected.files}
    if as_json:
        print_json(
            {
                **counts,
                "state": state,
                "found": [asdict(damage) for damage in inspected.damages.values()],
                "left": [asdict(damage) for damage in left],
            }
        )
        return
    OUT.print(_LOOKED[language].format(**counts))
    for damage in inspected.damages.values():
        OUT.print(f"! {damage.count:,}  {_KINDS[damage.kind][language]}", markup=False)
        OUT.print(f"    {', '.join(damage.examples)}", markup=False)
    OUT.print(_STATES[state][language])
