"""The table of everything that people can want. A new thing is one line here."""

from bot.conversation.asking import Asking
from bot.conversation.helping import Helping, Saying
from bot.conversation.listing import Listing
from bot.conversation.request import Handler, Parts
from bot.conversation.telling import Telling, TimelineHere
from knowledge.passage import PassageFilter


def handlers(parts: Parts) -> dict[str, Handler]:
    """Handlers by name: that of a command, or of an intent."""
    return {
        "ask": Asking(parts),
        "find": Listing(parts),
        "files": Listing(parts, where=PassageFilter(kinds=frozenset({"file"}))),
        "story": Telling(parts),
        "timeline": TimelineHere(parts),
        "help": Helping(parts),
        "greeting": Saying("greeting"),
    }
