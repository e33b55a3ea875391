import io

import pytest
from rich.console import Console

from bot.importing import progress as progress_module
from bot.importing.progress import BarProgress, SilentProgress


def run(terminal: bool) -> str:
    out = io.StringIO()
    progress = BarProgress(Console(file=out, force_terminal=terminal, width=100, color_system=None, _environ={}))
    progress.begin("a[b].zip", total=100, start=10)
    progress.advance(50, messages=12_345)
    progress.advance(100, messages=20_000)
    progress.end()
    return out.getvalue()


def test_a_bar_on_a_terminal() -> None:
    shown = run(terminal=True)
    assert "a[b].zip" in shown
    assert "100%" in shown
    assert "20,000" in shown
    assert "/s" in shown


def test_lines_in_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(terminal=False) == ""
    monkeypatch.setattr(progress_module, "_LINE_SECONDS", 0.0)
    lines = run(terminal=False).splitlines()
    assert lines[0].startswith("a[b].zip: 50%, 12,345, ")


def test_standard_output_stays_clean(capsys: pytest.CaptureFixture[str]) -> None:
    progress = BarProgress()
    progress.begin("x", total=0, start=0)
    progress.advance(0, messages=0)
    progress.end()
    assert capsys.readouterr().out == ""


def test_silence() -> None:
    progress = SilentProgress()
    progress.begin("x", total=1, start=0)
    progress.advance(1, messages=1)
    progress.end()
