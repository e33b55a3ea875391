"""A ``Site`` of WeCom without WeCom: an application that only remembers, and voices that write down what they are told.

async with wecom_site() as it:
    it.host.conversing = says("水泵周四到。[1]")
    voice = ScriptedVoice()
    await it.conversing.heard(group_message("alice", "水泵什么时候到？"), voice)
    assert voice.finished
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from connectors.connector import Answer, Citation, Language, Reply, Utterance
from connectors.events import ChannelRef, FileFetched, PersonRef, RecordId, Visibility
from connectors.owned_tasks import OwnedTasks
from connectors.wecom.configuration import RobotConfiguration, WeComConfiguration
from connectors.wecom.conversing import RobotConversing
from connectors.wecom.ids import direct_id, file_id, group_id, person_id
from connectors.wecom.site import Heard, Json, Media, MediaRef, Site, Way
from tests.fakes.live_host import FakeLiveHost

ROBOT = RobotConfiguration(name="main", shown_name="拾光", bot_id="aib1", secret="s")
SAID_AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
_numbers = count(1)


@dataclass
class ScriptedVoice:
    """A ``Voice``; what it is to raise is set beforehand, each once for each call."""

    streams: bool = True
    shown: list[str] = field(default_factory=list)
    shown_at: list[float] = field(default_factory=list)
    cards: list[Json] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    feedback_id: str = ""
    show_raises: list[Exception] = field(default_factory=list)
    card_raises: list[Exception] = field(default_factory=list)
    finish_raises: list[Exception] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def judged_as(self, feedback_id: str) -> None:
        assert not self.calls, "the id must be known before anything is shown"
        self.feedback_id = feedback_id

    async def show(self, markdown: str) -> None:
        assert not self.finished, "shown after the end"
        self.calls.append("show")
        if self.show_raises:
            raise self.show_raises.pop(0)
        self.shown.append(markdown)
        self.shown_at.append(asyncio.get_running_loop().time())

    async def finish(self, markdown: str) -> None:
        self.calls.append("finish")
        if self.finish_raises:
            raise self.finish_raises.pop(0)
        assert not self.finished, "finished twice"
        self.finished.append(markdown)

    async def card(self, card: Json) -> None:
        assert not self.finished, "a card after the end"
        self.calls.append("card")
        if self.card_raises:
            raise self.card_raises.pop(0)
        self.cards.append(card)


@dataclass
class ScriptedMedia:
    """Knows what each fetch brings."""

    fetched: list[Heard] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)

    async def fetch(self, heard: Heard, *, at: RecordId) -> Sequence[FileFetched]:
        self.fetched.append(heard)
        return [
            FileFetched(
                event_id=f"{heard.msgid}:{media.place}",
                occurred_at=SAID_AT,
                file_id=file_id(heard.msgid, media.place),
                sha256=None if media.place in self.reasons else "0" * 64,
                name=self.names.get(media.place, "x"),
                unavailable_reason=self.reasons.get(media.place),
            )
            for media in heard.media
        ]


@dataclass
class WeComSite:
    """Everything in reach of a test."""

    site: Site
    host: FakeLiveHost
    tasks: OwnedTasks
    conversing: RobotConversing


@asynccontextmanager
async def wecom_site(
    *,
    host: FakeLiveHost | None = None,
    configuration: WeComConfiguration | None = None,
    media: Media | None = None,
    now: datetime = SAID_AT,
    **options: Any,
) -> AsyncIterator[WeComSite]:
    """A started ``RobotConversing``; hand in the ``host`` of another one to start again."""
    host = host or FakeLiveHost()
    tasks = OwnedTasks()
    site = Site(
        configuration=configuration or WeComConfiguration(corp_id="ww1", robots=(ROBOT,)),
        host=host,
        tasks=tasks,
        media=media or ScriptedMedia(),
    )
    conversing = RobotConversing(site, clock=lambda: now, **options)
    await conversing.start()
    try:
        yield WeComSite(site=site, host=host, tasks=tasks, conversing=conversing)
    finally:
        await tasks.close()


def person(user_id: str, name: str = "") -> PersonRef:
    """A member as a robot knows them."""
    return PersonRef(person_id=person_id(user_id), platform="wecom", name=name or user_id)


def message(
    user_id: str,
    text: str,
    *,
    chat_id: str = "",
    msgid: str = "",
    way: Way = "long_connection",
    said_at: datetime = SAID_AT,
    quoted_text: str = "",
    media: Sequence[MediaRef] = (),
) -> Heard:
    """Something said to the robot: in a group when there is a ``chat_id``."""
    channel_id = group_id(chat_id) if chat_id else direct_id("main", user_id)
    visibility: Visibility = "private" if chat_id else "direct"
    return Heard(
        way=way,
        of="main",
        msgid=msgid or f"MSG{next(_numbers)}",
        channel=ChannelRef(
            channel_id=channel_id,
            platform="wecom",
            name=chat_id or user_id,
            visibility=visibility,
            workspace_id="ww1",
        ),
        person=person(user_id),
        text=text,
        said_at=said_at,
        quoted_text=quoted_text,
        media=tuple(media),
    )


def answer(text: str, *, citations: Sequence[Citation] = (), language: Language = "zh", reason: str = "") -> Answer:
    """An answer; ``reason`` is ``said`` for what is none from the archive."""
    return Answer(
        answer_id=uuid4().hex,
        question="水泵什么时候到？",
        text=text,
        abstained=False,
        reason=reason or None,
        citations=tuple(citations),
        model="m",
        language=language,
    )


def citation(n: int, quote: str = "水泵周四到货。", **fields: Any) -> Citation:
    """A source."""
    return Citation(
        **{
            "n": n,
            "record_id": RecordId(f"wecom:SOURCE{n}"),
            "quote": quote,
            "author": "陈丽",
            "channel_name": "水泵项目",
            "time": SAID_AT,
            **fields,
        }
    )


def says(*ends: Answer) -> Callable[[Utterance, Reply], Awaitable[None]]:
    """An application that gives these answers, one after the other."""
    left = list(ends)

    async def converse(_: Utterance, reply: Reply) -> None:
        await reply.finish(left.pop(0))

    return converse
