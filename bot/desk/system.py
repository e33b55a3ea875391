"""The page of the system: what runs, what waits, what is full, and what to do about it. Nothing is changed here."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import metadata
from typing import Any, Final

from bot import __version__
from bot.application import Application
from bot.desk.disk import DiskUse, HomeDisk
from bot.desk.route import DeskRequest, Outcome, Route
from bot.desk.system_texts import Warned, warned
from bot.importing import ResumeMarks
from bot.importing.resume import UnfinishedImport
from bot.settings import Settings
from bot.truth.database import HEAD
from bot.truth.mailbox import Mailbox

Ready = Callable[[], Awaitable[Mapping[str, str]]]

_LITTLE_BYTES: Final = 2_000_000_000
_STILL_RUNS: Final = timedelta(seconds=15)
"""An import leaves a mark every second."""
_MANY_WAIT: Final = 5000
_STATES_THAT_ARE_FINE: Final = frozenset({"ok", "loading", "starting"})
_LIBRARIES: Final = ("qdrant-edge-py", "llama-cpp-python", "fastembed", "aiohttp", "SQLAlchemy")


class SystemPart:
    """``system``: everything about how the bot is doing, without secrets, addresses or paths outside its home."""

    def __init__(self, application: Application, *, ready: Ready | None = None) -> None:
        self._application = application
        self._ready = ready
        self._disk = HomeDisk(application.settings.home)
        self._marks = ResumeMarks(application.settings.home / "imports")
        self._mailbox = Mailbox(application.database)
        self._started_at = datetime.now(UTC)

    def routes(self) -> Sequence[Route]:
        """One to read."""
        return [Route(method="GET", path="system", handler=self._shown)]

    async def _shown(self, request: DeskRequest) -> Outcome:
        application, settings = self._application, self._application.settings
        states = dict(await self._ready()) if self._ready is not None else {}
        inbox = await application.inbox.counts()
        index = {"waiting": await application.indexer.pending(), "failed": await application.indexer.failed()}
        letters = await self._mailbox.counts()
        imports = await asyncio.to_thread(self._marks.unfinished)
        disk = await self._disk.use()
        queue = {"waiting": application.model.waiting, "size": settings.llm.queue_size}
        warnings = [
            *_of_states(states, settings),
            *([Warned("inbox_failed", count=inbox.failed)] if inbox.failed else []),
            *([Warned("index_failed", count=index["failed"])] if index["failed"] else []),
            *([Warned("letters_failed", count=letters["failed"])] if letters["failed"] else []),
            *([Warned("index_waits", count=index["waiting"])] if index["waiting"] > _MANY_WAIT else []),
            *([Warned("disk_full", free=f"{disk.free / 1e9:.1f}")] if disk.free < _LITTLE_BYTES else []),
            *([Warned("queue_full")] if queue["waiting"] >= queue["size"] else []),
            *(Warned("import_stopped", name=one.name or "?") for one in imports if not _runs(one)),
        ]
        return Outcome(
            body={
                "warnings": [warned(one, request.language) for one in warnings],
                "states": states,
                "model": self._model(queue),
                "embedding": {
                    "name": application.embedder.spec.name,
                    "dimension": application.embedder.spec.dimension,
                    "reranker": settings.reranker.model,
                },
                "engine": {
                    "backend": settings.vector.backend,
                    "truth": "sqlite" if application.database.is_sqlite else "postgresql",
                },
                "inbox": {"waiting": inbox.pending, "failed": inbox.failed, "done": inbox.done},
                "index": index,
                "letters": letters,
                "imports": [_import_json(one) for one in imports],
                "disk": _disk_json(disk, settings),
                "versions": _versions(),
                "started_at": self._started_at.isoformat(),
                "timezone": settings.timezone,
            }
        )

    def _model(self, queue: Mapping[str, int]) -> dict[str, Any]:
        settings, info = self._application.settings, self._application.model.info
        adapter = settings.llm.adapter
        return {
            "name": _bare(info.name),
            "backend": settings.llm.backend,
            "context_tokens": info.context_tokens,
            "queue": queue,
            "adapter": _bare(adapter) if adapter else None,
            "adapter_share": settings.llm.adapter_share if adapter else None,
        }


def _of_states(states: Mapping[str, str], settings: Settings) -> list[Warned]:
    """What is not ready: the model, the archive and each platform."""
    found = [] if settings.llm.backend != "none" else [Warned("no_model")]
    for name, state in states.items():
        if state in _STATES_THAT_ARE_FINE or (name == "model" and settings.llm.backend == "none"):
            continue
        if name in ("model", "archive"):
            found.append(Warned(f"{name}_away", code=state))
        else:
            found.append(Warned("platform_away", platform=name, code=state))
    return found


def _bare(name: str) -> str:
    """A model may be named by the path of its file, which is nobody's business."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _runs(one: UnfinishedImport) -> bool:
    return datetime.now(UTC) - one.marked_at < _STILL_RUNS


def _import_json(one: UnfinishedImport) -> dict[str, Any]:
    return {
        "name": one.name,
        "running": _runs(one),
        "share": min(1.0, one.position / one.total) if one.total else None,
        "marked_at": one.marked_at.isoformat(),
    }


def _disk_json(disk: DiskUse, settings: Settings) -> dict[str, Any]:
    return {"home": str(settings.home), "used": dict(disk.used), "free": disk.free}


def _versions() -> dict[str, str]:
    found = {"shiguang": __version__, "python": ".".join(map(str, sys.version_info[:3])), "database": HEAD}
    return found | {name: metadata.version(name) for name in _LIBRARIES}
