"""What a server does by itself, again and again: each runs until it is cancelled."""

import asyncio

import structlog

from bot.application import Application
from bot.archive.forgetting import forgetting_of
from bot.archive.retention import Retention
from bot.archive.topics import find_topics
from bot.executor import Executor
from bot.metrics import Metrics
from bot.truth.mailbox import Mailbox

_log = structlog.get_logger(__name__)

_GAUGE_SECONDS = 5.0
_RETENTION_SECONDS = 3600.0
_FIRST_TOPICS_SECONDS = 600.0
_TOPICS_SECONDS = 86_400.0


async def keep_retention(application: Application) -> None:
    """Remove hourly what is older than its channel keeps; at the start also finish what was interrupted."""
    retention = Retention(
        application.database,
        forgetting_of(application),
        keep_days=application.settings.retention.keep_days,
        zone=application.zone,
        purge_after_days=application.settings.slack.purge_after_days,
    )
    while True:
        try:
            for receipt in await retention.run():
                _log.info("removed by its rule", erasure_id=receipt.erasure_id, messages=receipt.removed["messages"])
        except Exception:  # noqa: BLE001 - the next run goes on where this one stopped
            _log.warning("retention was interrupted", exc_info=True)
        await asyncio.sleep(_RETENTION_SECONDS)


async def keep_topics(application: Application) -> None:
    """Find the topics again every day; at the start, first let people work."""
    executor = Executor("topics", threads=1)
    try:
        while True:
            await asyncio.sleep(_FIRST_TOPICS_SECONDS)
            try:
                await find_topics(application.database, application.store, executor)
            except Exception:  # noqa: BLE001 - the former topics stay until the next time
                _log.warning("topics could not be found", exc_info=True)
            await asyncio.sleep(_TOPICS_SECONDS)
    finally:
        executor.close()


async def keep_gauges(application: Application, metrics: Metrics) -> None:
    """Measure every few seconds what waits."""
    mailbox = Mailbox(application.database)
    while True:
        try:
            counts, queued = await application.inbox.counts(), await application.indexer.pending()
            metrics.inbox.labels("pending").set(counts.pending)
            metrics.inbox.labels("failed").set(counts.failed)
            metrics.index_queue.set(queued)
            for state, number in (await mailbox.counts()).items():
                metrics.letters.labels(state).set(number)
        except Exception:  # noqa: BLE001 - figures that cannot be read now are read later
            _log.warning("gauges could not be read", exc_info=True)
        metrics.model_waiting.set(application.model.waiting)
        await asyncio.sleep(_GAUGE_SECONDS)
