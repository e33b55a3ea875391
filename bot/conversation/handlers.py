"""The table of everything that people can want. A new thing is one line here."""

from bot.conversation.asking import Asking
from bot.conversation.confirming import Forgetting, Setting
from bot.conversation.digesting import Digesting
from bot.conversation.helping import Clock, Greeting, Helping, Saying
from bot.conversation.listening import SwitchingListening
from bot.conversation.listing import FILES, Listing, WantedFile
from bot.conversation.overhearing import Overhearing
from bot.conversation.proposing import ProposingStandard
from bot.conversation.reminding import Reminding
from bot.conversation.reporting import Reporting
from bot.conversation.request import Handler, Parts
from bot.conversation.summarising import CatchingUp, Summarising
from bot.conversation.telling import Telling, TimelineHere
from bot.conversation.training import SayingTraining
from bot.intent import IntentKind


def handlers(parts: Parts) -> dict[str, Handler]:
    """Handlers by name: that of a command, or of an intent."""
    return {
        "ask": Asking(parts),
        "find": Listing(parts),
        "files": Listing(parts, where=FILES),
        "wanted_file": WantedFile(parts),
        "story": Telling(parts),
        "timeline": TimelineHere(parts),
        "summary": Summarising(parts),
        "catchup": CatchingUp(parts),
        "digest": Digesting(parts),
        "remind": Reminding(parts),
        "standard": ProposingStandard(parts),
        "status": Reporting(parts),
        "listen": SwitchingListening(parts),
        "training": SayingTraining(parts),
        "overheard": Overhearing(parts),
        "help": Helping(parts),
        "greeting": Greeting(parts),
        "feedback": Saying("feedback"),
        "clock": Clock(parts),
        "settings": Setting(parts),
        "forget": Forgetting(parts),
    }


OF_INTENTS: dict[IntentKind, str] = {
    "question": "ask",
    "talk": "greeting",
    "feedback": "feedback",
    "about": "help",
    "clock": "clock",
    "settings": "settings",
    "forget": "forget",
    "summary": "summary",
    "catchup": "catchup",
    "files": "wanted_file",
    "story": "story",
}
"""The handler of each thing that is wanted in plain words."""
