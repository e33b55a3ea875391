"""A line of a digest stands on the messages that it links to, and on nothing else around them.

A summary's sentences are checked against stretches of a conversation, of which the most telling messages are named. Who
opens a digest's link sees these alone: a sentence that they do not support is told in their own words instead.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.grounding import GroundingCheck
from bot.summaries.choosing import is_chatter
from bot.summaries.findings import quoted
from bot.summaries.lines import SummaryLine
from bot.summaries.support import Support
from bot.summaries.talk import Turn, Wanted, read_talks
from bot.truth.database import Database
from knowledge.passage import Audience


class LinkCheck:
    """Checks phrased lines against their own messages."""

    def __init__(self, database: Database, check: GroundingCheck) -> None:
        self._database = database
        self._support = Support(check)

    async def checked(self, lines: Sequence[SummaryLine]) -> list[SummaryLine]:
        """The lines in order; a phrased one that its messages do not support becomes a quotation of the first of them.

        Those whose messages have gone meanwhile are left out, and so are quotations of chatter and repeated lines.
        """
        phrased = [line for line in lines if not line.quoted]
        turns = await self._turns(frozenset(record_id for line in phrased for record_id in line.record_ids))
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

    async def _turns(self, record_ids: frozenset[str]) -> dict[str, Turn]:
        wanted = Wanted(audience=Audience.operator(), record_ids=record_ids)  # their lines are of the readers' channels
        return {turn.record_id: turn for talk in await read_talks(self._database, wanted) for turn in talk.turns}
