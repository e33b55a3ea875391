"""A stage for platform events: tell them, then look at search, timeline and console as people do."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bot.answering.answerer import Question
from bot.application import Application
from bot.console_host import ConsoleHost
from bot.llm.scripted import ScriptedModel
from connectors.connector import Answer
from connectors.console.host import MessageView, TimelineQuery
from connectors.events import ChannelId, ChannelRef, Event, FileRef, PersonId, RecordId
from knowledge.lexical import sparse_query, terms
from knowledge.passage import Audience, passage_id
from knowledge.passage import RecordId as PassageRecordId
from knowledge.qdrant.schema import CONTEXT, TERMS
from tests.builders import at
from tests.quick_application import answerer_with, archive

_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Stage:
    """One application for the scenarios of a file; each test plays in a channel of its own."""

    application: Application
    host: ConsoleHost

    async def tell(self, *events: Event) -> None:
        """Accept events and wait until all that follows from them has happened."""
        await archive(self.application, *events)

    async def with_words(self, words: str) -> set[str]:
        """Records whose own words hold one of these."""
        return await self._matching(TERMS, words)

    async def with_words_around(self, words: str) -> set[str]:
        """Records that are found by these words, their own or those around them."""
        return await self._matching(CONTEXT, words)

    async def chunks(self, record_id: str) -> int:
        """How many passages of a record there are."""
        points = [passage_id(PassageRecordId(record_id), number) for number in range(_LIMIT)]
        return len(await self.application.store.get(points, audience=Audience.operator()))

    async def found(self, text: str, *, by: str | None = None) -> list[str]:
        """Ids of messages that a search brings, best first; ``by`` sees only what they may."""
        audience = Audience.operator()
        if by is not None:
            audience = await self.application.permissions.of_person(by, platform="console")
        items = await self.application.finder.search(text, audience=audience, limit=_LIMIT)
        return [item.message_id for item in items]

    async def texts(self, text: str) -> str:
        """Everything that a search for a text shows, in one."""
        items = await self.application.finder.search(text, audience=Audience.operator(), limit=_LIMIT)
        return "\n".join(item.text for item in items)

    async def timeline(self, place: ChannelRef, *, by: str = "console:Li Wei") -> list[str]:
        """Ids on the timeline of a channel, newest first."""
        query = TimelineQuery(channel_id=place.channel_id, limit=_LIMIT)
        page = await self.host.timeline(PersonId(by), query)
        return [entry.record_id for entry in page.entries]

    async def views(self, place: ChannelRef, *, by: str = "console:Li Wei") -> dict[str, MessageView]:
        """Top-level messages of a channel by id."""
        views = await self.host.messages(PersonId(by), ChannelId(place.channel_id), limit=_LIMIT)
        return {str(view.record_id): view for view in views}

    async def view(self, record: RecordId, *, by: str = "console:Li Wei") -> MessageView:
        """One message."""
        return await self.host.message(PersonId(by), record)

    async def share(self, file_id: str, name: str, content: bytes, media_type: str = "text/plain") -> FileRef:
        """Put bytes into the file store, as a connector does, for an event to name."""

        async def chunks() -> AsyncIterator[bytes]:
            yield content

        sha256, size = await self.application.file_store.put(chunks())
        return FileRef(file_id=RecordId(file_id), name=name, media_type=media_type, size_bytes=size, sha256=sha256)

    def has_bytes(self, file: FileRef) -> bool:
        """Whether the bytes of a file are on disk."""
        return file.sha256 is not None and self.application.file_store.path(file.sha256).is_file()

    async def answer(self, question: str, says: str, place: ChannelRef) -> Answer:
        """Ask in a channel with a model that says ``says``."""
        audience = await self.application.permissions.of_channel(place.channel_id)
        result = await answerer_with(self.application, ScriptedModel([says])).answer(
            Question(text=question, audience=audience, channel_id=place.channel_id, now=at(50_000))
        )
        return result.answer

    async def _matching(self, name: "str", words: str) -> set[str]:
        assert name in (TERMS, CONTEXT)
        found = await self.application.store.lexical(
            TERMS if name == TERMS else CONTEXT,
            sparse_query(terms(words)),
            audience=Audience.operator(),
            limit=_LIMIT,
        )
        return {str(hit.passage.record_id) for hit in found}


def ids(views: Sequence[MessageView]) -> list[str]:
    """Record ids in order."""
    return [str(view.record_id) for view in views]
