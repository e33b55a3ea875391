"""The binding of the native SDK, over a library of ours with the same ABI."""

import json
from pathlib import Path

import pytest

from connectors.wecom.message_archive.sdk import FinanceSdk, SdkError, SdkMissing
from tests.fakes.wecom_sdk import CORP_ID, SECRET, CannedArchive


def _opened(canned: CannedArchive, secret: str = SECRET) -> FinanceSdk:
    return FinanceSdk(canned.library, corp_id=CORP_ID, secret=secret)


def test_messages_come_by_their_number_and_everything_is_freed(canned: CannedArchive) -> None:
    for number in range(30):
        canned.text(f"text {number}")
    sdk = _opened(canned)
    found = [json.loads(sdk.chat_data(seq, 10))["chatdata"] for seq in (0, 110, 120, 130)]
    assert [[message["seq"] for message in page] for page in found] == [
        list(range(101, 111)), list(range(111, 121)), list(range(121, 131)), [],
    ]  # fmt: skip
    with pytest.raises(SdkError) as refused:
        sdk.chat_data(0, 1001)
    assert refused.value.code == 10000
    sdk.close()
    assert canned.leaks == "0 0 0"


def test_a_file_comes_in_pieces_with_every_byte(canned: CannedArchive) -> None:
    content = bytes(range(256)) * 4100
    canned.media("FILE", content)
    sdk = _opened(canned)
    pieces = [sdk.media("FILE", "")]
    while not pieces[-1].is_last:
        pieces.append(sdk.media("FILE", pieces[-1].index))
    assert b"".join(piece.data for piece in pieces) == content
    assert [len(piece.data) for piece in pieces] == [524288, 524288, 1024]
    with pytest.raises(SdkError) as refused:
        sdk.media("ABSENT", "")
    assert refused.value.code == 10005
    sdk.close()
    assert canned.leaks == "0 0 0"


def test_what_init_refuses_is_told(canned: CannedArchive) -> None:
    with pytest.raises(SdkError) as refused:
        _opened(canned, "another secret")
    assert refused.value.code == 10000
    assert canned.leaks == "0 0 0"


def test_a_library_that_is_missing_or_another_one(canned: CannedArchive, tmp_path: Path) -> None:
    text = tmp_path / "text.so"
    text.write_text("no library")
    for path in (tmp_path / "absent.so", text, Path("libc.so.6")):
        with pytest.raises(SdkMissing):
            FinanceSdk(path, corp_id=CORP_ID, secret=SECRET)
