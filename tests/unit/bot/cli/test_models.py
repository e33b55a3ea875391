import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.models import _Choice, _wanted, app
from bot.models.catalogue import CATALOGUE, DEFAULT_CHAT, RERANKER
from bot.settings import load_settings
from tests.fakes.cross_encoder import store_cross_encoder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, no hub and no package index."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIGUANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    return tmp_path / "home"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF" + b"w" * 100)
    return path


def test_list_shows_every_model_and_marks_the_used_ones() -> None:
    result = CliRunner().invoke(app, ["list"])
    assert result.exit_code == 0
    for model in CATALOGUE:
        assert model.name in result.stdout
    assert f"*  {DEFAULT_CHAT.name}" in result.stdout


def test_a_re_ranker_is_listed_and_marked_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_RERANKER__MODEL", RERANKER.name)
    listed = json.loads(CliRunner().invoke(app, ["list", "--json"]).stdout)["models"]
    [row] = [model for model in listed if model["role"] == "reranker"]
    assert (row["name"], row["hub"], row["used"], row["installed"]) == (RERANKER.name, True, True, False)


def test_what_the_settings_need_is_pulled_re_ranker_included(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("SHIGUANG_RERANKER__MODEL", RERANKER.name)
    folder = store_cross_encoder(home / "models", RERANKER.name, "words")
    for small in (False, True):
        assert RERANKER in _wanted(load_settings(), _Choice(names=(), everything=False, small=small, sha256=None))
    assert "ready" in CliRunner().invoke(app, ["pull", RERANKER.name]).stdout
    (folder / "tokenizer.json").write_text("{}")
    verified = CliRunner().invoke(app, ["verify", RERANKER.name])
    assert verified.exit_code == 1
    assert f"{RERANKER.name}: corrupt · tokenizer.json" in verified.stdout


def test_json_is_one_document_and_progress_goes_elsewhere(own: Path, home: Path) -> None:
    pulled = CliRunner().invoke(app, ["pull", str(own), "--json"])
    assert [model["name"] for model in json.loads(pulled.stdout)["models"]] == ["own"]
    assert "Copying own" in pulled.stderr
    listed = json.loads(CliRunner().invoke(app, ["list", "--json"]).stdout)
    assert listed["models_dir"] == str(home / "models")
    assert [model["name"] for model in listed["models"] if model["installed"]] == ["own"]
    verified = json.loads(CliRunner().invoke(app, ["verify", "--json"]).stdout)
    assert verified == {"models": [{"name": "own", "state": "ok", "wrong_files": []}]}


def test_a_changed_file_fails_the_check_and_says_how_to_mend_it(own: Path, home: Path) -> None:
    CliRunner().invoke(app, ["pull", str(own)])
    (home / "models" / "own" / "own.gguf").write_bytes(b"GGUF")
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 1
    assert "own: corrupt" in result.stdout
    assert "model_corrupt" in result.stderr
    assert "pull --force own" in result.stderr


def test_verify_with_nothing_there_says_so() -> None:
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 1
    assert "nothing has been pulled yet" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pull", "nothing"], "no model is called 'nothing'"),
        (["pull", "nothing", "--all"], "not several of them"),
        (["pull", "--all", "--sha256", "0" * 64], "exactly one name"),
        (["recommend", "--language", "fr"], "auto, zh or en"),
        (["pull", "--small"], "does not offer"),
    ],
)
def test_failures_are_sentences(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_a_wrong_checksum_is_refused(own: Path, home: Path) -> None:
    result = CliRunner().invoke(app, ["pull", str(own), "--sha256", "0" * 64])
    assert result.exit_code == 1
    assert "wrong checksum" in result.stderr
    assert not (home / "models" / "own").exists()


def test_recommend_without_a_hub() -> None:
    document = json.loads(CliRunner().invoke(app, ["recommend", "--json"]).stdout)
    assert document["hubs"] == []
    assert all(not pick["needs_hub"] for pick in document["recommendations"])
    assert "shiguang models pull" in CliRunner().invoke(app, ["recommend"]).stdout
