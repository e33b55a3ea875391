"""The section ``wecom``: what is missing or malformed stops the start and is named; no secret is told."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import load_settings

KEY = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
SECRET = "a-very-secret"


@pytest.fixture(autouse=True)
def empty_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIGUANG_CONFIG", raising=False)
    monkeypatch.setenv("SHIGUANG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def write(toml: str) -> None:
    Path("shiguang.toml").write_text('connectors = ["wecom"]\n' + toml, "utf-8")


def test_two_variables_make_one_robot_by_long_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_CONNECTORS", "console,wecom")
    monkeypatch.setenv("SHIGUANG_WECOM__BOT_ID", " aib1 ")
    monkeypatch.setenv("SHIGUANG_WECOM__SECRET", f" {SECRET}\n")
    settings = load_settings()
    told = settings.wecom.configuration(home=tmp_path, max_file_bytes=7, timezone="Asia/Tokyo")
    (robot,) = told.robots
    assert (robot.name, robot.mode, robot.bot_id, robot.secret) == ("main", "long_connection", "aib1", SECRET)
    assert (told.max_file_bytes, told.timezone, told.workspace_id) == (7, "Asia/Tokyo", "wecom")
    for shown in (repr(settings), str(settings.model_dump()), settings.model_dump_json(), repr(told)):
        assert SECRET not in shown


def test_every_way_at_once(tmp_path: Path) -> None:
    write(
        f"""
        [wecom]
        corp_id = "ww1"
        api_url = "https://wecom.example.com"
        [[wecom.robots]]
        name = "pumps"
        shown_name = "@Pumps"
        mode = "callback"
        token = "tok{SECRET.replace("-", "")}"
        encoding_aes_key = "{KEY}"
        [[wecom.apps]]
        name = "app"
        agent_id = 1000002
        secret = "{SECRET}"
        [[wecom.webhooks]]
        name = "news"
        key = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={SECRET}"
        chat_id = "wrPUMPS"
        [wecom.message_archive]
        secret = "{SECRET}"
        sdk = "/opt/libWeWorkFinanceSdk_C.so"
        private_keys = {{ 1 = "/keys/1.pem", 2 = "/keys/2.pem" }}
        """
    )
    settings = load_settings()
    told = settings.wecom.configuration(home=tmp_path, max_file_bytes=7, timezone="UTC")
    assert told.api_url == "https://wecom.example.com/cgi-bin/"
    assert (told.robots[0].shown_name, told.robots[0].encoding_aes_key) == ("Pumps", KEY)
    assert (told.apps[0].agent_id, told.apps[0].token) == (1000002, "")
    assert (told.webhooks[0].key, told.webhooks[0].chat_id) == (SECRET, "wrPUMPS")
    assert told.message_archive is not None
    assert told.message_archive.private_keys == {1: Path("/keys/1.pem"), 2: Path("/keys/2.pem")}
    assert told.message_archive.folder == tmp_path / "wecom"
    for shown in (repr(settings), repr(told)):
        assert SECRET not in shown
        assert KEY not in shown


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("", "wecom.bot_id"),
        ('[wecom]\nbot_id = "aib1"', "wecom.secret"),
        ('[[wecom.robots]]\nname = "x"\nmode = "callback"\ntoken = "t"', "wecom.robots 'x': encoding_aes_key"),
        ('[[wecom.robots]]\nname = "x"\nencoding_aes_key = "short"', "wecom.robots.0.encoding_aes_key: 43 letters"),
        ('[[wecom.robots]]\nname = "X Y"', "wecom.robots.0.name: a name of small letters"),
        ('[[wecom.apps]]\nname = "x"\nagent_id = 7\nsecret = "s"', "wecom.corp_id"),
        ('[wecom]\ncorp_id="ww1"\n[[wecom.apps]]\nname="x"\nagent_id=7\nsecret="s"\ntoken="t"', "encoding_aes_key"),
        ('[[wecom.webhooks]]\nname = "x"', "wecom.webhooks 'x': key"),
        ('[wecom]\ncorp_id = "ww1"\n[wecom.message_archive]\nsecret = "s"', "wecom.message_archive.sdk"),
        ('[wecom]\nbot_id="b"\nsecret="s"\n[[wecom.apps]]\nname="main"\nagent_id=7\nsecret="s"', "named 'main'"),
        ('[wecom]\nbot_id="b"\nsecret="s"\n[[wecom.robots]]\nname="x"\nbot_id="b"\nsecret="s"', "same bot_id"),
        ('[wecom]\nbot_id = "b"\nsecret = "s"\nrobot_url = "ws://wecom.example.com"', "wecom.robot_url"),
        ('[wecom]\nbot_id = "b"\nsecret = "s"\nnonsense = 1', "wecom.nonsense"),
    ],
)
def test_what_is_missing_or_wrong_is_named(toml: str, told: str) -> None:
    write(toml)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert told in str(caught.value)


def test_without_the_connector_nothing_is_needed() -> None:
    Path("shiguang.toml").write_text('[wecom]\nbot_id = "b"\n', "utf-8")
    assert load_settings().wecom.bot_id == "b"


def test_the_robot_of_the_environment_stands_beside_those_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the READMEs say."""
    write(
        f'[[wecom.robots]]\nname = "desk"\nmode = "callback"\ntoken = "t"\nencoding_aes_key = "{KEY}"\n'
        "[[wecom.webhooks]]\n"
        'name = "news"\nkey = "k"\n'
    )
    monkeypatch.setenv("SHIGUANG_WECOM__BOT_ID", "aib1")
    monkeypatch.setenv("SHIGUANG_WECOM__SECRET", SECRET)
    told = load_settings().wecom.configuration(home=tmp_path, max_file_bytes=7, timezone="UTC")
    assert [(robot.name, robot.mode) for robot in told.robots] == [("main", "long_connection"), ("desk", "callback")]
    assert told.webhooks[0].name == "news"
