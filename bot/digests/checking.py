"""A line of a digest stands on the messages that it links to, and on nothing else around them.

A summary's sentences are checked against stretches of a conversation, of which the most telling messages are named. Who
opens a digest's link sees these alone: a sentence that they do not support is told in their own words instead.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.grounding import GroundingCheck
from bot.summaries.choosing import is_chatter
from bot.summaries.findings import quoted
from bot.summaries.lines import SummaryLine
from bot.summaries.support import Support
from bot.summaries.talk import Turn
from bot.truth.database import Database
from bot.truth.tables import MessageRow, PersonRow


class LinkCheck:
    """Checks phrased lines against their own messages."""

    def __init__(self, database: Database, check: GroundingCheck) -> None:
        self._database = database
        self._support = Support(check)

    async def checked(self, lines: Sequence[SummaryLine]) -> list[SummaryLine]:
        """The lines in order; a phrased one that its messages do not support becomes a quotation of the first of them.

        Lines whose messages have gone meanwhile are left out, and so are quotations of chatter and repeated ones.
        """
        turns = await self._turns({record_id for line in lines for record_id in line.record_ids if not line.quoted})
        checked: list[SummaryLine] = []
        for line in lines:
            kept = line if line.quoted else await self._checked(line, turns)
            if kept is not None and (kept.section, kept.text) not in {(one.section, one.text) for one in checked}:
                checked.append(kept)
        return checked

    async def _checked(self, line: SummaryLine, turns: dict[str, Turn]) -> SummaryLine | None:
        own = sorted(
            (turns[record_id] for record_id in line.record_ids if record_id in turns), key=lambda turn: turn.sent_at
        )
        if len(own) < len(line.record_ids):
            return None
        if await self._support.check([line.text], own):
            return line
        first = turns[line.record_ids[0]]
        if is_chatter(first):
            return None
        return replace(line, text=quoted(first, first.text), record_ids=(first.record_id,), quoted=True)

    async def _turns(self, record_ids: set[str]) -> dict[str, Turn]:
        statement = (
            select(MessageRow, PersonRow.name)
            .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
            .where(MessageRow.record_id.in_(record_ids), MessageRow.deleted_at.is_(None))
        )

        def read(session: Session) -> dict[str, Turn]:
            return {
                message.record_id: Turn(
                    record_id=message.record_id,
                    author_id=message.author_id or "",
                    author=name or "",
                    sent_at=(message.sent_at or message.version_at).astimezone(UTC),
                    version_at=message.version_at,
                    text=message.text,
                )
                for message, name in session.execute(statement)
            }

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))
