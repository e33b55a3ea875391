"""Ordinary talk around the attempts: the sample archive."""

import asyncio
from collections.abc import Sequence

from bot.application import Application
from bot.sample.archive import sample_events
from connectors.events import Event
from tests.injection.attempts import ASKED_AT


async def ordinary_events(application: Application) -> Sequence[Event]:
    """Six weeks of a team's talk before the questions."""
    return await asyncio.to_thread(sample_events, ASKED_AT, application.file_store)
