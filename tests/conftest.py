"""Fixtures that many tests share: a home of its own, and the application over real stores with a tiny embedder."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest

from bot.application import Application, open_application
from bot.llm.interface import LanguageModel
from bot.llm.scripted import ScriptedModel
from bot.settings import LlmSettings, Settings, WebSettings, load_settings
from bot.truth import database as database_module
from knowledge.qdrant import edge_launcher
from tests.fakes.embedder import TinyEmbedder
from tests.fakes.qdrant import quick_folder
from tests.fakes.schema import upgrade_or_copy
from tests.fakes.worker_nursery import start_forked

# An example that waits for a busy processor is no failure, and every run tries the same examples: others are tried with
# ``--hypothesis-profile=exploring``.
hypothesis.settings.register_profile(
    "exploring", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("shiguang", hypothesis.settings.get_profile("exploring"), derandomize=True)
hypothesis.settings.load_profile("shiguang")


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay: every full collection of garbage would look through them, for a second."""
    gc.collect()
    gc.freeze()


class ApplicationFactory(Protocol):
    """Opens the application on the test's home; call it again after closing to simulate a restart."""

    def __call__(self, *, model: LanguageModel | None = None) -> AbstractAsyncContextManager[Application]: ...


@pytest.fixture(autouse=True)
def quick_schema(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """New databases get a copy of the schema; tests marked ``migrations`` run the real ones."""
    if request.node.get_closest_marker("migrations") is None:
        monkeypatch.setattr(database_module, "_upgrade", upgrade_or_copy)


@pytest.fixture(autouse=True)
def quick_worker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of the embedded engine are forked; tests marked ``worker`` start them as the product does."""
    if request.node.get_closest_marker("worker") is None:
        monkeypatch.setattr(edge_launcher, "_start", start_forked)


@pytest.fixture
def quick_home() -> Iterator[Path]:
    """Where a home may be made: in memory where possible, because every acknowledged event waits for the disk."""
    with quick_folder() as folder:
        yield folder / "home"


@pytest.fixture
def settings(tmp_path: Path, quick_home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a fresh home that nothing outside the test influences."""
    for key in ("SHIGUANG_CONFIG", "SHIGUANG_HOME"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.chdir(tmp_path)
    return load_settings(
        home=quick_home, timezone="Asia/Shanghai", web=WebSettings(port=0), llm=LlmSettings(backend="none")
    )


@pytest.fixture
def open_app(settings: Settings) -> ApplicationFactory:
    """The application with real SQLite, the real vector engine, a tiny embedder and a scripted model."""

    def factory(*, model: LanguageModel | None = None) -> AbstractAsyncContextManager[Application]:
        return open_application(settings, embedder=TinyEmbedder(), model=model or ScriptedModel([]))

    return factory


@pytest.fixture
async def application(open_app: ApplicationFactory) -> AsyncIterator[Application]:
    """The application, opened; the archivist is driven by the test with ``drain``."""
    async with open_app() as opened:
        yield opened
