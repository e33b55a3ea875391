"""Every way to read the archive. A new one is one line in ``FOR_AN_AUDIENCE`` or ``FOR_A_PERSON``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.answering.answerer import Question
from bot.answering.evidence import Budget, describe, with_neighbours
from bot.answering.story import Storyteller
from bot.application import Application
from bot.cli.filters import resolve
from bot.cli.options import Filters
from bot.console_host import ConsoleHost
from bot.curating.giving import Asked, GivingStandardAnswers
from bot.curating.matching import Matching
from bot.curating.standard_answers import StandardAnswers
from bot.digests.schedule import Schedule
from bot.digests.showing import shown
from bot.digests.times import Due, Timing
from bot.errors import ShiguangError
from bot.llm.scripted import ScriptedModel
from connectors.connector import Utterance, UtteranceKind
from connectors.console.host import TimelineQuery
from connectors.events import ChannelRef, PersonRef, RecordId
from knowledge.lexical import sparse_query, terms
from knowledge.passage import Audience, PassageFilter, passage_id
from knowledge.qdrant.schema import AROUND, CONTEXT, DENSE, TERMS
from knowledge.qdrant.searches import LexicalSearch, NearestSearch
from knowledge.search import SearchQuery
from tests.builders import at
from tests.fakes.reply import RecordingReply
from tests.invariants.world import Person, Room, World
from tests.quick_application import answerer_with, conversation_with, summarizer_with

LIMIT = 50


@dataclass(frozen=True, slots=True)
class Look:
    """A question under filters, and for whom."""

    application: Application
    world: World
    audience: Audience
    text: str
    where: PassageFilter

    @property
    def _shared(self) -> dict[str, Any]:
        return {"audience": self.audience, "where": self.where}

    async def searched(self) -> object:
        """The searcher alone, with several passages a record."""
        query = SearchQuery(text=self.text, limit=LIMIT, passages_per_record=9, **self._shared)
        return await self.application.searcher.search(query)

    async def found(self) -> object:
        """What search shows, and how it understood times and events."""
        return await self.application.finder.find(self.text, limit=LIMIT, now=at(500), **self._shared)

    async def latest(self) -> object:
        """What the timeline shows."""
        return await self.application.finder.latest(limit=LIMIT, **self._shared)

    async def batch(self) -> object:
        """Candidates of all four signals, fetched whatever they are."""
        lists = await self.application.store.search_batch(await self._searches(), limit=LIMIT, **self._shared)
        ids = [point.point_id for points in lists for point in points]
        return lists, await self.application.store.get(ids, audience=self.audience)

    async def single(self) -> object:
        """Each signal by itself."""
        store, vector = self.application.store, await self.application.embedder.embed_query(self.text)
        words = sparse_query(terms(self.text))
        return [
            *[await store.nearest(name, vector.tolist(), limit=LIMIT, **self._shared) for name in (DENSE, AROUND)],
            *[await store.lexical(name, words, limit=LIMIT, **self._shared) for name in (TERMS, CONTEXT)],
        ]

    async def by_id(self) -> object:
        """Passages that somebody knows the ids of."""
        records = [record for room in self.world.rooms for record in (*room.records, *room.files)]
        ids = [passage_id(RecordId(record), chunk) for record in records for chunk in (0, 1)]
        return await self.application.store.get(ids, audience=self.audience)

    async def pages(self) -> object:
        """The archive's own timeline, page by page."""
        page = await self.application.store.timeline(limit=7, **self._shared)
        shown = [page]
        while page.following is not None:
            page = await self.application.store.timeline(limit=7, before=page.following, **self._shared)
            shown.append(page)
        return shown

    async def counts(self) -> object:
        """Numbers and names of what there is."""
        store = self.application.store
        keys = ("channel_id", "author_id", "kind", "categories")
        facets = [await store.facet(key, **self._shared, records_only=False) for key in keys]  # type: ignore[arg-type]  # the four of FacetKey
        total = await store.count(**self._shared)
        ids = [point async for point in store.scroll_ids(audience=self.audience)]
        return facets, total, ids

    async def evidence(self) -> object:
        """Passages with the lines beside them, which come from the truth."""
        query = SearchQuery(text=self.text, limit=LIMIT, passages_per_record=9, **self._shared)
        hits = await describe(
            self.application.database, await self.application.searcher.search(query), question=self.text
        )
        return await with_neighbours(self.application.database, hits, budget=Budget(100_000, _characters))

    async def story(self) -> object:
        """What happened with a topic, with the conversations around it."""
        application = self.application
        teller = Storyteller(database=application.database, finder=application.finder, zone=application.zone)
        return await teller.tell(self.text, **self._shared)

    async def summary(self) -> object:
        """A period, a topic, and every conversation by its id; what the model says is its whole prompt."""
        model = ScriptedModel(lambda request: request.messages[-1].content)
        summarizer = summarizer_with(self.application, model)
        whose: dict[str, Any] = {"audience": self.audience, "language": "en"}
        period = await summarizer.period(self.where.channel_ids, since=at(-9000), until=at(90_000), **whose)
        topic = await summarizer.topic(self.text, channel_ids=self.where.channel_ids, **whose)
        records = [record for room in self.world.rooms for record in room.records]
        single = [await summarizer.conversation(record, **whose) for record in records[:3]]
        return period, topic, single, [request.messages for request in model.requests]

    async def answered(self) -> object:
        """Sources, the prompt and the answer; what the model says is its whole prompt."""
        model = ScriptedModel(lambda request: request.messages[-1].content + " [1]")
        reply = RecordingReply()
        result = await answerer_with(self.application, model).answer(
            Question(text=self.text, now=at(500), **self._shared), reply
        )
        return reply.steps, result, [request.messages for request in model.requests]

    async def standard(self) -> object:
        """Standard answers, each asked for in its very words, and each that was found by others."""
        giving = GivingStandardAnswers(
            database=self.application.database,
            matching=Matching(StandardAnswers(self.application.database), self.application.embedder),
            zone=self.application.zone,
        )
        given = []
        for one in await StandardAnswers(self.application.database).listed("approved"):
            if one.question.startswith(f"World {self.world.number},"):
                asked = Asked(
                    question=one.question, audience=self.audience, language="en", asked_at=datetime.now(UTC),
                    channel_id="console:launch", person_id="console:Ann", record_id=None,
                )  # fmt: skip
                given.append((await giving.match(asked), await giving.give(one, asked)))
        return given

    async def _searches(self) -> list[NearestSearch | LexicalSearch]:
        vector = (await self.application.embedder.embed_query(self.text)).tolist()
        words = sparse_query(terms(self.text))
        return [
            *(NearestSearch(name, vector) for name in (DENSE, AROUND)),
            *(LexicalSearch(name, words) for name in (TERMS, CONTEXT)),
        ]


FOR_AN_AUDIENCE: dict[str, Callable[[Look], Awaitable[object]]] = {
    "searcher": Look.searched,
    "finder.find": Look.found,
    "finder.latest": Look.latest,
    "store.search_batch and get": Look.batch,
    "store.nearest and lexical": Look.single,
    "store.get": Look.by_id,
    "store.timeline": Look.pages,
    "store.facet, count and scroll_ids": Look.counts,
    "evidence with neighbours": Look.evidence,
    "story": Look.story,
    "summaries": Look.summary,
    "answer, sources and prompt": Look.answered,
    "standard answers": Look.standard,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One person at the console or behind ``--as``; each attempt may be refused."""

    application: Application
    host: ConsoleHost
    world: World
    person: Person
    text: str

    async def channels(self) -> object:
        """The list at the side."""
        return await self.host.channels(self.person.ref.person_id)

    async def messages(self) -> object:
        """Every channel's feed, around every record too."""
        someone = self.person.ref.person_id
        return [
            await _tried(self.host.messages(someone, room.ref.channel_id, around=around, limit=LIMIT))
            for room in self.world.rooms
            for around in (None, *self._records[:3])
        ]

    async def single(self) -> object:
        """Every message and thread by its id."""
        someone = self.person.ref.person_id
        return [
            await _tried(read)
            for record in self._records
            for read in (self.host.message(someone, record), self.host.thread(someone, record))
        ]

    async def files(self) -> object:
        """Every file by its id."""
        files = [file for room in self.world.rooms for file in room.files]
        return [await _tried(self.host.file(self.person.ref.person_id, file)) for file in files]

    async def timeline(self) -> object:
        """The timeline with its counts, everywhere and in each channel, with and without words."""
        queries = [TimelineQuery(limit=LIMIT), TimelineQuery(limit=LIMIT, text=self.text)]
        for room in self.world.rooms:
            queries.append(TimelineQuery(channel_id=room.ref.channel_id, limit=LIMIT))
            queries.append(TimelineQuery(channel_id=room.ref.channel_id, limit=LIMIT, text=self.text, kind="file"))
        return [await _tried(self.host.timeline(self.person.ref.person_id, query)) for query in queries]

    async def story(self) -> object:
        """What happened with a topic, everywhere and in each channel."""
        queries = [
            TimelineQuery(text=self.text, channel_id=channel_id)
            for channel_id in (None, *(room.ref.channel_id for room in self.world.rooms[:2]))
        ]
        return [await _tried(self.host.story(self.person.ref.person_id, query)) for query in queries]

    async def command_line(self) -> object:
        """``--as``, with and without a channel's name."""
        shown = []
        for channel in (None, *(room.ref.name for room in self.world.random.sample(self.world.rooms, 2))):
            filters = Filters(as_user=self.person.ref.person_id, channel=channel)
            try:
                audience, where = await resolve(self.application, filters)
            except ShiguangError as refusal:
                # What was typed is said back; beyond that, a hidden channel and none are told apart by nothing.
                shown.append(str(refusal).replace(str(channel), "…"))
                continue
            shown.append(repr((audience, where)))
            shown.append(repr(await self.application.finder.search(self.text, audience=audience, where=where)))
            shown.append(repr(await self.application.finder.latest(audience=audience, where=where)))
        return shown

    async def commands(self) -> object:
        """What the bot tells this person alone, whichever channel the command is typed in."""
        random = self.world.random
        return [
            await converse(
                self.application, random.choice(self.world.rooms).ref, self.person.ref, f"/{command} {self.text}",
                "command",
            )
            for command in random.sample(("find", "ask", "files", "timeline", "summary", "catchup"), 2)
        ]  # fmt: skip

    async def digests(self) -> object:
        """At once, here and of every channel of the person, and as one that comes by itself."""
        channel, person = self.world.random.choice(self.world.rooms).ref, self.person.ref
        said = [
            await converse(self.application, channel, person, text, "command") for text in ("/digest", "/digest me")
        ]
        schedule = Schedule(
            schedule_id="s",
            platform=person.platform,
            workspace_id=self.person.workspace_id,
            target_channel_id=None,
            person_id=person.person_id,
            channel_ids=tuple(room.ref.channel_id for room in self.world.rooms)
            if self.world.random.random() < 0.5
            else (),
            timing=Timing(period="daily", minute_of_day=0, timezone="UTC"),
            language="en",
            skip_quiet=False,
            created_by=person.person_id,
            changed_at=at(0),
            covered_until=at(0),
            enabled=True,
        )
        readable, _ = await self.application.schedules.readable(schedule)
        digest = await self.application.digest_maker.of_schedule(
            schedule, Due(at(-1000), at(2000), False), readable=readable, unreadable=0, progress=None
        )
        async with self.application.database.read() as connection:
            return said, digest.lines, await connection.run_sync(lambda sync: shown(Session(sync), digest))

    @property
    def _records(self) -> list[RecordId]:
        return [record for room in self.world.rooms for record in room.records]


AT_THE_CONSOLE: dict[str, Callable[[Visit], Awaitable[object]]] = {
    "console channels": Visit.channels,
    "console messages": Visit.messages,
    "console message and thread": Visit.single,
    "console file": Visit.files,
    "console timeline": Visit.timeline,
    "console story": Visit.story,
}

FOR_A_PERSON: dict[str, Callable[[Visit], Awaitable[object]]] = {
    "command line --as": Visit.command_line,
    "commands": Visit.commands,
    "digests": Visit.digests,
}


async def spoken_in(application: Application, room: Room, person: Person, text: str) -> object:
    """What the bot says in a channel, for everybody who reads it."""
    return [
        await converse(application, room.ref, person.ref, said, "mention")
        for said in (text, f"/find {text}", "/timeline", f"/files {text}", "/summary 2026", "/catchup", "/digest")
    ]


async def converse(
    application: Application, channel: ChannelRef, person: PersonRef, text: str, kind: UtteranceKind
) -> object:
    """Everything that a reply shows, and what the model was given."""
    model = ScriptedModel(lambda request: request.messages[-1].content + " [1]")
    reply = RecordingReply()
    await conversation_with(application, model).converse(
        Utterance(
            kind=kind, text=text, channel=channel, person=person, record_id=None, thread_id=None, said_at=at(500)
        ),
        reply,
    )
    return reply.steps, [request.messages for request in model.requests]


async def _tried(reading: Awaitable[object]) -> object:
    """What was read, or how it was refused."""
    try:
        return await reading
    except (PermissionError, LookupError) as refusal:
        return type(refusal).__name__


async def _characters(text: str) -> int:
    return len(text)
