"""What a message says to the bot: a mention, a command, or nothing."""

import re
from collections.abc import Sequence

from connectors.console.errors import ConsoleError
from connectors.events import PersonRef
from connectors.live_host import CommandView

_ALIASES = ("shiguang", "拾光")
_COMMAND = re.compile(r"/([^\s/]{1,40})(?:\s|$)")


def without_mention(text: str, bot: PersonRef) -> str | None:
    """The text without ``@bot``; None when the bot is not mentioned.

    >>> without_mention("@拾光 when is the launch?", bot)
    'when is the launch?'
    """
    names = sorted({bot.name, *_ALIASES}, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w@])@(?:{'|'.join(map(re.escape, names))})(?![A-Za-z0-9_])[ \t]*", re.IGNORECASE)
    stripped, count = pattern.subn("", text)
    return stripped.strip() if count else None


def command_in(text: str, commands: Sequence[CommandView]) -> str | None:
    """The command that the text is, or None; raises ``ConsoleError`` when it looks like one that does not exist."""
    match = _COMMAND.match(text)
    if match is None:
        return None
    name = match.group(1).casefold()
    known = {each.lstrip("/").casefold() for command in commands for each in (command.name, *command.also)}
    if name not in known:
        raise ConsoleError("unknown_command", f"/{match.group(1)}")
    return text.strip()
