import io
import time

import pytest
from rich.console import Console

from bot.models.progress import BarProgress, LineProgress, SilentProgress


def test_lines_come_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lines: list[str] = []
    with LineProgress(lines.append).meter("Downloading m", total=10_000_000) as meter:
        meter.update(1_000_000)
        now[0] += 6
        meter.update(4_000_000)
        now[0] += 1
        meter.update(5_000_000)
    assert lines == ["Downloading m: 10 MB …", "Downloading m: 40 % of 10 MB, 6 s"]


def test_work_without_a_size_shows_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lines: list[str] = []
    with LineProgress(lines.append).meter("Building") as meter:
        now[0] += 7
        meter.update(0)
    assert lines == ["Building …", "Building: 7 s"]


@pytest.mark.parametrize("total", [None, 100])
def test_bars_are_drawn_on_a_terminal(total: int | None) -> None:
    written = io.StringIO()
    shown = BarProgress(Console(file=written, force_terminal=True, width=100))
    with shown.meter("Downloading m", total=total) as meter:
        meter.update(50)
    shown.note("[not markup]")
    assert "Downloading m" in written.getvalue()
    assert "[not markup]" in written.getvalue()


def test_silence() -> None:
    with SilentProgress().meter("x") as meter:
        meter.update(1)
    SilentProgress().note("x")
