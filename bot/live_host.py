"""What live platforms are offered: the application's side of ``connectors.live_host.LiveHost``."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.archive.archivist import Archivist
from bot.commands import command_views
from bot.curating.standard_answers import StandardAnswers, StandardSource
from bot.digests.schedule import Schedules
from bot.errors import BadInput, NotFound, NotPermitted
from bot.home import Home
from bot.host import ApplicationHost
from bot.language import language_of
from bot.permissions import Permissions
from bot.texts import say
from bot.truth.believed import Believed
from bot.truth.categories import known_categories
from bot.truth.database import Database
from bot.truth.histories import Histories
from bot.truth.inbox import Inbox, Lane
from bot.truth.mailbox import Mailbox
from bot.truth.notebook import Notebook
from bot.truth.shared_files import kept_bytes
from bot.truth.tables import AnswerRow, AnswerSourceRow, MessageRow, StandardAnswerRow, VerdictRow
from bot.truth.ticks import proposal_id
from bot.truth.timeline import channel_of
from bot.truth.workspaces import Workspaces
from connectors.connector import Language, VerdictKind
from connectors.events import ChannelId, ChannelRef, Event, PersonId, PersonRef, Platform, RecordId
from connectors.live_host import CategoryView, CommandView, HomeView, KnownPerson

T = TypeVar("T")

_APPLY_SECONDS = 10.0
_ROOM_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.5
_MOST_WAITING = 2_000
"""Events that history may leave in the inbox before it is read on."""
_VERDICTS: Mapping[str, VerdictKind] = {"up": "up", "down": "down", "withdrawn": "withdrawn"}


class ApplicationLiveHost(ApplicationHost):
    """What an application host offers, and what Slack and WeCom need besides."""

    def __init__(
        self,
        *,
        database: Database,
        inbox: Inbox,
        archivist: Archivist,
        permissions: Permissions,
        schedules: Schedules,
        **parts: Any,
    ) -> None:
        super().__init__(database=database, inbox=inbox, archivist=archivist, permissions=permissions, **parts)
        self._mailbox = Mailbox(database)
        self._notebook = Notebook(database)
        self._histories = Histories(database)
        self._believed = Believed(database)
        self._workspaces = Workspaces(database)
        self._standard_answers = StandardAnswers(database)
        self._home = Home(database=database, permissions=permissions, schedules=schedules)

    @property
    def mailbox(self) -> Mailbox:
        """Raw deliveries."""
        return self._mailbox

    @property
    def notebook(self) -> Notebook:
        """Small facts."""
        return self._notebook

    async def accept_history(self, events: Sequence[Event]) -> None:
        """Store events durably behind what people write now; waits a while when much is waiting to be applied."""
        await self._take(events, Lane.IMPORT)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ROOM_SECONDS):
                while await self._inbox.untried() > _MOST_WAITING:  # noqa: ASYNC110 - another process may apply them
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def accept_and_apply(self, events: Sequence[Event]) -> None:
        """Store events durably, then wait until they count; raises ``TimeoutError`` after ten seconds of that."""
        await self._take(events, Lane.LIVE)
        async with asyncio.timeout(_APPLY_SECONDS):
            await self._archivist.wait_until_applied([event.event_id for event in events])

    async def known_messages(
        self, channel_id: ChannelId, *, since: datetime, until: datetime
    ) -> Mapping[RecordId, datetime]:
        """Messages (not deleted) sent in ``since`` ≤ t < ``until``, each with the moment its text became true."""
        return await self._histories.known_messages(channel_id, since=since, until=until)

    async def threads(self, channel_id: ChannelId, *, active_since: datetime) -> Mapping[RecordId, datetime]:
        """Heads of threads with something said since then, each with the moment of its last reply here."""
        return await self._histories.threads(channel_id, active_since=active_since)

    async def latest_message(self, channel_id: ChannelId) -> datetime | None:
        """When the last message that is kept of a channel was sent."""
        return await self._histories.latest_message(channel_id)

    async def known_channels(self, channel_ids: Collection[ChannelId]) -> Mapping[ChannelId, ChannelRef]:
        """Those of these channels that are known and not deleted."""
        return await self._believed.channels(channel_ids)

    async def known_members(self, channel_id: ChannelId) -> Sequence[PersonRef]:
        """Who is believed to be in a channel now."""
        return await self._believed.members(channel_id)

    async def known_person(self, person_id: PersonId) -> KnownPerson | None:
        """A person; None when nothing is known of them."""
        return await self._believed.person(person_id)

    async def files_kept(self, file_ids: Sequence[RecordId]) -> Mapping[RecordId, int]:
        """Those of these files whose bytes are here and not removed, each with its size."""
        kept = await self._read(lambda session: kept_bytes(session, file_ids))
        sizes = {file_id: await self._file_store.size(sha256) for file_id, sha256 in kept.items()}
        return {RecordId(file_id): size for file_id, size in sizes.items() if size is not None}

    async def history_reached(
        self, channel_id: ChannelId, *, reached: datetime | None, complete: bool, at: datetime, partial: bool = False
    ) -> None:
        """Keep how far back the history of a channel was read."""
        await self._histories.reached(channel_id, reached=reached, complete=complete, at=at, partial=partial)

    async def answer_shown_in(self, record_id: RecordId) -> str | None:
        """The answer that a message of the bot shows; None for digests, which nobody judges."""
        statement = (
            select(AnswerRow.answer_id)
            .join(MessageRow, MessageRow.answer_id == AnswerRow.answer_id)
            .where(MessageRow.record_id == record_id)
        )
        return await self._read(lambda session: session.scalar(statement))

    async def verdict(self, answer_id: str, person: PersonRef) -> VerdictKind | None:
        """This person's verdict."""
        statement = select(VerdictRow.kind).where(
            VerdictRow.answer_id == answer_id, VerdictRow.person_id == person.person_id
        )
        kind = await self._read(lambda session: session.scalar(statement))
        return _VERDICTS.get(kind or "")

    async def may_share(self, answer_id: str, channel_id: ChannelId) -> bool:
        """Whether everybody in a channel may read every source that an answer was given, cited or not."""
        places = await self._read(lambda session: _places_of_sources(session, answer_id))
        if not places:
            return False
        audience = await self._permissions.of_channel(channel_id)
        return places <= audience.channel_ids

    async def shared(self, *, answer_id: str, person: PersonRef, channel_id: ChannelId) -> None:
        """Keep the sign; raises ``NotFound``, or ``NotPermitted`` when the person cannot see the answer."""
        await self._see(answer_id, person, "shared", record_id=channel_id)

    async def propose_standard_answer(
        self, *, person: PersonRef, question: str, text: str, record_id: RecordId | None, answer_id: str | None
    ) -> str:
        """Keep the proposal for the operators; raises ``NotPermitted``, ``NotFound`` or ``BadInput``."""
        if record_id is not None:
            place = await self._read(lambda session: channel_of(session, record_id))
            if place is None:
                raise NotFound
            if not await self._permissions.may_read(person.person_id, place, platform=person.platform):
                raise NotPermitted
            channels = {place}
            sources: tuple[StandardSource, ...] = (StandardSource(n=1, record_id=record_id),)
        elif answer_id is not None:
            await self._require_answer(answer_id, person)
            asked_in = await self._answers.channel_of(answer_id)
            places = await self._read(lambda session: _places_of_sources(session, answer_id))
            channels = {str(place) for place in places} or ({asked_in} if asked_in else set())
            # Whatever the person made of the text, it comes from what the answer rested on.
            sources = (await self._standard_answers.from_answer(answer_id)).sources
        else:
            raise BadInput("record_id or answer_id")
        await self._standard_answers.propose(
            question=question,
            text=text,
            proposed_by=person.person_id,
            channel_ids=sorted(channels),
            sources=sources,
            replaces_answer_id=answer_id,
        )
        return say("proposed", language_of(f"{question} {text}"))

    async def proposed_by_tick(
        self, event_id: str, record_id: RecordId, person: PersonRef, language: Language
    ) -> str | None:
        """Whether a ✅ of this person proposes a reply as the standard answer; raises ``TimeoutError``."""
        async with asyncio.timeout(_APPLY_SECONDS):
            await self._archivist.wait_until_applied([event_id])
        row = await self._read(lambda session: session.get(StandardAnswerRow, proposal_id(record_id)))
        if row is None or (row.state, row.proposed_by) != ("proposed", person.person_id):
            return None
        return say("proposed_by_tick", language)

    def commands(self, language: Language) -> Sequence[CommandView]:
        """Everything that can be typed."""
        return command_views(language)

    async def categories(self, language: Language) -> Sequence[CategoryView]:
        """What records can be put under, in the team's order."""
        return await self._read(
            lambda session: [
                CategoryView(category_id=row.category_id, name=row.name_zh if language == "zh" else row.name_en)
                for row in known_categories(session)
            ]
        )

    async def categorize(self, person: PersonRef, record_id: RecordId, category_id: str) -> None:
        """Put a record under a category; raises ``NotPermitted``, or ``NotFound`` for no such record or category."""
        place = await self._read(lambda session: channel_of(session, record_id))
        if place is None:
            raise NotFound
        if not await self._permissions.may_read(person.person_id, place, platform=person.platform):
            raise NotPermitted
        try:
            await self._correct(record_id, category_id, present=True, person_id=person.person_id)
        except BadInput as error:
            raise NotFound(error.detail) from error

    async def home(self, person: PersonRef, *, workspace_id: str, language: Language, channels: int) -> HomeView:
        """What this person may see of the archive."""
        return await self._home.view(person, workspace_id=workspace_id, language=language, channels=channels)

    async def workspace_gone(self, platform: Platform, workspace_id: str, *, reason: str, at: datetime) -> None:
        """Nothing of it is shown any more; ``bot.archive.retention`` erases it when its time is up."""
        await self._workspaces.gone(platform, workspace_id, reason=reason, at=at)

    async def workspace_back(self, platform: Platform, workspace_id: str) -> None:
        """What was to be erased stays; what an erasure has begun to remove does not come back."""
        await self._workspaces.back(platform, workspace_id)

    async def _read(self, load: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: load(Session(sync)))


def _places_of_sources(session: Session, answer_id: str) -> set[ChannelId]:
    """The channels of everything that an answer was given; none when it is unknown, withdrawn or rests on nothing."""
    row = session.get(AnswerRow, answer_id)
    if row is None or row.withdrawn_at is not None:
        return set()
    statement = select(AnswerSourceRow.channel_id).where(AnswerSourceRow.answer_id == answer_id).distinct()
    return {ChannelId(channel_id) for channel_id in session.scalars(statement)}
