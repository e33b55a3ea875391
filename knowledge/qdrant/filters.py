"""From an audience and a filter to the engine's conditions. Whoever reads the archive goes through here."""

from collections.abc import Iterable
from dataclasses import dataclass

from qdrant_client import models

from knowledge.passage import Audience, PassageFilter, RecordId
from knowledge.qdrant.payload import stored_time

FIRST_CHUNKS = models.FieldCondition(key="chunk", match=models.MatchValue(value=0))
"""One point a record: its first chunk stands for it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The points that may be read. ``empty`` means none at all: the engine need not, and must not, be asked."""

    conditions: tuple[models.Condition, ...] = ()
    exclusions: tuple[models.Condition, ...] = ()
    empty: bool = False

    @property
    def filter(self) -> models.Filter | None:
        """None selects everything, which only an operator's audience can."""
        if not self.conditions and not self.exclusions:
            return None
        return models.Filter(must=list(self.conditions) or None, must_not=list(self.exclusions) or None)

    def narrowed(self, *conditions: models.Condition) -> "Selection":
        """Fewer points: those that fulfil these conditions too."""
        return Selection((*self.conditions, *conditions), self.exclusions, self.empty)


def selection(audience: Audience, where: PassageFilter) -> Selection:
    """What ``audience`` may read of what ``where`` asks for. Raises ``ValueError`` on times without a zone."""
    conditions: list[models.Condition] = []
    channel_ids = where.channel_ids
    if not audience.everything:
        channel_ids = audience.channel_ids & where.channel_ids if where.channel_ids else audience.channel_ids
        if not channel_ids:
            return Selection(empty=True)
    if channel_ids:
        conditions.append(any_of("channel_id", channel_ids))
    if where.since is not None or where.until is not None:
        if where.since is not None and where.until is not None and where.since >= where.until:
            return Selection(empty=True)
        conditions.append(
            models.FieldCondition(
                key="sent_at",
                range=models.DatetimeRange(
                    gte=stored_time(where.since) if where.since else None,
                    lt=stored_time(where.until) if where.until else None,
                ),
            )
        )
    narrowing = {
        "author_id": where.author_ids,
        "kind": where.kinds,
        "categories": where.categories,
        "record_id": where.record_ids,
    }
    conditions += [any_of(key, values) for key, values in narrowing.items() if values]
    return Selection(tuple(conditions))


def any_of(key: str, values: Iterable[str]) -> models.FieldCondition:
    """The key holds one of the values."""
    return models.FieldCondition(key=key, match=models.MatchAny(any=sorted(values)))


def exactly(key: str, value: str) -> models.FieldCondition:
    """The key holds this value."""
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def chunks_from(record_ids: Iterable[RecordId], first_chunk: int) -> models.Filter:
    """Chunks of records from a number on: what an edit left over."""
    later = models.FieldCondition(key="chunk", range=models.Range(gte=first_chunk))
    return models.Filter(must=[any_of("record_id", record_ids), later])
