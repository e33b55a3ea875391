"""What the bot says about itself."""

from bot.commands import help_lines
from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.texts import TextKey, say
from connectors.connector import Reply


class Helping:
    """Lists the commands."""

    def __init__(self, parts: Parts) -> None:
        """Nothing of the application is needed."""

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Say what it can do."""
        text = say("help", request.language, commands=help_lines(request.language))
        await reply.finish(plain(text, request.language))


class Saying:
    """Says one sentence."""

    def __init__(self, key: TextKey) -> None:
        self._key: TextKey = key

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Say it in the person's language."""
        await reply.finish(plain(say(self._key, request.language), request.language))
