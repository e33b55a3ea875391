import json

from bot.models.catalogue import SMALL_CHAT
from bot.models.store import Manifest, ModelStore, describe_files
from bot.models.verify import stored_names, verify_models


def _publish(store: ModelStore, name: str) -> None:
    ready = store.staging(name) / "ready"
    ready.mkdir(parents=True)
    (ready / f"{name}.gguf").write_bytes(b"weights")
    manifest = Manifest(
        name=name, role="chat", source="t", checked="none", main_file=f"{name}.gguf", files=describe_files(ready)
    )
    store.publish(name, ready, manifest)


async def test_whole_changed_and_missing(store: ModelStore) -> None:
    for name in ("whole", "changed", "cut"):
        _publish(store, name)
    (store.folder("changed") / "changed.gguf").write_bytes(b"WEIGHTS")
    (store.folder("cut") / "cut.gguf").unlink()
    found = await verify_models(store, ["whole", "changed", "cut", "absent"])
    assert [(result.name, result.state) for result in found] == [
        ("whole", "ok"),
        ("changed", "corrupt"),
        ("cut", "corrupt"),
        ("absent", "missing"),
    ]
    assert found[1].wrong_files == ("changed.gguf",)
    assert found[2].wrong_files == ("cut.gguf",)


async def test_a_forged_manifest_does_not_hide_a_changed_file(store: ModelStore) -> None:
    _publish(store, SMALL_CHAT.name)  # its manifest fits its file, which is not Qwen's
    (result,) = await verify_models(store, [SMALL_CHAT.name])
    assert result.state == "corrupt"


def test_stored_names_are_those_with_a_manifest(store: ModelStore) -> None:
    assert stored_names(store) == ()
    _publish(store, "b")
    _publish(store, "a")
    (store.models_dir / "half").mkdir()
    (store.models_dir / "broken").mkdir()
    (store.models_dir / "broken" / "manifest.json").write_text(json.dumps({"name": 1}))
    assert stored_names(store) == ("a", "b")
