import os
from pathlib import Path

from bot.models.store import Manifest, ModelStore, describe_files, sha256_of


def _publish(store: ModelStore, name: str = "m", content: bytes = b"weights") -> Manifest:
    ready = store.staging(name) / "ready"
    (ready / "deep").mkdir(parents=True)
    (ready / "m.gguf").write_bytes(content)
    (ready / "deep" / "more").write_bytes(b"")
    manifest = Manifest(
        name=name, role="chat", source="test", checked="none", main_file="m.gguf", files=describe_files(ready)
    )
    store.publish(name, ready, manifest)
    return manifest


def test_a_published_model_is_complete_and_leaves_nothing_behind(store: ModelStore) -> None:
    manifest = _publish(store)
    assert store.manifest("m") == manifest
    assert store.is_complete("m")
    assert store.is_untouched("m")
    assert list(store.partial_dir.iterdir()) == []


def test_a_newer_one_replaces_it(store: ModelStore) -> None:
    _publish(store)
    _publish(store, content=b"newer")
    assert (store.folder("m") / "m.gguf").read_bytes() == b"newer"
    assert list(store.partial_dir.iterdir()) == []


def test_size_and_time_tell_that_something_changed(store: ModelStore) -> None:
    _publish(store)
    path = store.folder("m") / "m.gguf"
    os.utime(path, ns=(1, 1))
    assert store.is_complete("m")
    assert not store.is_untouched("m")
    path.write_bytes(b"x")
    assert not store.is_complete("m")
    path.unlink()
    assert not store.is_complete("m")


def test_no_manifest_or_a_broken_one_means_not_there(store: ModelStore) -> None:
    assert store.manifest("m") is None
    assert not store.is_complete("m")
    _publish(store)
    (store.folder("m") / "manifest.json").write_text("{")
    assert store.manifest("m") is None


def test_a_name_with_a_slash_is_one_folder(store: ModelStore) -> None:
    assert store.folder("a/b").parent == store.models_dir


def test_hashing_tells_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").write_bytes(b"678")
    heard: list[int] = []
    files = describe_files(tmp_path, on_bytes=heard.append)
    assert heard == [5, 8]
    assert [file.size for file in files] == [5, 3]
    assert files[0].sha256 == sha256_of(tmp_path / "a")
