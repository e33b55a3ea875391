from pathlib import Path

import pytest

from bot.models.catalogue import DEFAULT_CHAT, DEFAULT_EMBEDDING, RERANKER, Model
from bot.models.ready import models_are_ready
from bot.models.store import Manifest, ModelStore, describe_files


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIGUANG_HOME", str(tmp_path))
    return tmp_path


def _store(home: Path, model: Model) -> None:
    store = ModelStore(home / "models")
    ready = store.staging(model.name) / "ready"
    ready.mkdir(parents=True)
    (ready / model.main_file).parent.mkdir(exist_ok=True)
    (ready / model.main_file).write_text("x")
    manifest = Manifest(
        name=model.name,
        role=model.role,
        source="test",
        checked="none",
        main_file=model.main_file,
        files=describe_files(ready),
    )
    store.publish(model.name, ready, manifest)


def test_ready_means_everything_that_the_settings_need(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not models_are_ready()
    _store(home, DEFAULT_EMBEDDING)
    assert not models_are_ready()
    with monkeypatch.context() as patched:
        patched.setenv("SHIGUANG_LLM__BACKEND", "none")
        assert models_are_ready()
    _store(home, DEFAULT_CHAT)
    assert models_are_ready()
    monkeypatch.setenv("SHIGUANG_RERANKER__MODEL", RERANKER.name)
    assert not models_are_ready()
    _store(home, RERANKER)
    assert models_are_ready()


def test_wrong_settings_are_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_LLM__MODEL", "nothing")
    assert not models_are_ready()
