"""A store in a temporary folder, and pip cut off from every index."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.executor import Executor
from bot.models.pull import Puller
from bot.models.store import ModelStore


@pytest.fixture
def wheelhouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks."""
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
async def puller(store: ModelStore) -> AsyncIterator[Puller]:
    async with Puller(store, wait_seconds=0.01) as opened:
        yield opened


@pytest.fixture
async def disk() -> AsyncIterator[Executor]:
    executor = Executor("test", threads=2)
    yield executor
    executor.close()
