"""Whether the archive can be read, told without reading it."""

import pytest

from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.message_archive.checking import archive_problems
from connectors.wecom.message_archive.timing import Timing
from tests.fakes.wecom_sdk import CannedArchive


async def test_all_is_well(canned: CannedArchive) -> None:
    canned.text("hello")
    assert await archive_problems(canned.configuration()) == ()
    assert canned.leaks == "0 0 0"


@pytest.mark.parametrize(
    ("function", "does", "code"),
    [
        ("Init", "code 10000", "bad_parameters"),
        ("Init", "crash", "sdk_crashed"),
        ("GetChatData", "code 10009", "ip_not_allowed"),
        ("GetChatData", "crash", "sdk_crashed"),
        ("GetChatData", "hang", "sdk_hung"),
    ],
)
async def test_what_is_wrong_is_told(canned: CannedArchive, function: str, does: str, code: str) -> None:
    canned.fault(function, does)
    problems = await archive_problems(canned.configuration(), timing=Timing(reply=0.5))
    assert [problem.code for problem in problems] == [code]


async def test_a_library_and_a_key_that_are_not_there(canned: CannedArchive) -> None:
    canned.key_path(2).unlink()
    assert [problem.code for problem in await archive_problems(canned.configuration())] == ["key_unreadable"]
    canned.library.unlink()
    assert [problem.code for problem in await archive_problems(canned.configuration())] == ["sdk_missing"]
    with pytest.raises(ValueError, match="no message archive"):
        await archive_problems(WeComConfiguration())
