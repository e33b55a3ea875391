import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.cli.extract import extract

app = typer.Typer()
app.command()(extract)


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHIGUANG_FILES__OCR", "false")
    monkeypatch.setenv("SHIGUANG_LANGUAGE", "zh")
    monkeypatch.chdir(tmp_path)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_json_holds_pages_and_nothing_else_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "纪要.txt"
    path.write_bytes("周三上线".encode("gbk"))
    result = run(path, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["file"] == "纪要.txt"
    assert document["kind"] == "text"
    assert document["language"] == "zh"
    assert document["pages"] == [{"label": "", "text": "周三上线"}]
    assert document["reason"] is None


def test_pages_are_shown_under_their_labels(tmp_path: Path) -> None:
    from tests.unit.knowledge.filetext.documents import xlsx_bytes, xlsx_row

    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx_bytes({"预算": xlsx_row(1, ["合计", "100"]), "Q3": xlsx_row(1, ["x", "y"])}))
    result = run(path)
    assert result.exit_code == 0
    assert result.stdout.startswith("== 预算 ==\n| 合计 | 100 |")
    assert "\n\n== Q3 ==\n" in result.stdout


def test_the_reason_is_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(b"PK\x03\x04broken")
    result = run(path)
    assert result.exit_code == 0
    assert result.stdout == "文件已损坏或不完整，无法读取。 [corrupt]\n"
    document = json.loads(run(path, "--json").stdout)
    assert document["reason"] == "corrupt"
    assert document["sentence"]["en"].startswith("The file is damaged")
    assert document["pages"] == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = run(tmp_path / "gone.pdf")
    assert result.exit_code == 1
    assert not result.stdout
    assert "gone.pdf" in result.stderr
