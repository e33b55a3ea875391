"""What the vector store raises.

    VectorStoreError
    ├── VectorStoreUnavailable   no engine answers within its limits, after retries; try again later
    ├── VectorStoreRefused       the engine answered, and said no: a wrong request, or no such collection
    └── EmbeddingModelChanged    the vectors were made by another model: reindex

Texts name facts only: no address, no key, no trace.
"""


class VectorStoreError(Exception):
    """Root of this package's failures."""


class VectorStoreUnavailable(VectorStoreError):  # named for what happened, like all our exceptions
    """Raised after the last attempt, or when the store is closed. Nothing acknowledged is lost by it."""


class VectorStoreRefused(VectorStoreError):  # named for what happened, like all our exceptions
    """Trying again does not help. ``status`` is the HTTP status that a server answers in this case."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class EmbeddingModelChanged(VectorStoreError):  # named for what happened, like all our exceptions
    """Raised instead of comparing vectors of two models, which gives plausible nonsense."""

    def __init__(self, *, stored: str, wanted: str) -> None:
        super().__init__(f"the archive was built with {stored}, the settings say {wanted}")
        self.stored = stored
        self.wanted = wanted
