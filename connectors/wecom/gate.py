"""The way from robots and apps to what answers: closed until that knows what it answered before a restart."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from connectors.connector import Card, Language
from connectors.events import ChannelId, PersonRef
from connectors.wecom.observing import Observer
from connectors.wecom.site import CardChange, Conversing, Heard, Json, Site, Voice

_log = logging.getLogger(__name__)


class Gate:
    """Implements ``connectors.wecom.site.Conversing`` by another one.

    It also tells the application that of a group in which only a robot listens not everything arrives, unless
    ``archive_covers_groups``: then the message archive tells how far it reaches.
    """

    def __init__(self, site: Site, conversing: Conversing, *, archive_covers_groups: bool, observer: Observer) -> None:
        self._site = site
        self._conversing = conversing
        self._archive_covers_groups = archive_covers_groups
        self._observer = observer
        self._opened = asyncio.Event()
        self._told: set[ChannelId] = set()

    def open(self) -> None:
        """Let everybody in."""
        self._opened.set()

    async def heard(self, heard: Heard, voice: Voice) -> None:
        """See ``Conversing``."""
        await self._opened.wait()
        self._observer.heard(heard.way)
        telling = asyncio.create_task(self._tell_partial(heard), name="a group is partly archived")
        try:
            await self._conversing.heard(heard, voice)
        finally:
            await telling

    async def clicked(
        self, *, key: str, task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]]
    ) -> CardChange:
        """See ``Conversing``; not held up: a click is answered within four seconds or never."""
        return await self._conversing.clicked(key=key, task_id=task_id, person=person, chosen=chosen)

    async def judged(
        self, *, feedback_id: str, person: PersonRef, kind: int, reasons: Sequence[int], comment: str
    ) -> None:
        """See ``Conversing``."""
        await self._opened.wait()
        await self._conversing.judged(
            feedback_id=feedback_id, person=person, kind=kind, reasons=reasons, comment=comment
        )

    def welcome(self, person: PersonRef) -> Json:
        """See ``Conversing``."""
        return self._conversing.welcome(person)

    def card_of(self, card: Card, language: Language) -> Json:
        """See ``Conversing``."""
        return self._conversing.card_of(card, language)

    async def _tell_partial(self, heard: Heard) -> None:
        """Once for each group and start: the archive may have been switched off since the last one."""
        channel_id = heard.channel.channel_id
        if not heard.is_group or self._archive_covers_groups or channel_id in self._told:
            return
        try:
            await self._site.host.history_reached(
                channel_id, reached=None, complete=False, at=datetime.now(UTC), partial=True
            )
        except Exception:  # noqa: BLE001 - the answer stands; told with the next message
            _log.exception("it could not be noted that the archive of a group is partial")
            return
        self._told.add(channel_id)
