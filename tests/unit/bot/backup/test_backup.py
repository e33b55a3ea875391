"""Backups: everything comes back as it was, and a damaged or hostile one touches nothing."""

import gzip
import hashlib
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.backup.manifest import MANIFEST, Manifest, is_member_name
from bot.backup.reading import BackupRefused, verify
from bot.backup.restoring import check, put_in_place
from bot.backup.writing import Written, write_backup
from bot.errors import ArchiveError
from bot.settings import LlmSettings, Settings, VectorSettings, WebSettings, load_settings
from bot.truth.database import HEAD, Database

BYTES = b"the contract costs 4,500 euro"
NAME = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
async def home(settings: Settings) -> Settings:
    """A home with a database and one shared file."""
    database = Database(settings.truth_url)
    await database.migrate()
    await database.close()
    _change(
        settings,
        "insert into messages (record_id, text, version_at, edited, system, applied_at)"
        " values ('m1', 'hello', '2026-11-02 09:00:00', 0, 0, '2026-11-02 09:00:00')",
        "insert into files (file_id, platform_file_id, record_id, name, media_type, caption, status, applied_at)"
        " values ('m1|f', 'f', 'm1', 'c.txt', 'text/plain', '', 'read', '2026-11-02 09:00:00')",
    )
    with closing(sqlite3.connect(settings.home / "truth.db")) as connection, connection:
        connection.execute("update files set sha256 = ?", (NAME,))
    _file(settings).parent.mkdir(parents=True)
    _file(settings).write_bytes(BYTES)
    return settings


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"home": tmp_path / "elsewhere"})


def _file(settings: Settings) -> Path:
    return settings.files_dir / NAME[:2] / NAME[2:4] / NAME


def _change(settings: Settings, *statements: str) -> None:
    with closing(sqlite3.connect(settings.home / "truth.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def _rows(settings: Settings) -> list[object]:
    with closing(sqlite3.connect(settings.home / "truth.db")) as connection:
        return list(connection.execute("select record_id, text from messages"))


def _hidden(folder: Path) -> list[Path]:
    return list(folder.glob(".*"))


def _silent(_: int, __: int) -> None:
    """Show nothing."""


def _write(settings: Settings, target: Path) -> Written:
    return write_backup(settings, target, vectors=None, made_by=None, progress=_silent)


async def _restore(source: Path, settings: Settings, *, force: bool = False) -> None:
    await put_in_place(source, await check(source, settings, force=force), settings, with_vectors=False)


def _everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".lock", ".db-shm", ".db-wal")
    }


def _repacked(source: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> Path:
    """A backup with other members, whose list is made to fit unless ``change`` breaks it."""
    with tarfile.open(source) as tar:
        members = [(info, file.read()) for info in tar if (file := tar.extractfile(info)) is not None]
    change(members)
    target = source.with_name("changed")
    with tarfile.open(target, "w:gz") as tar:
        for info, content in members:
            info.size = len(content) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(content))
    return target


async def test_what_was_backed_up_comes_back(home: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    written = _write(home, tmp_path / "b.shiguang")
    assert (written.messages, written.files) == (1, 1)
    assert (tmp_path / "b.shiguang").stat().st_mode & 0o077 == 0
    await _restore(tmp_path / "b.shiguang", elsewhere)
    assert _rows(elsewhere) == _rows(home)
    assert _file(elsewhere).read_bytes() == BYTES
    assert (elsewhere.home / "truth.db").stat().st_mode & 0o077 == 0
    assert not _hidden(tmp_path) + _hidden(elsewhere.home), "nothing half done is left"


async def test_a_backup_holds_nothing_that_was_deleted(home: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home.home / "truth.db")) as connection, connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("update messages set text = 'tangerine' || hex(zeroblob(5000))")
    _change(home, "update messages set text = ''")
    _write(home, tmp_path / "b")
    with tarfile.open(tmp_path / "b") as tar:
        truth = tar.extractfile("truth.db")
        assert truth is not None
        assert b"tangerine" not in truth.read()


async def test_secrets_stay_out_and_other_settings_come_back(
    home: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = home.model_copy(
        update={
            "timezone": "Europe/Madrid",
            "connectors": ("console",),
            "web": WebSettings(port=9, token=SecretStr("hush-hush")),
            "vector": VectorSettings(backend="server", urls=("https://q:6333",), api_key=SecretStr("hush-key")),
        }
    )
    _write(chosen, tmp_path / "b")
    await _restore(tmp_path / "b", elsewhere)
    text = (elsewhere.home / "shiguang.toml").read_text("utf-8")
    assert "hush" not in text
    assert "web.token" in text.splitlines()[0]
    monkeypatch.setenv("SHIGUANG_HOME", str(elsewhere.home))
    restored = load_settings(llm=LlmSettings(backend="none"))
    assert (restored.timezone, restored.web.port, restored.vector.urls) == ("Europe/Madrid", 9, ("https://q:6333",))
    assert b"hush" not in gzip.decompress((tmp_path / "b").read_bytes())


async def test_a_home_that_is_in_use_is_replaced_only_when_told(home: Settings, tmp_path: Path) -> None:
    _write(home, tmp_path / "b")
    _change(home, "update messages set text = 'newer'")
    before = _everything(home.home)
    with pytest.raises(ArchiveError, match="not empty"):
        await _restore(tmp_path / "b", home)
    assert _everything(home.home) == before
    await _restore(tmp_path / "b", home, force=True)
    assert _rows(home) == [("m1", "hello")]


async def test_while_something_runs_on_the_home_nothing_is_replaced(home: Settings, tmp_path: Path) -> None:
    from bot.archive.lock import ArchivistLock

    _write(home, tmp_path / "b")
    lock = ArchivistLock(home.home)
    assert lock.acquire()
    with pytest.raises(ArchiveError, match="another shiguang"):
        await _restore(tmp_path / "b", home, force=True)
    lock.release()
    await _restore(tmp_path / "b", home, force=True)


def _cut(source: Path) -> Path:
    content = source.read_bytes()
    target = source.with_name("cut")
    target.write_bytes(content[: len(content) // 2])
    return target


def _not_compressed(source: Path) -> Path:
    target = source.with_name("text")
    target.write_text("no backup")
    return target


def _without_the_list(source: Path) -> Path:
    return _repacked(source, lambda members: members.pop() and None)


def _another_text(source: Path) -> Path:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        [at] = [number for number, (info, _) in enumerate(members) if info.name.startswith("files/")]
        members[at] = (members[at][0], b"the contract costs 9,500 euro")

    return _repacked(source, change)


def _another_text_and_list(source: Path) -> Path:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        [at] = [number for number, (info, _) in enumerate(members) if info.name.startswith("files/")]
        content = b"the contract costs 9,500 euro"
        members[at] = (members[at][0], content)
        info, listing = members[-1]
        document = json.loads(listing)
        document["members"][members[at][0].name] = {
            "sha256": hashlib.sha256(content).hexdigest(), "size": len(content),
        }  # fmt: skip
        members[-1] = (info, json.dumps(document).encode())

    return _repacked(source, change)


def _with_member(name: str, kind: bytes = tarfile.REGTYPE) -> Callable[[Path], Path]:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        members.insert(0, (info, b"" if kind != tarfile.REGTYPE else b"evil"))

    return lambda source: _repacked(source, change)


def _twice(source: Path) -> Path:
    return _repacked(source, lambda members: members.insert(0, members[0]))


def _newer_schema(source: Path) -> Path:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        info, listing = members[-1]
        members[-1] = (info, listing.replace(f'"truth_schema": "{HEAD}"'.encode(), b'"truth_schema": "9999"'))

    return _repacked(source, change)


_BROKEN: dict[str, tuple[Callable[[Path], Path], str]] = {
    "cut off": (_cut, "damaged|cut off"),
    "no backup": (_not_compressed, "no backup"),
    "list missing": (_without_the_list, "cut off"),
    "bytes changed": (_another_text, "another checksum"),
    "bytes and list changed": (_another_text_and_list, "its name says"),
    "a path that leads out": (_with_member("../../evil"), "does not belong"),
    "a path that leads out of the engine's folder": (_with_member("qdrant/../../evil"), "does not belong"),
    "an absolute path": (_with_member("/tmp/evil"), "does not belong"),
    "a symbolic link": (_with_member("truth.db", tarfile.SYMTYPE), "no plain file"),
    "a file that is not listed": (_with_member("qdrant/evil"), "not listed"),
    "a member twice": (_twice, "twice"),
    "a newer database": (_newer_schema, "version 9999"),
}


@pytest.mark.parametrize("name", _BROKEN)
async def test_a_broken_backup_is_refused_with_nothing_touched(name: str, home: Settings, tmp_path: Path) -> None:
    _write(home, tmp_path / "b")
    make, told = _BROKEN[name]
    broken = make(tmp_path / "b")
    before = _everything(home.home)
    with pytest.raises(BackupRefused, match=told) as caught:
        await _restore(broken, home, force=True)
    assert _everything(home.home) == before
    assert caught.value.hint("zh")


async def test_an_older_database_is_brought_up(home: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from bot.truth import database as database_module

    database = Database(home.truth_url)
    config = Config()
    config.set_main_option("script_location", str(Path(database_module.__file__).parent / "migrations"))

    def down(connection: object) -> None:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")

    async with database.begin() as connection:
        await connection.run_sync(down)
    await database.close()
    _write(home, tmp_path / "b")
    assert verify(tmp_path / "b").truth_schema == "0001"
    await _restore(tmp_path / "b", elsewhere)
    with closing(sqlite3.connect(elsewhere.home / "truth.db")) as restored:
        assert restored.execute("select version_num from alembic_version").fetchone() == (HEAD,)


async def test_files_deleted_while_they_are_copied_are_deleted_in_the_backup(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.backup import writing

    original = writing._Writing.add_file
    told: Iterator[int] = iter(range(1))

    def deleting(self: object, name: str, path: Path) -> bool:
        if next(told, None) is not None:
            path.unlink()
            _change(home, "update files set removed_at = '2026-11-03 09:00:00', sha256 = null, name = ''")
        return original(self, name, path)  # type: ignore[arg-type]  # the method without its class

    monkeypatch.setattr(writing._Writing, "add_file", deleting)
    written = _write(home, tmp_path / "b")
    assert written.files == 0
    assert not any(name.startswith("files/") for name in verify(tmp_path / "b").members)


def test_names_of_members() -> None:
    assert all(map(is_member_name, ("truth.db", f"files/{NAME}", "qdrant/collections/x/shard/wal/open-1")))
    bad = (
        "files/x",
        "qdrant",
        "qdrant/",
        "qdrant//x",
        "qdrant/./x",
        "models/x",
        "truth.db/x",
        "/qdrant/x",
        "qdrant/..",
    )
    assert not any(map(is_member_name, bad))


def test_the_list_is_the_last_member(home: Settings, tmp_path: Path) -> None:
    _write(home, tmp_path / "b")
    with tarfile.open(tmp_path / "b") as tar:
        names = tar.getnames()
        listing = tar.extractfile(MANIFEST)
        assert listing is not None
        assert set(Manifest.model_validate_json(listing.read()).members) == set(names[:-1])
    assert names[-1] == MANIFEST
    with pytest.raises(ArchiveError, match="exists"):
        _write(home, tmp_path / "b")
