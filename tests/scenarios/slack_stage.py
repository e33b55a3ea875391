"""A stage for payloads as Slack delivers them: through the translator into the application's truth."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.truth.tables import FileRow, InboxRow, MessageEditRow, MessageRow, ReactionRow
from connectors.events import Event
from connectors.slack.translating import SlackTranslator
from tests.fakes.slack_directory import CONFIGURATION, ME, KnownDirectory
from tests.scenarios.stage import Stage

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the truth holds of a message."""

    text: str
    author: str | None
    thread: str | None
    is_deleted: bool
    is_edited: bool
    is_system: bool
    answer_id: str | None
    permalink: str | None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What the truth holds of a file that a message shares."""

    name: str
    caption: str
    status: str
    reason: str | None


@dataclass(slots=True)
class SlackStage:
    """One workspace; each test plays in a channel of its own, wherever its payloads say they happened."""

    stage: Stage
    channel: str
    directory: KnownDirectory = field(default_factory=KnownDirectory)

    def __post_init__(self) -> None:
        self.translator = SlackTranslator(ME, CONFIGURATION, self.directory)

    translator: SlackTranslator = field(init=False)

    async def hears(self, *payloads: Json) -> list[Event]:
        """Inner events of the Events API arrive one after the other."""
        heard: list[Event] = []
        for payload in payloads:
            heard += (events := await self.translator.events(self._here(payload), event_time=1790000000.0))
            await self.stage.tell(*events)
        return heard

    async def reads(self, *messages: Json) -> list[Event]:
        """The history shows these messages."""
        read: list[Event] = []
        for message in messages:
            read += (events := await self.translator.history(message, self.channel))
            await self.stage.tell(*events)
        return read

    async def kept(self, ts: str) -> Kept | None:
        """A message; None when the truth knows nothing of it."""
        async with self.stage.application.database.read() as connection:
            row = (await connection.execute(select(MessageRow).where(MessageRow.record_id == self.record(ts)))).first()
        if row is None:
            return None
        return Kept(
            row.text, row.author_id, row.thread_id, row.deleted_at is not None, row.edited, row.system, row.answer_id,
            row.permalink,
        )  # fmt: skip

    async def text(self, ts: str) -> str:
        """The words of a message that is there and not deleted."""
        kept = await self.kept(ts)
        assert kept is not None
        assert not kept.is_deleted
        return kept.text

    async def former_texts(self, ts: str) -> list[str]:
        """What it said before it was edited."""
        edits = select(MessageEditRow.text).where(MessageEditRow.record_id == self.record(ts))
        async with self.stage.application.database.read() as connection:
            return list(await connection.scalars(edits.order_by(MessageEditRow.version_at)))

    async def files(self, ts: str) -> dict[str, KeptFile]:
        """Files that a message still shares, by Slack's id."""
        living = select(FileRow).where(FileRow.record_id == self.record(ts), FileRow.removed_at.is_(None))
        async with self.stage.application.database.read() as connection:
            rows = (await connection.execute(living)).all()
        return {
            row.platform_file_id.removeprefix("slack:"): KeptFile(row.name, row.caption, row.status, row.reason)
            for row in rows
        }

    async def reactions(self, ts: str) -> set[tuple[str, str]]:
        """Emoji and user id of reactions that are there."""
        there = select(ReactionRow).where(ReactionRow.record_id == self.record(ts), ReactionRow.present)
        async with self.stage.application.database.read() as connection:
            rows = (await connection.execute(there)).all()
        return {(row.emoji, row.person_id.removeprefix("slack:")) for row in rows}

    async def unapplied(self) -> int:
        """Events that the truth could not take."""
        counts = await self.stage.application.inbox.counts()
        return counts.pending + counts.failed

    async def received(self) -> int:
        """How many different events of this channel were taken in."""
        of_here = select(InboxRow.seq).where(InboxRow.event_id.startswith(f"slack:{self.channel}:"))
        async with self.stage.application.database.read() as connection:
            return len(list(await connection.scalars(of_here)))

    def record(self, ts: str) -> str:
        """The record id of a message in this channel."""
        return f"slack:{self.channel}:{ts}"

    def _here(self, payload: Json) -> Json:
        here = dict(payload)
        for key in ("channel", "channel_id"):
            if key in here:
                here[key] = self.channel
        if isinstance(item := here.get("item"), dict):
            here["item"] = item | {"channel": self.channel}
        return here
