"""The whole server: application, console, pages and what watches them, from start to stop."""

import asyncio
import contextlib
import gc
import json
import os
import signal
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.application import Application, open_application, prepare_home
from bot.archive.lock import ArchivistLock
from bot.cli.output import ERR
from bot.console_host import ConsoleHost
from bot.curating.watching import WatchingStandardAnswers
from bot.desk.desk import Desk
from bot.desk.furnishing import parts
from bot.desk.welcome import desk_line
from bot.digests.running import digests_of
from bot.errors import SettingsError, ShiguangError
from bot.feedback.offering import PairOffers
from bot.feedback.report import ReportMaker
from bot.feedback.reporting import Reporting
from bot.language import system_language
from bot.live_host import ApplicationLiveHost
from bot.log import configure_logging
from bot.metrics import Metrics, SlackMetrics, WeComMetrics
from bot.reminding.reminders import Reminders
from bot.reminding.running import Reminding
from bot.revising import Revising
from bot.sample.archive import STARTER_QUESTIONS, sample_events
from bot.settings import Settings, load_settings
from bot.summaries.idle import IdleSummaries
from bot.truth.inbox import Lane
from bot.upkeep import keep_gauges, keep_retention, keep_topics
from bot.web.address import page_url
from bot.web.server import WebServer
from connectors.connector import Connector, Language
from connectors.console import ConsoleConnector
from connectors.events import MessagePosted
from connectors.slack.connector import SlackConnector
from connectors.wecom.connector import WeComConnector
from knowledge.lexical import load_dictionary
from knowledge.qdrant.errors import VectorStoreError

_log = structlog.get_logger(__name__)

_CONNECTORS = ("console", "slack", "wecom")
_STOP_SECONDS = 8.0
_READY_SECONDS = 3.0

_TEXTS: dict[str, dict[Language, str]] = {
    "at": {"zh": "拾光已启动：", "en": "拾光 Shiguang is at "},
    "stops": {"zh": "（按 Ctrl+C 停止）", "en": "(Ctrl+C stops it)"},
    "stopping": {"zh": "正在停止……", "en": "stopping …"},
    "sample": {
        "zh": "正在载入示例档案（{count} 个事件），一分钟内即可搜索",
        "en": "loading the sample archive ({count} events); search finds it within a minute",
    },
    "until_then": {"zh": "在此之前只返回搜索结果。", "en": "Until then answers are search results."},
}


async def serve_until_stopped(*, sample: bool, port: int | None = None) -> None:
    """Serve until SIGINT or SIGTERM; raises the ``ShiguangError`` that says why it cannot start.

    Stopping takes a few seconds. Threads that do not heed (a model being loaded, a batch being embedded) do not hold
    it up: the process ends all the same, since whatever was under way is done again at the next start.
    """
    settings = load_settings()
    if sample:
        settings = _for_demo(settings, port)
    configure_logging(settings.log_level)
    unknown = [name for name in settings.connectors if name not in _CONNECTORS]
    if unknown:
        raise SettingsError(f"connectors: {unknown[0]!r} is not known; this version has: {', '.join(_CONNECTORS)}")
    stopping = _Stopping()
    language = system_language()
    try:
        async with running(settings, sample=sample, next_free_port=sample) as address:
            # What was made by now stays: every full collection would look through it again, for a tenth of a second.
            gc.freeze()
            ERR.print(f"\n{_TEXTS['at'][language]}[bold]{address}[/bold]   {_TEXTS['stops'][language]}\n")
            ERR.print(await desk_line(settings, address, demo=sample, language=language), markup=False, soft_wrap=True)
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        if not stopping.asked:
            raise
    finally:
        stopping.forget()


class _Stopping:
    """Turns the first SIGINT or SIGTERM into the cancellation of the task that made this, with a limit of time."""

    def __init__(self) -> None:
        self.asked = False
        self._loop = asyncio.get_running_loop()
        self._serving = asyncio.current_task()
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._ask)

    def forget(self) -> None:
        """Leave signals to others again; the limit of time stays, until the process has ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(number)
            if self.asked:
                signal.signal(number, signal.SIG_IGN)

    def _ask(self) -> None:
        if self.asked or self._serving is None:
            return
        self.asked = True
        ERR.print(_TEXTS["stopping"][system_language()])
        limit = threading.Timer(_STOP_SECONDS, os._exit, (0,))
        limit.daemon = True
        limit.start()
        self._serving.cancel()


@asynccontextmanager
async def running(settings: Settings, *, sample: bool, next_free_port: bool = False) -> AsyncIterator[str]:
    """The whole server; yields its address once the page answers. The model loads meanwhile."""
    prepare_home(settings)
    lock = ArchivistLock(settings.home)
    if not lock.acquire():
        raise SettingsError(
            f"home: another shiguang is running on {str(settings.home)!r}",
            hint="Stop it, or wait until its import has ended.",
        )
    async with AsyncExitStack() as stack:
        stack.callback(lock.release)
        application = await stack.enter_async_context(open_application(settings))
        metrics = Metrics()
        model_state = {"model": "loading"}

        live: dict[str, SlackConnector | WeComConnector] = {}
        if "slack" in settings.connectors:
            live["slack"] = _slack(application, metrics)
        if "wecom" in settings.connectors:
            live["wecom"] = _wecom(application, metrics)

        async def ready() -> dict[str, str]:
            states = {name: connector.state for name, connector in live.items()}
            return {"archive": await _archive_state(application), **model_state, **states}

        server = WebServer(registry=metrics.registry, ready=ready)
        host = _console_host(application, metrics)
        console = ConsoleConnector(
            host,
            token=settings.web.token.get_secret_value() if settings.web.token else None,
            max_upload_bytes=settings.files.max_bytes,
            suggestions=STARTER_QUESTIONS if sample else None,
        )
        console.setup(server.app)
        connectors: dict[str, Connector] = {"console": console, **live}
        for connector in live.values():
            connector.setup(server.app)
        Desk(application.database, guard=console.guard, parts=parts(application, connectors, ready=ready)).setup(
            server.app
        )
        if sample:
            await _load_sample(application)
        # Closed in the opposite order: pages and answers first, then the archivist, then what both stand on.
        stack.push_async_callback(application.model.close)
        stack.push_async_callback(application.archivist.close)
        # Half a second that nobody who asks should wait for, and the loop neither.
        await asyncio.to_thread(load_dictionary)
        await application.archivist.start()
        await application.confirmations.resume()
        stack.push_async_callback(server.close)
        stack.push_async_callback(console.close)
        await console.start()
        if settings.digests.enabled:
            digests = digests_of(application, connectors, metrics)
            stack.push_async_callback(digests.close)
            await digests.start()
        port = await server.listen(settings.web.host, settings.web.port, next_free=next_free_port)
        for name, connector in live.items():
            # Not waited for: the platform may be far away, the archive is here.
            stack.push_async_callback(connector.close)
            stack.push_async_callback(_cancel, asyncio.create_task(connector.start(), name=f"start-{name}"))
        for name, work in (
            ("load-model", _load_model(application, model_state)),
            ("gauges", keep_gauges(application, metrics)),
            ("read-timeline", host.read_timeline()),
            ("prompts", application.prompts.follow()),
            ("retention", keep_retention(application)),
            ("topics", keep_topics(application)),
            ("idle-summaries", _idle_summaries(application).run()),
            ("reminders", _reminding(application, connectors).run()),
            ("revisions", _revising(application, connectors).run()),
            ("standard-answers", _watching(application).run()),
            ("taking-in", application.taking_in.run()),
            ("weekly-report", _reporting(application).run()),
        ):
            stack.push_async_callback(_cancel, asyncio.create_task(work, name=name))
        if settings.feedback.learning:
            application.learning.begin()
        yield f"{page_url(settings.web, port=port)}/"


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _for_demo(settings: Settings, port: int | None) -> Settings:
    updates: dict[str, object] = {"connectors": ("console",)}
    if port is not None:
        updates["web"] = settings.web.model_copy(update={"port": port})
    return settings.model_copy(update=updates)


def _console_host(application: Application, metrics: Metrics) -> ConsoleHost:
    return ConsoleHost(
        database=application.database,
        finder=application.finder,
        archivist=application.archivist,
        permissions=application.permissions,
        file_store=application.file_store,
        zone=application.zone,
        inbox=application.inbox,
        conversation=application.conversation,
        confirmations=application.confirmations,
        answers=application.answers,
        metrics=metrics,
        offers=_offers(application),
    )


def _offers(application: Application) -> PairOffers:
    return PairOffers(
        application.database,
        every=application.settings.feedback.pick_one_every,
        is_idle=lambda: application.model.waiting == 0,
    )


def _watching(application: Application) -> WatchingStandardAnswers:
    watching = WatchingStandardAnswers(application.database, warm=application.matching.warm)
    application.archivist.listen(watching.wake)
    return watching


def _revising(application: Application, connectors: Mapping[str, Connector]) -> Revising:
    return Revising(database=application.database, archivist=application.archivist, connectors=connectors)


def _reminding(application: Application, connectors: Mapping[str, Connector]) -> Reminding:
    return Reminding(
        reminders=Reminders(application.database),
        finder=application.finder,
        permissions=application.permissions,
        connectors=connectors,
        zone=application.zone,
    )


def _reporting(application: Application) -> Reporting:
    return Reporting(application.database, ReportMaker(application.database, application.permissions))


def _slack(application: Application, metrics: Metrics) -> SlackConnector:
    settings = application.settings
    configuration = settings.slack.configuration(max_file_bytes=settings.files.max_bytes)
    return SlackConnector(_live_host(application, metrics), configuration, observer=SlackMetrics(metrics))


def _wecom(application: Application, metrics: Metrics) -> WeComConnector:
    settings = application.settings
    configuration = settings.wecom.configuration(
        home=settings.home, max_file_bytes=settings.files.max_bytes, timezone=settings.timezone
    )
    return WeComConnector(
        _live_host(application, metrics),
        configuration,
        observer=WeComMetrics(metrics),
        language="en" if settings.language == "en" else "zh",
    )


def _live_host(application: Application, metrics: Metrics) -> ApplicationLiveHost:
    return ApplicationLiveHost(
        database=application.database,
        inbox=application.inbox,
        archivist=application.archivist,
        permissions=application.permissions,
        schedules=application.schedules,
        conversation=application.conversation,
        confirmations=application.confirmations,
        answers=application.answers,
        file_store=application.file_store,
        metrics=metrics,
        offers=_offers(application),
    )


def _idle_summaries(application: Application) -> IdleSummaries:
    return IdleSummaries(
        database=application.database,
        summarizer=application.summarizer,
        model=application.model,
        per_hour=application.settings.idle_summaries_per_hour,
    )


async def _archive_state(application: Application) -> str:
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await application.store.health()
    except (VectorStoreError, TimeoutError):
        return "unavailable"
    return "ok"


async def _load_model(application: Application, state: dict[str, str]) -> None:
    """Questions asked before it is loaded wait in its queue; without it they get what search finds."""
    try:
        await application.model.start()
    except ShiguangError as error:
        state["model"] = error.code
        language = system_language()
        ERR.print(f"{error.sentence(language)} {error.hint(language)} {_TEXTS['until_then'][language]}", markup=False)
    except Exception:  # noqa: BLE001 - search must go on without a model, whatever is wrong with it
        state["model"] = "model_unavailable"
        _log.exception("the language model could not be started")
    else:
        state["model"] = "ok"


async def _load_sample(application: Application) -> None:
    """Load the sample once; its six weeks end on the day before it was first loaded."""
    marker = application.settings.home / "sample.json"
    loaded_at = await asyncio.to_thread(_first_loaded_at, marker)
    events = await asyncio.to_thread(sample_events, loaded_at, application.file_store)
    new = await application.inbox.append(events, lane=Lane.IMPORT)
    if new:
        ERR.print(_TEXTS["sample"][system_language()].format(count=new))
        # Before the address is told: whoever opens the page chooses among the people of the sample.
        taken = 0
        while taken < new and (batch := await application.archivist.apply_batch()):
            taken += batch
    # Files of messages that somebody has deleted since were put again, and must not stay.
    await application.archivist.leftovers.drop(
        file.sha256
        for event in events
        if isinstance(event, MessagePosted)
        for file in event.files
        if file.sha256 is not None
    )


def _first_loaded_at(marker: Path) -> datetime:
    with contextlib.suppress(OSError, ValueError, KeyError):
        return datetime.fromisoformat(json.loads(marker.read_text("utf-8"))["loaded_at"])
    loaded_at = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    marker.write_text(json.dumps({"loaded_at": loaded_at.isoformat()}), "utf-8")
    return loaded_at
