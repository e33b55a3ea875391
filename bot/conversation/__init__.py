"""What the bot does with something said to it: a router, and one small handler for each thing that people want.

A new thing is one module with a handler, one line in ``handlers`` and, where it has a command, one in
``bot.commands``::

    class Summaries:
        def __init__(self, parts: Parts) -> None: ...
        async def __call__(self, request: Request, reply: Reply) -> None: ...
"""

from bot.conversation.request import Handler, Parts, Request
from bot.conversation.router import Conversation
from bot.conversation.saying import plain

__all__ = ["Conversation", "Handler", "Parts", "Request", "plain"]
