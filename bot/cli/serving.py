"""``serve`` and ``demo``: the running application."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

import structlog
import typer

from bot.application import Application, open_application
from bot.archive.lock import ArchivistLock
from bot.cli.output import ERR, run
from bot.console_host import ConsoleHost
from bot.errors import ModelError, SettingsError
from bot.log import configure_logging
from bot.metrics import Metrics
from bot.sample.archive import STARTER_QUESTIONS, sample_events
from bot.settings import Settings, load_settings
from bot.truth.inbox import Lane
from bot.web.server import WebServer
from connectors.console import ConsoleConnector

_log = structlog.get_logger(__name__)
_GAUGE_SECONDS = 5.0


def serve() -> None:
    """Run the bot: connectors of the settings, pages and archivist."""
    run(_serve(load_settings(), sample=False))


def demo(
    port: Annotated[int | None, typer.Option("--port", help="Another port than web.port.")] = None,
) -> None:
    """Run with the console and a small sample archive; no account is needed."""
    settings = load_settings()
    updates: dict[str, object] = {"connectors": ("console",)}
    if port is not None:
        updates["web"] = settings.web.model_copy(update={"port": port})
    run(_serve(settings.model_copy(update=updates), sample=True))


async def _serve(settings: Settings, *, sample: bool) -> None:
    configure_logging(settings.log_level)
    unknown = [name for name in settings.connectors if name != "console"]
    if unknown:
        raise SettingsError(f"connectors: {unknown[0]!r} is not known; this version has: console")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(settings, sample=sample, next_free_port=sample) as address:
        ERR.print(f"\n拾光 Shiguang is at [bold]{address}[/bold]   (Ctrl+C stops it)\n")
        await stop.wait()
        ERR.print("stopping …")


@asynccontextmanager
async def running(settings: Settings, *, sample: bool, next_free_port: bool = False) -> AsyncIterator[str]:
    """The whole server; yields its address once the page answers. The model loads meanwhile."""
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = ArchivistLock(settings.home)
    if not lock.acquire():
        raise SettingsError(f"home: another shiguang is running on {str(settings.home)!r}")
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(lock.release)
        application = await stack.enter_async_context(open_application(settings))
        metrics = Metrics()
        model_state = {"model": "loading"}

        async def ready() -> dict[str, str]:
            return {"archive": "ok", **model_state}

        server = WebServer(registry=metrics.registry, ready=ready)
        host = _console_host(application)
        console = ConsoleConnector(
            host,
            token=settings.web.token.get_secret_value() if settings.web.token else None,
            max_upload_bytes=settings.files.max_bytes,
            suggestions=STARTER_QUESTIONS if sample else None,
        )
        if sample:
            await _load_sample(application)
        await application.archivist.start()
        stack.push_async_callback(application.archivist.close)
        console.setup(server.app)
        await console.start()
        stack.push_async_callback(console.close)
        stack.push_async_callback(application.model.close)
        async with asyncio.TaskGroup() as tasks:
            owned = [
                tasks.create_task(_load_model(application, model_state), name="load-model"),
                tasks.create_task(_keep_gauges(application, metrics), name="gauges"),
            ]
            port = await server.listen(settings.web.host, settings.web.port, next_free=next_free_port)
            try:
                shown = "127.0.0.1" if settings.web.host in ("127.0.0.1", "localhost") else settings.web.host
                yield f"http://{shown}:{port}/"
            finally:
                for task in owned:
                    task.cancel()
                await server.close()


def _console_host(application: Application) -> ConsoleHost:
    return ConsoleHost(
        database=application.database,
        finder=application.finder,
        archivist=application.archivist,
        permissions=application.permissions,
        file_store=application.file_store,
        zone=application.zone,
        inbox=application.inbox,
        conversation=application.conversation,
        answers=application.answers,
    )


async def _load_model(application: Application, state: dict[str, str]) -> None:
    """Questions asked before it is loaded wait in its queue; without it they get what search finds."""
    try:
        await application.model.start()
    except ModelError as error:
        state["model"] = error.code
        ERR.print(f"{error.sentence('en')} {error.hint('en')} Until then answers are search results.", markup=False)
    else:
        state["model"] = "ok"


async def _load_sample(application: Application) -> None:
    """Load the sample once; its six weeks end on the day before it was first loaded."""
    marker = application.settings.home / "sample.json"
    if marker.is_file():
        loaded_at = datetime.fromisoformat(json.loads(marker.read_text("utf-8"))["loaded_at"])
    else:
        loaded_at = datetime.now(application.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        marker.write_text(json.dumps({"loaded_at": loaded_at.isoformat()}), "utf-8")

    events = await asyncio.to_thread(sample_events, loaded_at, application.file_store)
    new = await application.inbox.append(events, lane=Lane.IMPORT)
    if new:
        ERR.print(f"loading the sample archive ({new} events); search finds it within a minute")


async def _keep_gauges(application: Application, metrics: Metrics) -> None:
    while True:
        counts = await application.inbox.counts()
        metrics.inbox.labels("pending").set(counts.pending)
        metrics.inbox.labels("failed").set(counts.failed)
        metrics.index_queue.set(await application.indexer.pending())
        metrics.model_waiting.set(application.model.waiting)
        await asyncio.sleep(_GAUGE_SECONDS)
