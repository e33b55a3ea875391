"""The application over real stores in memory, for tests that share one among many."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.answering.answerer import Answerer
from bot.answering.grounding import GroundingCheck
from bot.answering.story import Storyteller
from bot.application import Application, open_application
from bot.conversation import Conversation, Parts
from bot.curating.giving import GivingStandardAnswers
from bot.curating.matching import Matching
from bot.curating.standard_answers import StandardAnswers
from bot.intent import Intents
from bot.llm.interface import LanguageModel
from bot.llm.scripted import ScriptedModel
from bot.rewriting import Rewriter
from bot.settings import LlmSettings, load_settings
from bot.summaries.summarizer import Summarizer
from connectors.events import Event
from tests.fakes.embedder import TinyEmbedder
from tests.fakes.qdrant import quick_folder


@asynccontextmanager
async def quick_application(model: LanguageModel | None = None) -> AsyncIterator[Application]:
    """Opened on a home of its own; the archivist is driven by the test."""
    with quick_folder() as home:
        settings = load_settings(home=home, timezone="Asia/Shanghai", llm=LlmSettings(backend="none"))
        async with open_application(settings, embedder=TinyEmbedder(), model=model or ScriptedModel([])) as opened:
            yield opened


async def archive(application: Application, *events: Event) -> None:
    """Accept events and wait until everything about them is searchable."""
    await application.inbox.append(events)
    await application.archivist.drain()


def answerer_with(application: Application, model: LanguageModel, *, evidence_tokens: int = 600) -> Answerer:
    """The application's answerer with another model."""
    return Answerer(
        database=application.database,
        finder=application.finder,
        model=model,
        check=GroundingCheck(application.embedder, zone=application.zone),
        zone=application.zone,
        evidence_tokens=evidence_tokens,
    )


def summarizer_with(application: Application, model: LanguageModel) -> Summarizer:
    """The application's summarizer with another model."""
    return Summarizer(
        database=application.database,
        finder=application.finder,
        model=model,
        embedder=application.embedder,
        check=GroundingCheck(application.embedder, zone=application.zone),
        zone=application.zone,
    )


def conversation_with(application: Application, model: ScriptedModel | Sequence[str]) -> Conversation:
    """The application's conversation with another model, or one that says these answers."""
    scripted = model if isinstance(model, ScriptedModel) else ScriptedModel(model)
    return Conversation(
        Parts(
            database=application.database,
            answerer=answerer_with(application, scripted),
            finder=application.finder,
            storyteller=Storyteller(database=application.database, finder=application.finder, zone=application.zone),
            summarizer=summarizer_with(application, scripted),
            schedules=application.schedules,
            digest_maker=application.digest_maker,
            permissions=application.permissions,
            confirmations=application.confirmations,
            forgetting_own=application.forgetting_own,
            intents=Intents(application.embedder),
            rewriter=Rewriter(application.database, scripted),
            standard=GivingStandardAnswers(
                database=application.database,
                matching=Matching(StandardAnswers(application.database), application.embedder),
                zone=application.zone,
            ),
            zone=application.zone,
        )
    )
