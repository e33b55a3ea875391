"""The parts of the application put together, once, for the server and the command line alike."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.answering.answerer import Answerer
from bot.answering.finding import Finder
from bot.answering.grounding import GroundingCheck
from bot.answering.story import Storyteller
from bot.archive.archivist import Archivist
from bot.archive.failures import archive_failures
from bot.archive.forgetting import Forgetting
from bot.archive.indexer import Indexer
from bot.archive.separating import Separating
from bot.confirming import Confirmations
from bot.confirming.forgetting import KIND as FORGET
from bot.confirming.forgetting import ForgettingOwn
from bot.confirming.setting import DIGEST, LISTEN, SettingDigests, SettingListening
from bot.conversation import Conversation, Parts
from bot.curating.giving import GivingStandardAnswers
from bot.curating.matching import Matching
from bot.curating.standard_answers import StandardAnswers
from bot.digests.checking import LinkCheck
from bot.digests.making import DigestMaker
from bot.digests.schedule import Schedules
from bot.digests.setting_up import SettingUp
from bot.errors import ModelError, ModelUnavailable, SettingsError, TruthUnavailable
from bot.executor import Executor
from bot.feedback.learning import Learning
from bot.feedback.learning_memory import LearningRates
from bot.feedback.question_groups import QuestionGroups
from bot.feedback.taking_in import TakingIn
from bot.feedback.vectors import QuestionVectors
from bot.file_store import FileStore
from bot.intent import Intents
from bot.llm.factory import create_model
from bot.llm.interface import LanguageModel
from bot.models.resolve import resolve_embedding_model, resolve_reranker
from bot.permissions import Permissions
from bot.prompting import PromptTrials, PromptVersions
from bot.prompting.performing import Performing
from bot.prompts import OwnTexts, use_own_texts
from bot.read_limits import read_limits
from bot.rewriting import Rewriter
from bot.settings import Settings
from bot.summaries.summarizer import Summarizer
from bot.truth.answers import Answers
from bot.truth.database import Database
from bot.truth.inbox import Inbox
from bot.truth.listening import Listening
from knowledge.embedding import Embedder, EmbeddingSpec, FastEmbedder
from knowledge.filetext import FileReader
from knowledge.language_centring import CENTRING_VERSION
from knowledge.lexical import TOKENIZER_VERSION
from knowledge.qdrant.schema import ArchiveIdentity, VectorConfig
from knowledge.qdrant.store import PassageStore
from knowledge.reranking import FastReranker, RerankerSpec, Reranking
from knowledge.search import Searcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Everything that is running. Made by ``open_application``; nothing here is started twice."""

    settings: Settings
    zone: ZoneInfo
    database: Database
    inbox: Inbox
    answers: Answers
    permissions: Permissions
    file_store: FileStore
    embedder: Embedder
    store: PassageStore
    searcher: Searcher
    finder: Finder
    indexer: Indexer
    archivist: Archivist
    model: LanguageModel
    answerer: Answerer
    summarizer: Summarizer
    schedules: Schedules
    digest_maker: DigestMaker
    confirmations: Confirmations
    forgetting_own: ForgettingOwn
    conversation: Conversation
    taking_in: TakingIn
    learning: Learning
    """Told of votes and shown at the desk even where ``feedback.learning`` keeps it from search."""
    prompts: PromptVersions
    prompt_trials: PromptTrials
    matching: Matching


@asynccontextmanager
async def open_application(
    settings: Settings, *, embedder: Embedder | None = None, model: LanguageModel | None = None
) -> AsyncIterator[Application]:
    """Open the truth, the archive and the embedding model; the archivist and the chat model are started by callers.

    ``embedder`` and ``model`` stand in for those of the settings. Raises the ``ShiguangError`` that says what is
    missing.
    """
    async with AsyncExitStack() as stack:
        prepare_home(settings)
        zone = team_zone(settings)
        database = Database(settings.truth_url)
        stack.push_async_callback(database.close)
        await database.migrate()
        file_store = FileStore(settings.files_dir, max_bytes=settings.files.max_bytes)
        file_store.open()
        stack.callback(file_store.close)
        embedder = embedder or make_embedder(settings)
        stack.push_async_callback(embedder.close)
        reranker = make_reranker(settings)
        if reranker is not None:
            stack.push_async_callback(reranker.close)
        store = PassageStore(vector_config(settings))
        stack.push_async_callback(store.close)
        await _start(embedder, reranker, store)
        compute = Executor("compute", threads=1)
        stack.callback(compute.close)
        separation = Executor("separation", threads=1)
        stack.callback(separation.close)
        reader = FileReader(limits=read_limits(settings), workers=settings.files.workers)
        await reader.start()
        stack.push_async_callback(reader.close)
        inbox = Inbox(database)
        indexer = Indexer(database, store, embedder, compute)
        archivist = Archivist(
            database=database,
            inbox=inbox,
            indexer=indexer,
            separating=Separating(database, separation),
            file_store=file_store,
            file_reader=reader,
        )
        reranking = Reranking(reranker, candidates=settings.reranker.candidates) if reranker else None
        learning = make_learning(settings, database, embedder)
        stack.push_async_callback(learning.close)
        priors = learning if settings.feedback.learning else None
        searcher = Searcher(store, embedder, reranking=reranking, priors=priors)
        finder = Finder(database=database, searcher=searcher, store=store, zone=zone)
        permissions = Permissions(database)
        model = model or create_model(settings)
        check = GroundingCheck(embedder, zone=zone)
        answerer = Answerer(
            database=database,
            finder=finder,
            model=model,
            check=check,
            zone=zone,
            evidence_tokens=settings.answers.evidence_tokens,
        )
        summarizer = Summarizer(
            database=database, finder=finder, model=model, embedder=embedder, check=check, zone=zone
        )
        digests = settings.digests
        schedules = Schedules(database, permissions)
        digest_maker = DigestMaker(
            summarizer, LinkCheck(database, check), max_lines=digests.max_lines, seconds=digests.seconds
        )
        forgetting = Forgetting(
            home=settings.home,
            database=database,
            inbox=inbox,
            store=store,
            file_store=file_store,
            announce=archivist.announce,
        )
        forgetting_own = ForgettingOwn(database, forgetting, zone=zone)
        prompts = PromptVersions(database)
        stack.callback(use_own_texts, OwnTexts())
        await prompts.refresh()
        performing = Performing(
            database=database,
            answerer=answerer,
            model=model,
            embedder=embedder,
            permissions=permissions,
            zone=zone,
        )
        prompt_trials = PromptTrials(database=database, performing=performing, model=model)
        stack.push_async_callback(prompt_trials.close)
        setting_up = SettingUp(database=database, permissions=permissions, schedules=schedules, zone=zone)
        confirmations = Confirmations(
            database,
            {
                FORGET: forgetting_own,
                DIGEST: SettingDigests(setting_up),
                LISTEN: SettingListening(Listening(database), permissions),
            },
        )
        stack.push_async_callback(confirmations.close)
        taking_in = TakingIn(database, embedder, permissions)
        groups = QuestionGroups(database, taking_in.vectors, embedding_model=embedder.spec.identity)
        taking_in.listen(groups.take_in)
        taking_in.listen(learning.taken)
        matching = Matching(StandardAnswers(database), embedder)
        yield Application(
            settings=settings,
            zone=zone,
            database=database,
            inbox=inbox,
            answers=Answers(database),
            permissions=permissions,
            file_store=file_store,
            embedder=embedder,
            store=store,
            searcher=searcher,
            finder=finder,
            indexer=indexer,
            archivist=archivist,
            model=model,
            answerer=answerer,
            summarizer=summarizer,
            schedules=schedules,
            digest_maker=digest_maker,
            confirmations=confirmations,
            forgetting_own=forgetting_own,
            taking_in=taking_in,
            learning=learning,
            prompts=prompts,
            prompt_trials=prompt_trials,
            matching=matching,
            conversation=Conversation(
                Parts(
                    database=database,
                    answerer=answerer,
                    finder=finder,
                    storyteller=Storyteller(database=database, finder=finder, zone=zone),
                    summarizer=summarizer,
                    schedules=schedules,
                    digest_maker=digest_maker,
                    permissions=permissions,
                    confirmations=confirmations,
                    forgetting_own=forgetting_own,
                    intents=Intents(embedder),
                    rewriter=Rewriter(database, model),
                    standard=GivingStandardAnswers(database=database, matching=matching, zone=zone),
                    zone=zone,
                )
            ),
        )


def make_learning(settings: Settings, database: Database, embedder: Embedder) -> Learning:
    """What votes have taught, not loaded."""
    rates = LearningRates(half_life=timedelta(days=settings.feedback.half_life_days))
    return Learning(database, QuestionVectors(database, embedder), rates=rates)


def vector_config(settings: Settings) -> VectorConfig:
    """The engine as the settings describe it."""
    vector = settings.vector
    return VectorConfig(
        backend=vector.backend,
        folder=settings.qdrant_dir if vector.backend == "edge" else None,
        flush_seconds=vector.flush_seconds,
        urls=vector.urls,
        api_key=vector.api_key.get_secret_value() if vector.api_key else None,
        timeout_seconds=vector.timeout_seconds,
        shard_number=vector.shard_number,
        replication_factor=vector.replication_factor,
        write_consistency_factor=vector.write_consistency_factor,
        quantization=vector.quantization,
        on_disk=vector.on_disk,
    )


def embedding_spec(settings: Settings) -> EmbeddingSpec:
    """The embedding model of the settings; raises ``ModelMissing`` when it was not pulled."""
    model = resolve_embedding_model(settings)
    return EmbeddingSpec(
        name=model.name,
        identity=f"{model.identity}+centred-{CENTRING_VERSION}",
        dimension=model.dimension,
        query_prefix=model.query_prefix,
        passage_prefix=model.passage_prefix,
        path=model.path,
        pooling=model.pooling,
        model_file=model.model_file,
    )


def archive_identity(spec: EmbeddingSpec) -> ArchiveIdentity:
    """What the vectors of this configuration are made by."""
    return ArchiveIdentity(
        embedding_model=spec.identity, dimension=spec.dimension, tokenizer=f"jieba-bigram-{TOKENIZER_VERSION}"
    )


def make_embedder(settings: Settings) -> Embedder:
    """The embedding model of the settings, not loaded; raises ``ModelMissing`` when it was not pulled."""
    return FastEmbedder(
        embedding_spec(settings), batch_size=settings.embedding.batch_size, threads=settings.embedding.threads
    )


async def load_embedder(embedder: Embedder) -> None:
    """Start it; raises ``ModelUnavailable`` when its files cannot be used."""
    try:
        await embedder.start()
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelUnavailable(
            f"{embedder.spec.name} ({type(error).__name__})", hint="Run: shiguang models verify"
        ) from error


def make_reranker(settings: Settings) -> FastReranker | None:
    """The re-ranker of the settings, not loaded, or None; raises ``ModelMissing`` when it was not pulled."""
    model = resolve_reranker(settings)
    if model is None:
        return None
    return FastReranker(
        RerankerSpec(name=model.name, path=model.path, model_file=model.model_file),
        budget_seconds=settings.reranker.budget_ms / 1000,
        threads=settings.embedding.threads,
    )


async def load_reranker(reranker: FastReranker) -> None:
    """Start it; raises ``ModelError`` when its files cannot be used."""
    name = reranker.spec.name
    try:
        await reranker.start()
    except ValueError as error:
        hint = f"Run: shiguang models verify {name} (or unset reranker.model)"
        raise ModelError(f"{name} cannot be loaded", hint=hint) from error


def prepare_home(settings: Settings) -> None:
    """Make the data folder; raises ``TruthUnavailable`` when it cannot be written."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TruthUnavailable(f"{settings.home}: {error.strerror}") from None
    if not os.access(settings.home, os.W_OK | os.X_OK):
        raise TruthUnavailable(f"{settings.home}: not writable")


def team_zone(settings: Settings) -> ZoneInfo:
    """The team's time zone; raises ``SettingsError`` for a name that means nothing."""
    try:
        return ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(f"timezone: {settings.timezone!r} is not the name of a time zone") from None


async def _start(embedder: Embedder, reranker: FastReranker | None, store: PassageStore) -> None:
    """The models load while the engine opens."""
    loading = asyncio.ensure_future(_load(embedder, reranker))
    try:
        with archive_failures():
            await store.open(archive_identity(embedder.spec))
        await loading
    except BaseException:
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)
        raise


async def _load(embedder: Embedder, reranker: FastReranker | None) -> None:
    await load_embedder(embedder)
    if reranker is not None:
        await load_reranker(reranker)
