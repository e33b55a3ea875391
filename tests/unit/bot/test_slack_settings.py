"""The section ``slack``: what is missing or mixed up stops the start and is named; no token is told."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import load_settings

BOT, APP, SIGNING = "xoxb-1-very-secret", "xapp-1-very-secret", "5166ce2very-secret"


@pytest.fixture(autouse=True)
def empty_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIGUANG_CONFIG", raising=False)
    monkeypatch.setenv("SHIGUANG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def write(toml: str) -> None:
    Path("shiguang.toml").write_text(toml, "utf-8")


def test_one_workspace_needs_two_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_CONNECTORS", "slack")
    monkeypatch.setenv("SHIGUANG_SLACK__BOT_TOKEN", f" {BOT}\n")
    monkeypatch.setenv("SHIGUANG_SLACK__APP_TOKEN", APP)
    monkeypatch.setenv("SHIGUANG_SLACK__FILE_HOSTS", "a.example, b.example")
    settings = load_settings()
    told = settings.slack.configuration(max_file_bytes=7)
    (tokens,) = told.workspaces
    assert (tokens.name, tokens.bot_token, tokens.app_token) == ("main", BOT, APP)
    assert (told.mode, told.max_file_bytes, told.file_hosts) == ("socket", 7, ("a.example", "b.example"))
    for shown in (repr(settings), str(settings.model_dump()), settings.model_dump_json(), repr(told)):
        assert "very-secret" not in shown


def test_several_workspaces_keep_their_order_and_names() -> None:
    write(
        f"""
        connectors = ["slack"]
        [slack]
        mode = "http"
        bot_token = "{BOT}"
        signing_secret = "{SIGNING}"
        [[slack.workspaces]]
        name = "second"
        bot_token = "{BOT}2"
        signing_secret = "{SIGNING}2"
        """
    )
    told = load_settings().slack.configuration(max_file_bytes=7)
    assert [(it.name, it.bot_token, it.signing_secret) for it in told.workspaces] == [
        ("main", BOT, SIGNING),
        ("second", f"{BOT}2", f"{SIGNING}2"),
    ]


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("", "slack.bot_token"),
        (f"[slack]\napp_token = '{APP}'", "slack.bot_token"),
        (f"[slack]\nbot_token = '{BOT}'", "slack.app_token"),
        (f"[slack]\nbot_token = '{BOT}'\nmode = 'http'", "slack.signing_secret"),
        (f"[slack]\nbot_token = '{APP}'", "slack.bot_token: this is an app-level token (slack.app_token)"),
        (f"[slack]\napp_token = '{BOT}'", "slack.app_token: this is a bot token (slack.bot_token)"),
        ("[slack]\nbot_token = 'xoxp-very-secret'", "slack.bot_token: this is a user token"),
        ("[slack]\nbot_token = 'very-secret'", "slack.bot_token: this is no token of Slack"),
        (f"[slack]\nsigning_secret = '{APP}'", "slack.signing_secret: this is an app-level token"),
        ("[slack]\nbot_token = ' '", "slack.bot_token"),
        ("[slack]\ncolour = 'red'", "slack.colour"),
        ("[slack]\nbase_url = 'http://slack.example/api/'", "slack.base_url"),
        ("[slack]\nproxy = 'socks5://me:very-secret@proxy'", "slack.proxy"),
        (f"[[slack.workspaces]]\nname = 'b'\nbot_token = '{BOT}'", "'b': app_token"),
        ("[[slack.workspaces]]\nname = 'B/../x'", "slack.workspaces.0.name"),
        ("[[slack.workspaces]]\nname = 'b'\n[[slack.workspaces]]\nname = 'b'", "two are named 'b'"),
    ],
)
def test_what_is_missing_or_mixed_up_is_named(toml: str, told: str) -> None:
    write(f"connectors = ['slack']\n{toml}")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert told in caught.value.detail
    assert "very-secret" not in str(caught.value)


def test_without_the_connector_nothing_is_missing() -> None:
    write("[slack]\nhistory_days = 90")
    assert load_settings().slack.history_days == 90
