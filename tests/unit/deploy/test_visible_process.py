import os
import re
import sys
from pathlib import Path

import pytest

from deploy import visible_process
from deploy.visible_process import run_visibly


def test_output_is_shown_and_its_end_kept(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, tail = run_visibly(["sh", "-c", "echo out; echo err >&2; exit 3"], cwd=tmp_path)
    assert status == 3
    assert tail == "out\nerr\n"
    assert capfd.readouterr().out == "out\nerr\n"


def test_a_silent_tool_shows_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(visible_process, "_SILENT_SECONDS", 0)
    monkeypatch.setattr(visible_process, "_LINE_SECONDS", 0)
    tick, go_on = visible_process._Ticker.tick, tmp_path / "go-on"
    os.mkfifo(go_on)

    def tell(ticker: visible_process._Ticker) -> None:
        tick(ticker)
        monkeypatch.undo()
        go_on.write_text("")

    monkeypatch.setattr(visible_process._Ticker, "tick", tell)
    run_visibly(["cat", go_on], cwd=tmp_path)
    assert re.fullmatch(r"  … \d+ s\n", capfd.readouterr().out)


def test_on_a_terminal_the_tool_has_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    status, tail = run_visibly(["sh", "-c", "test -t 1 && echo yes"], cwd=tmp_path)
    assert status == 0
    assert tail.strip() == "yes"
