"""What a handler is given: the request, and the parts of the application that it may use."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from bot.answering.answerer import Answerer, Variation
from bot.answering.finding import Finder
from bot.answering.story import Storyteller
from bot.confirming import Confirmations
from bot.confirming.forgetting import ForgettingOwn
from bot.curating.giving import GivingStandardAnswers
from bot.digests.making import DigestMaker
from bot.digests.schedule import Schedules
from bot.errors import Language
from bot.intent import Intent, Intents
from bot.permissions import Permissions
from bot.rewriting import Rewriter
from bot.summaries.summarizer import Summarizer
from bot.truth.database import Database
from bot.truth.turns import Turn
from connectors.connector import Reply, Utterance
from knowledge.passage import Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Parts of the application that handlers are made of."""

    database: Database
    answerer: Answerer
    finder: Finder
    storyteller: Storyteller
    summarizer: Summarizer
    schedules: Schedules
    digest_maker: DigestMaker
    permissions: Permissions
    confirmations: Confirmations
    forgetting_own: ForgettingOwn
    intents: Intents
    rewriter: Rewriter
    standard: GivingStandardAnswers
    zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something that somebody wants, whether by command or in plain words."""

    utterance: Utterance
    text: str
    """What is left for the handler: a question, a topic, or nothing. Without the name of a command."""
    language: Language
    intent: Intent | None
    """What plain words were understood as; None for a command."""
    audience: Callable[[], Awaitable[Audience]]
    """Everybody who will read the reply, as of now."""
    turns: Callable[[], Awaitable[Sequence[Turn]]]
    """What was said before in the thread, or lately in a direct chat; oldest first, without this utterance."""
    variation: Variation | None = None
    """Of a question that is answered once more."""

    @property
    def conversation(self) -> str:
        """The direct chat, or the thread that the reply stands in."""
        utterance = self.utterance
        if utterance.channel.visibility == "direct":
            return utterance.channel.channel_id
        return (
            utterance.thread_id or utterance.record_id or f"{utterance.channel.channel_id} {utterance.person.person_id}"
        )


class Handler(Protocol):
    """Ends the reply exactly once, or raises the ``ShiguangError`` that the person is told."""

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Do what is wanted."""
        ...
