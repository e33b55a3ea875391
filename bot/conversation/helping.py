"""What the bot says about itself."""

import re

from bot.commands import help_lines
from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.errors import Language
from bot.texts import TextKey, say
from connectors.connector import Reply

_THANKS = re.compile(r"谢|辛苦|\b(?:thanks?|thx|ty|cheers)\b", re.IGNORECASE)
_DAYS: dict[Language, tuple[str, ...]] = {
    "zh": tuple(f"星期{day}" for day in "一二三四五六日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


class Helping:
    """Lists the commands."""

    def __init__(self, parts: Parts) -> None:
        """Nothing of the application is needed."""

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Say what it can do."""
        text = say("help", request.language, commands=help_lines(request.language))
        await reply.finish(plain(text, request.language))


class Greeting:
    """Greets, or takes thanks."""

    def __init__(self, parts: Parts) -> None:
        """Nothing of the application is needed."""

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Say one sentence."""
        key: TextKey = "thanks" if _THANKS.search(request.utterance.text) else "greeting"
        await reply.finish(plain(say(key, request.language), request.language))


class Clock:
    """Tells the time of the team."""

    def __init__(self, parts: Parts) -> None:
        self._zone = parts.zone

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Tell day and time."""
        now = request.utterance.said_at.astimezone(self._zone)
        day = _DAYS[request.language][now.weekday()]
        text = say("clock", request.language, now=f"{now:%Y-%m-%d} {day} {now:%H:%M} ({now:%Z})")
        await reply.finish(plain(text, request.language))


class Saying:
    """Says one sentence."""

    def __init__(self, key: TextKey) -> None:
        self._key: TextKey = key

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Say it in the person's language."""
        await reply.finish(plain(say(self._key, request.language), request.language))
