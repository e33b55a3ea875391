from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.qdrant.edge_backup import copy_folder
from knowledge.qdrant.edge_collections import EdgeCollections, EngineRefusal
from tests.fakes.qdrant import quick_folder

_SPEC = {"vectors": {"dense": {"size": 2, "distance": "Cosine"}}, "metadata": {"embedding_model": "tiny"}}


@pytest.fixture
def folder() -> Iterator[Path]:
    with quick_folder() as quick:
        yield quick


def _loaded(folder: Path) -> EdgeCollections:
    collections = EdgeCollections(folder)
    collections.load()
    return collections


def test_collections_and_aliases_are_there_again_after_a_restart(folder: Path) -> None:
    collections = _loaded(folder)
    collections.create("one", _SPEC)
    collections.change_aliases([{"create_alias": {"alias_name": "current", "collection_name": "one"}}])
    collections.close()

    again = _loaded(folder)
    assert again.names == ["one"]
    assert again.get("current").spec["metadata"] == {"embedding_model": "tiny"}
    again.close()


def test_what_a_crash_left_is_removed(folder: Path) -> None:
    for name in (".new-half", ".dropped-old"):
        (folder / "collections" / name / "shard").mkdir(parents=True)

    collections = _loaded(folder)

    assert collections.names == []
    assert list((folder / "collections").iterdir()) == []


def test_dropping_takes_the_alias_along(folder: Path) -> None:
    collections = _loaded(folder)
    collections.create("one", _SPEC)
    collections.change_aliases([{"create_alias": {"alias_name": "current", "collection_name": "one"}}])

    assert collections.drop("one") is not None
    assert collections.drop("one") is None

    assert collections.aliases == {}
    with pytest.raises(EngineRefusal) as refusal:
        collections.get("current")
    assert refusal.value.status == 404


@pytest.mark.parametrize("name", ["../outside", "a/b", "", ".hidden", "名"])
def test_a_name_cannot_leave_the_folder(folder: Path, name: str) -> None:
    with pytest.raises(EngineRefusal) as refusal:
        _loaded(folder).create(name, _SPEC)
    assert refusal.value.status == 400


def test_aliases_change_all_or_not_at_all(folder: Path) -> None:
    collections = _loaded(folder)
    collections.create("one", _SPEC)
    with pytest.raises(EngineRefusal):
        collections.change_aliases(
            [
                {"create_alias": {"alias_name": "current", "collection_name": "one"}},
                {"create_alias": {"alias_name": "other", "collection_name": "missing"}},
            ]
        )
    assert collections.aliases == {}
    collections.close()


def test_a_copy_keeps_holes_and_refuses_to_mix(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    with (source / "sparse").open("wb") as file:
        file.seek(3_000_000)
        file.write(b"data")
        file.truncate(50_000_000)
    (source / "worker.lock").touch()
    (source / "empty").touch()

    copy_folder(source, tmp_path / "target")

    copied = tmp_path / "target" / "sparse"
    assert copied.read_bytes() == (source / "sparse").read_bytes()
    assert copied.stat().st_blocks * 512 < 5_000_000
    assert sorted(path.name for path in (tmp_path / "target").iterdir()) == ["empty", "sparse"]
    with pytest.raises(FileExistsError):
        copy_folder(source, tmp_path / "target")
