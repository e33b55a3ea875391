"""Precedence among batches that are indexed at the same time: what was read later wins, whoever writes first."""

from collections.abc import Iterable


class Precedence:
    """Which records a batch must not write any more, because a batch that read the truth later already has.

    ``begin`` in the order of reading (under one lock with the read), ``outdated`` and ``wrote`` around each write
    (under one lock with the write), ``end`` in any case.
    """

    def __init__(self) -> None:
        self._last = 0
        self._under_way: set[int] = set()
        self._written_by: dict[str, int] = {}

    def begin(self) -> int:
        """A number for a batch that reads now."""
        self._last += 1
        self._under_way.add(self._last)
        return self._last

    def outdated(self, batch: int, record_ids: Iterable[str]) -> set[str]:
        """Those of ``record_ids`` that a later reader has written."""
        return {record_id for record_id in record_ids if self._written_by.get(record_id, 0) > batch}

    def wrote(self, batch: int, record_ids: Iterable[str]) -> None:
        """``batch`` has written or removed these."""
        if batch > min(self._under_way):
            self._written_by.update(dict.fromkeys(record_ids, batch))

    def end(self, batch: int) -> None:
        """``batch`` writes nothing more; what only it had to know is forgotten."""
        self._under_way.discard(batch)
        oldest = min(self._under_way, default=self._last)
        self._written_by = {record_id: by for record_id, by in self._written_by.items() if by > oldest}
