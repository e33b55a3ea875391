"""A process that archives what it reads on standard input and acknowledges it on standard output, to be killed.

    python -m tests.e2e.archive_process HOME

Each line in is an event as JSON; each line out is the id of an event that is durable now. ``end`` drains and leaves.
"""

import asyncio
import sys
from pathlib import Path

from bot.application import Application, open_application
from bot.llm.scripted import ScriptedModel
from bot.settings import LlmSettings, load_settings
from connectors.events import EVENT_ADAPTER, Event
from tests.fakes.embedder import TinyEmbedder

_BATCH = 20


async def _run(home: Path) -> None:
    settings = load_settings(home=home, llm=LlmSettings(backend="none"))
    async with open_application(settings, embedder=TinyEmbedder(), model=ScriptedModel([])) as application:
        await application.archivist.start()
        print("ready", flush=True)
        events: list[Event] = []
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "end":
                break
            events.append(EVENT_ADAPTER.validate_json(line))
            if len(events) == _BATCH:
                await _accept(application, events)
                events = []
        await _accept(application, events)
        await application.archivist.close()
        await application.archivist.drain()
        print("drained", flush=True)


async def _accept(application: Application, events: list[Event]) -> None:
    await application.inbox.append(events)
    application.archivist.wake()
    for event in events:
        print(event.event_id, flush=True)


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1])))
