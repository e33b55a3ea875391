"""Codes of files that are not fetched."""

import pytest

from connectors.slack.file_reasons import FILE_REASONS, MENDABLE, is_stub, why_never_fetched, why_refused


def test_every_code_is_told_in_both_languages() -> None:
    for code, sentences in FILE_REASONS.items():
        assert code.startswith("file_")
        assert sentences["zh"].endswith("。"), code
        assert sentences["en"].endswith("."), code
    assert set(FILE_REASONS) > MENDABLE


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ({"mode": "hosted", "size": 10}, None),
        ({"mode": "snippet"}, None),
        ({"mode": "hosted", "size": 11}, "file_too_large"),
        ({"mode": "external"}, "file_external"),
        ({"mode": "hosted", "is_external": True}, "file_external"),
        ({"mode": "tombstone"}, "file_gone_from_slack"),
        ({"mode": "hidden_by_limit"}, "file_hidden_by_limit"),
        ({"mode": "space"}, "file_is_canvas"),
        ({"mode": "list"}, "file_is_canvas"),
        ({"file_access": "access_denied"}, "file_access_denied"),
        ({"file_access": "file_not_found"}, "file_gone_from_slack"),
        ({"file_access": "check_file_info"}, None),
    ],
)
def test_what_slack_says_of_a_file_tells_why_it_has_no_bytes(file: dict[str, object], code: str | None) -> None:
    assert why_never_fetched(file, max_bytes=10) == code
    assert code is None or code in FILE_REASONS


def test_a_stub_is_to_be_looked_up() -> None:
    assert is_stub({"file_access": "check_file_info"})
    assert not is_stub({"file_access": "visible"})


def test_errors_of_the_look_up_become_codes() -> None:
    assert why_refused("file_not_found") == "file_gone_from_slack"
    assert why_refused("missing_scope") == "file_scope_missing"
    assert why_refused("fatal_error") is None
