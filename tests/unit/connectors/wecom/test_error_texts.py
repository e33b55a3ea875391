"""What operators are told of WeCom's refusals."""

import pytest

from connectors.wecom.error_texts import ERROR_TEXTS, caller_address, explained
from connectors.wecom.errors import WeComAway, WeComError, WeComPaused

SAYS_ADDRESS = "not allow to access from your ip, hint: [1790], from ip: 203.0.113.7, more info at https://open.work…"


@pytest.mark.parametrize("code", [*ERROR_TEXTS, 301002])
def test_each_code_in_both_languages(code: int) -> None:
    error = WeComError("message/send", code, SAYS_ADDRESS)
    for language in ("zh", "en"):
        told = explained(error, language)
        assert told.sentence and told.hint and "{" not in told.sentence + told.hint
        assert any("\u4e00" <= sign <= "\u9fff" for sign in told.sentence) == (language == "zh") or code == 60020


def test_the_codes_of_the_protocol_are_all_here() -> None:
    known = {-1, 40001, 40013, 40014, 42001, 41001, 40004, 40006, 40007, 40009, 45001, 40008, 40035, 40058}
    assert known | {44004, 45002, 45009, 45033, 48002, 60011, 60020, 81013, 86001, 86003, 86008, 93000} <= set(
        ERROR_TEXTS
    )


def test_the_address_to_be_trusted() -> None:
    told = explained(WeComError("message/send", 60020, SAYS_ADDRESS), "zh")
    assert told.code == "wecom_60020" and "203.0.113.7" in told.sentence and "203.0.113.7" in told.hint
    assert "企业可信IP" in told.hint
    unknown = explained(WeComError("message/send", 60020, "not allow"), "en")
    assert "outgoing address" in unknown.hint
    assert caller_address(WeComError("x", 60020, "from ip: 2001:db8::1, more")) == "2001:db8::1"


def test_what_is_no_refusal() -> None:
    assert explained(WeComAway("message/send", "TimeoutError"), "en").code == "wecom_away"
    assert explained(WeComPaused("message/send", 60), "zh").code == "wecom_45009"
    assert "message/send" in explained(WeComError("message/send", 48002), "en").sentence
