import pytest

from connectors.console.errors import ConsoleError
from connectors.console.speech import command_in, without_mention
from connectors.live_host import CommandView
from tests.fakes.console_host import BOT

COMMANDS = (
    CommandView(name="/find", usage="/find WORDS", summary="", also=("/search",)),
    CommandView(name="help", usage="", summary=""),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@拾光 when?", "when?"),
        ("when, @Shiguang", "when,"),
        ("请问@拾光上线日期", None),
        ("请问 @拾光上线日期是哪天", "请问 上线日期是哪天"),
        ("@拾光", ""),
        ("mail me@拾光.example", None),
        ("@shiguangxyz hello", None),
        ("no mention", None),
    ],
)
def test_mentions(text: str, expected: str | None) -> None:
    assert without_mention(text, BOT) == expected


def test_commands() -> None:
    assert command_in("/FIND budget ", COMMANDS) == "/FIND budget"
    assert command_in("/help", COMMANDS) == "/help"
    assert command_in("/Search budget", COMMANDS) == "/Search budget"
    assert command_in("/usr/bin/env", COMMANDS) is None
    assert command_in(" /find", COMMANDS) is None
    with pytest.raises(ConsoleError):
        command_in("/finds", COMMANDS)
