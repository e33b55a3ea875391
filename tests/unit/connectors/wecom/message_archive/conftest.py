"""Every test has an archive of its own; without a C compiler there is none, and the test is skipped."""

from pathlib import Path

import pytest

from tests.fakes.wecom_sdk import CannedArchive


@pytest.fixture
def canned(tmp_path: Path) -> CannedArchive:
    """What WeCom has: nothing yet."""
    return CannedArchive(tmp_path / "wecom")
