"""One table of figures at the end of the run, homes of their own, and the archive of 100,000 passages."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from bot.errors import ModelMissing
from bot.models.resolve import resolve_chat_model, resolve_embedding_model
from bot.settings import LlmSettings, Settings
from tests.benchmarks.figures import Figures
from tests.benchmarks.large_archive import build
from tests.fakes.small_model import SMALL_MODEL

_FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = Figures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash.get(_FIGURES, None)
    if figures:
        terminalreporter.ensure_newline()
        Console(width=150).print(figures.table())


@pytest.fixture
def figures(pytestconfig: pytest.Config) -> Iterator[Figures]:
    """The table; fails the benchmark in the end when one of its figures was missed."""
    table = pytestconfig.stash[_FIGURES]
    before = len(table.rows)
    yield table
    missed = [f"{row.what}: {row.value}, promised {row.promised}" for row in table.rows[before:] if row.kept is False]
    if missed:
        pytest.fail("\n".join(missed), pytrace=False)


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The models of this machine; skips when the embedding model was not pulled."""
    settings = Settings()
    try:
        resolve_embedding_model(settings)
    except ModelMissing:
        pytest.skip("the embedding model is not there; run: shiguang models pull")
    return settings.models_dir


@pytest.fixture
def home(tmp_path: Path, models_dir: Path) -> Path:
    """An empty home with the models."""
    return _home(tmp_path / "home", models_dir)


@pytest.fixture(scope="session")
def large_home(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Path]:
    """A home with 100,000 passages, made once; benchmarks may add to it."""
    home = _home(tmp_path_factory.mktemp("large") / "home", models_dir)
    asyncio.run(build(Settings(home=home, llm=LlmSettings(backend="none"))))
    yield home


@pytest.fixture(scope="session")
def small_model(models_dir: Path) -> str:
    """The name of the 0.5B model; skips when it was not pulled."""
    try:
        resolve_chat_model(Settings(llm=LlmSettings(model=SMALL_MODEL)))
    except ModelMissing:
        pytest.skip(f"{SMALL_MODEL} is not there; run: shiguang models pull {SMALL_MODEL}")
    return SMALL_MODEL


def _home(home: Path, models_dir: Path) -> Path:
    home.mkdir(parents=True)
    (home / "models").symlink_to(models_dir, target_is_directory=True)
    return home
