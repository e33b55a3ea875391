"""The vector engine's failures as failures that people can read."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import ArchiveOutdated, ArchiveUnavailable
from knowledge.qdrant.errors import EmbeddingModelChanged, VectorStoreError


@contextmanager
def archive_failures() -> Iterator[None]:
    """Raise ``ArchiveOutdated`` or ``ArchiveUnavailable`` for what the store raises inside::

    with archive_failures():
        found = await searcher.search(query)
    """
    try:
        yield
    except EmbeddingModelChanged as changed:
        raise ArchiveOutdated(f"{changed.stored} → {changed.wanted}") from changed
    except VectorStoreError as error:
        raise ArchiveUnavailable from error
