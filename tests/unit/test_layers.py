"""The house: ``bot`` knows ``connectors`` and ``knowledge``; these two know neither ``bot`` nor each other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = frozenset({"bot", "connectors", "knowledge", "tests", "deploy"})
MAY_IMPORT = {
    "bot": {"bot", "connectors", "knowledge"},
    "connectors": {"connectors"},
    "knowledge": {"knowledge"},
}
TRUTH_AND_MODEL = frozenset({"sqlalchemy", "aiosqlite", "asyncpg", "alembic", "llama_cpp"})


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            yield node.lineno, ".".join([*above, *([node.module] if node.module else [])])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


def _modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_imports_point_inward(folder: str) -> None:
    modules = _modules(folder)
    assert len(modules) > 10
    strange = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules
        for line, name in _imports(path)
        if name.partition(".")[0] in OWN - MAY_IMPORT[folder]
    ]
    assert not strange


def test_only_the_application_knows_the_truth_and_the_model() -> None:
    strange = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for folder in ("connectors", "knowledge")
        for path in _modules(folder)
        for line, name in _imports(path)
        if name.partition(".")[0] in TRUTH_AND_MODEL
    ]
    assert not strange


def test_platforms_do_not_know_each_other() -> None:
    platforms = {path.name for path in (ROOT / "connectors").iterdir() if (path / "__init__.py").is_file()}
    assert {"console", "slack"} <= platforms
    strange = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for platform in platforms
        for path in _modules(f"connectors/{platform}")
        for line, name in _imports(path)
        if any(name.startswith(f"connectors.{other}") for other in platforms - {platform})
    ]
    assert not strange


def test_the_detector_sees_every_kind_of_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "knowledge" / "x" / "y.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "import bot.errors as e\nfrom bot import errors\ndef f():\n    from bot.x import y\n"
        "import importlib\nimportlib.import_module('bot.z')\nfrom ..a import b\nfrom . import c\n",
        "utf-8",
    )
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    found = [name for _, name in _imports(path)]
    assert {"bot.errors", "bot", "bot.x", "bot.z", "knowledge.a", "knowledge.x"} <= set(found)
