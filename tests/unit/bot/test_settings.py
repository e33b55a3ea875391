"""Settings are read once; what is wrong stops the start with a sentence that names the key and not its value."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.settings import Settings, WebSettings, load_settings

SECRET = "hunter2-very-secret"


@pytest.fixture(autouse=True)
def empty_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIGUANG_CONFIG", raising=False)
    monkeypatch.setenv("SHIGUANG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def write(tmp_path: Path, toml: str) -> None:
    (tmp_path / "shiguang.toml").write_text(toml, "utf-8")


def refusal(**overrides: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(**overrides)
    assert SECRET not in str(caught.value)
    assert caught.value.code == "settings"
    return caught.value.detail


def test_the_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.home == tmp_path / "home"
    assert settings.truth_url == f"sqlite+aiosqlite:///{tmp_path / 'home' / 'truth.db'}"
    assert (settings.web.host, settings.connectors, settings.vector.backend) == ("127.0.0.1", ("console",), "edge")


def test_the_environment_comes_before_the_file_and_the_file_before_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'timezone = "Europe/Berlin"\n[llm]\nbackend = "none"\nqueue_size = 3\n')
    monkeypatch.setenv("SHIGUANG_LLM__QUEUE_SIZE", "5")
    settings = load_settings()
    assert (settings.timezone, settings.llm.backend, settings.llm.queue_size) == ("Europe/Berlin", "none", 5)


def test_the_file_of_the_home_is_read_when_there_is_none_here(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "shiguang.toml").write_text('log_level = "debug"', "utf-8")
    assert load_settings().log_level == "debug"


def test_lists_are_written_with_commas_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_CONNECTORS", "console, wecom")
    monkeypatch.setenv("SHIGUANG_WECOM__BOT_ID", "AIB1")
    monkeypatch.setenv("SHIGUANG_WECOM__SECRET", "s")
    monkeypatch.setenv("SHIGUANG_VECTOR__BACKEND", "server")
    monkeypatch.setenv("SHIGUANG_VECTOR__URLS", "http://a:6333 , http://b:6333,")
    settings = load_settings()
    assert settings.connectors == ("console", "wecom")
    assert settings.vector.urls == ("http://a:6333", "http://b:6333")


def test_a_home_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHIGUANG_HOME", "~/data")
    assert load_settings().home == tmp_path / "data"
    monkeypatch.setenv("SHIGUANG_HOME", "relative")
    assert load_settings().home == tmp_path / "relative"


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SHIGUANG_HOME", "SHIGUANG_WEB__TOKEN", "SHIGUANG_LLM__BACKEND", "SHIGUANG_CONFIG"):
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert settings.home == tmp_path / ".shiguang"
    assert settings.web.token is None


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("colour = 'red'", "colour"),
        ("[web]\ncolour = 'red'", "web.colour"),
        ("[llm]\nbackend = 'magic'", "llm.backend"),
        ("[web]\nport = 70000", "web.port"),
        ("[web]\nhost = '0.0.0.0'", "web.host"),
        ("[web]\nhost = '0.0.0.0'\ntoken = ' '", "web.token"),
        ("[web]\ntoken = ''", "web.token"),
        ("[vector]\nbackend = 'server'", "vector.urls"),
        ("[llm]\nbackend = 'openai'", "llm.base_url"),
        (f"[truth]\nurl = 'postgresql://bot:{SECRET}@db/x'", "truth.url"),
        (f"[web]\ntoken = ['{SECRET}']", "web.token"),
        (f"[llm]\napi_key = {{ a = '{SECRET}' }}", "llm.api_key"),
        ("log_level = 3", "log_level"),
    ],
)
def test_what_is_unknown_wrong_or_contradictory_is_named(tmp_path: Path, toml: str, key: str) -> None:
    write(tmp_path, toml)
    assert key in refusal()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SHIGUANG_COLOUR", "red", "SHIGUANG_COLOUR"),
        ("SHIGUANG_LMM__BACKEND", "none", "SHIGUANG_LMM__BACKEND"),
        ("SHIGUANG_LLM__COLOUR", "red", "llm.colour"),
        ("SHIGUANG_LLM", f"not json {SECRET}", "llm"),
        ("SHIGUANG_WEB__PORT", SECRET, "web.port"),
        ("SHIGUANG_CONFIG", "nowhere.toml", "nowhere.toml"),
    ],
)
def test_a_misspelt_variable_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    monkeypatch.setenv(name, value)
    assert told in refusal()


@pytest.mark.parametrize("content", [b"not [ toml", f"x = '{SECRET}".encode(), b"\xff\xfe\x00"])
def test_a_file_that_is_no_toml_is_said_to_be(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "shiguang.toml").write_bytes(content)
    assert refusal().startswith("shiguang.toml cannot be read")


def test_secrets_are_in_no_repr_dump_or_error(tmp_path: Path) -> None:
    write(
        tmp_path,
        f"""
        [web]
        token = "{SECRET}"
        [truth]
        url = "postgresql+asyncpg://bot:{SECRET}@db/x"
        [vector]
        api_key = "{SECRET}"
        [llm]
        api_key = "{SECRET}"
        """,
    )
    settings = load_settings()
    shown = [repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json(), f"{settings.web}"]
    assert all(SECRET not in text for text in shown)
    assert SECRET in settings.truth_url
    assert settings.web.token is not None
    assert settings.web.token.get_secret_value() == SECRET
    assert json.loads(settings.model_dump_json())["web"]["token"] == "**********"


def test_settings_cannot_be_changed_after_the_start() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.__setattr__("timezone", "UTC")
    with pytest.raises(ValidationError):
        settings.web.__setattr__("port", 1)


def test_a_loopback_page_needs_no_token_and_any_other_does() -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        assert WebSettings(host=host).token is None
    with pytest.raises(ValidationError):
        WebSettings(host="192.168.1.5")


def test_overrides_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_TIMEZONE", "UTC")
    assert load_settings(timezone="Asia/Shanghai").timezone == "Asia/Shanghai"
    assert isinstance(load_settings(), Settings)
    assert pickle.loads(pickle.dumps(load_settings())) == load_settings()  # noqa: S301 - our own bytes
