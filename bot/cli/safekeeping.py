"""What ``backup`` and ``restore`` do."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

from rich.progress import Progress

from bot.application import archive_identity, embedding_spec, prepare_home, vector_config
from bot.archive.failures import archive_failures
from bot.archive.inspection import Inspection
from bot.archive.rebuild import rebuild
from bot.backup.manifest import Manifest, Vectors
from bot.backup.restoring import check, put_in_place
from bot.backup.writing import Written, room_beside, write_backup
from bot.cli.output import ERR, print_json
from bot.errors import ArchiveError, Language, ShiguangError
from bot.file_store import FileStore
from bot.language import system_language
from bot.settings import Settings, load_settings
from bot.truth.database import Database
from knowledge.qdrant.schema import ArchiveIdentity
from knowledge.qdrant.store import PassageStore

_TEXTS: dict[str, dict[Language, str]] = {
    "written": {
        "zh": "{target}：{messages:,} 条消息，{files:,} 个文件，{size:,} 字节",
        "en": "{target}: {messages:,} messages, {files:,} files, {size:,} bytes",
    },
    "restored": {
        "zh": "已恢复 {made_at} 的备份：{messages:,} 条消息，{files:,} 个文件",
        "en": "restored the backup of {made_at}: {messages:,} messages, {files:,} files",
    },
    "indexing": {"zh": "正在重建搜索用的档案", "en": "building the searched archive"},
    "not_indexed": {
        "zh": "内容已恢复，但搜索用的档案还没有建立：{reason}\n→ 解决后运行 shiguang reindex",
        "en": "everything is back, but cannot be searched yet: {reason}\n→ mend that and run: shiguang reindex",
    },
}


async def backup(target: Path, *, with_vectors: bool, as_json: bool) -> None:
    """Write a backup."""
    settings = load_settings()
    prepare_home(settings)
    if settings.truth.url is not None:
        raise ArchiveError(
            "the settings name a database of their own (truth.url)",
            hint="Dump PostgreSQL with pg_dump, and copy the folder files/ of the home beside it.",
        )
    if not (settings.home / "truth.db").is_file():
        raise ArchiveError(f"{settings.home} holds no archive yet", hint="Check SHIGUANG_HOME.")
    if with_vectors and settings.vector.backend == "server":
        raise ArchiveError(
            "the searched archive is on a Qdrant server",
            hint="Leave --with-vectors out: restore builds it anew. Or take snapshots on the server.",
        )
    if not await asyncio.to_thread(target.parent.is_dir):
        raise ArchiveError(f"{target.parent} is no folder", hint="Make it first.")
    with Progress(console=ERR, disable=not ERR.is_terminal, transient=True) as bar:
        task = bar.add_task("backup", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        try:
            if not with_vectors:
                written = await asyncio.to_thread(
                    write_backup, settings, target, vectors=None, made_by=None, progress=progress
                )
            else:
                with room_beside(target) as room:
                    made_by = await _copy_vectors(settings, room / "qdrant")
                    written = await asyncio.to_thread(
                        write_backup, settings, target, vectors=room / "qdrant", made_by=made_by, progress=progress
                    )
        except OSError as error:
            raise ArchiveError(f"{target}: {error.strerror}", hint="Check space and permissions there.") from None
    _tell_written(written, as_json=as_json)


async def restore(source: Path, *, force: bool, as_json: bool) -> None:
    """Bring a backup back, and make it searchable."""
    settings = load_settings()
    manifest = await check(source, settings, force=force)
    identity = archive_identity(await asyncio.to_thread(embedding_spec, settings)) if manifest.vectors else None
    fits = manifest.vectors is not None and manifest.vectors == _made_by(identity)
    with_vectors = fits and settings.vector.backend == "edge"
    await put_in_place(source, manifest, settings, with_vectors=with_vectors)
    reindexed: int | None = None
    reason = ""
    try:
        if with_vectors and identity is not None:
            await _settle(settings, identity)
        else:
            ERR.print(_say("indexing"))
            reindexed = await _rebuild(settings)
    except ShiguangError as error:
        reason = error.sentence(system_language())
    if as_json:
        print_json(
            {
                "made_at": manifest.made_at.isoformat(),
                "messages": manifest.messages,
                "files": manifest.files,
                "reindexed": reindexed,
                "with_vectors": with_vectors,
                "searchable": not reason,
            }
        )
    else:
        ERR.print(_say("restored", **_facts(manifest)), markup=False)
    if reason:
        ERR.print(_say("not_indexed", reason=reason), markup=False)
        raise SystemExit(1)


async def _rebuild(settings: Settings) -> int:
    with Progress(console=ERR, disable=not ERR.is_terminal, transient=True) as bar:
        task = bar.add_task("reindex", total=None)
        rebuilt = await rebuild(settings, progress=lambda done, total: bar.update(task, completed=done, total=total))
    return rebuilt.records


async def _settle(settings: Settings, identity: ArchiveIdentity) -> None:
    """Queue what was written between the copies of the vectors and of the truth; ``serve`` or an import indexes it."""
    async with AsyncExitStack() as stack:
        database = Database(settings.truth_url)
        stack.push_async_callback(database.close)
        file_store = FileStore(settings.files_dir, max_bytes=settings.files.max_bytes)
        stack.callback(file_store.close)
        store = PassageStore(vector_config(settings))
        stack.push_async_callback(store.close)
        with archive_failures():
            await store.open(identity)
            await Inspection(database, store, file_store, fix=True).run()


async def _copy_vectors(settings: Settings, target: Path) -> Vectors | None:
    identity = archive_identity(await asyncio.to_thread(embedding_spec, settings))
    store = PassageStore(vector_config(settings))
    try:
        with archive_failures():
            await store.open(identity)
            await store.backup(target)
    finally:
        await store.close()
    return _made_by(identity)


def _made_by(identity: ArchiveIdentity | None) -> Vectors | None:
    if identity is None:
        return None
    made_by = identity.as_metadata()
    return Vectors(
        schema_version=made_by["schema"],
        embedding_model=identity.embedding_model,
        dimension=identity.dimension,
        tokenizer=identity.tokenizer,
    )


def _facts(manifest: Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at.isoformat(timespec="seconds"),
        "messages": manifest.messages,
        "files": manifest.files,
    }


def _tell_written(written: Written, *, as_json: bool) -> None:
    facts = asdict(written) | {"target": str(written.target)}
    if as_json:
        print_json(facts)
    else:
        ERR.print(_say("written", **facts), markup=False)


def _say(name: str, **values: object) -> str:
    return _TEXTS[name][system_language()].format(**values)
