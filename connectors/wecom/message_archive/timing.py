"""How long things may take, and how long is waited; tests are in more of a hurry."""

from dataclasses import dataclass
from datetime import timedelta

PLATFORM_KEEPS = timedelta(days=5)
"""For how long WeCom lets messages be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """In seconds."""

    start: float = 30.0
    """Until the worker is ready."""
    sdk: int = 20
    """What the SDK is told as the time of a request."""
    reply: float = 45.0
    """Until the next frame of a reply; then the SDK hangs and the worker is killed."""
    first_pause: float = 1.0
    longest_pause: float = 300.0
    ending: float = 2.0
    """Until the worker has ended by itself; then it is killed."""
    healthy: float = 60.0
    """A worker that lived so long is not held against the next one."""
    rooms: float = 900.0
    """Between two looks at who is in every group."""
    room: float = 30.0
    """Between two looks at one group, however much happens in it."""
    call: float = 10.0
    """One request over HTTP."""
    away: float = 30.0
    """For how long nothing is asked over HTTP after a question that was not answered."""
    recent: float = 600.0
    """Messages older than this are history: what people write now is served before them."""
    page: int = 1000
    """Messages asked for at once."""
    together: int = 100
    """Letters handled at once."""
