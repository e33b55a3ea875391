"""Links shared in messages: records of their own, which come, change and go with their message."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.truth.categories import forget_categories
from bot.truth.inbox import Lane
from bot.truth.tables import LinkRow, MessageRow
from bot.truth.working_set import WorkingSet
from knowledge.address import Address, addresses_in


class SharedLinks:
    """The links of the messages of a batch."""

    def __init__(self, work: WorkingSet) -> None:
        self._work = work

    def replace(self, row: MessageRow, lane: Lane) -> None:
        """Make the links of a message those of its text; a deleted one, a notice and the bot's own answer have none."""
        is_talk = row.deleted_at is None and not row.system and row.answer_id is None and row.channel_id is not None
        present = {link_id(row.record_id, found.digest): found for found in addresses_in(row.text)} if is_talk else {}
        if not present and row.record_id in self._work.new_records:
            return
        self._work.session.flush()
        rows = {
            known.link_id: known
            for known in self._work.session.scalars(select(LinkRow).where(LinkRow.record_id == row.record_id))
        }
        for known_id, known in rows.items():
            if known_id not in present:
                self._work.session.delete(known)
                forget_categories(self._work.session, [known_id])
                self._work.index(known_id, lane)
        for found_id, found in present.items():
            known_row = rows.get(found_id)
            if known_row is None:
                known_row = LinkRow(link_id=found_id, record_id=row.record_id, digest=found.digest)
                self._work.session.add(known_row)
            self._describe(known_row, row, found)
            self._work.index(found_id, lane)

    def _describe(self, link: LinkRow, row: MessageRow, found: Address) -> None:
        link.channel_id = row.channel_id or ""
        link.url, link.host, link.label, link.applied_at = found.url, found.host, found.label, self._work.now


def link_id(message_id: str, digest: str) -> str:
    """The id of an address as shared with one message: the same address in two messages is two records."""
    return f"{message_id}|link:{digest}"


def links_of(session: Session, record_ids: Iterable[str]) -> dict[str, list[LinkRow]]:
    """The links of messages, by message; one without links is left out."""
    found: dict[str, list[LinkRow]] = defaultdict(list)
    wanted = select(LinkRow).where(LinkRow.record_id.in_(set(record_ids))).order_by(LinkRow.link_id)
    for row in session.scalars(wanted):
        found[row.record_id].append(row)
    return dict(found)
