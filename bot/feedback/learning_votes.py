"""Who is to be praised or blamed for an answer: verdicts, picks and signs as votes on the passages it rests on.

Only what an answer cites is responsible for it, each passage by the share of the sentences that cite it. What was shown
to the model and not used gets nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connectors.connector import DownReason
from knowledge.passage import RecordId, passage_id


@dataclass(frozen=True, slots=True)
class Blame:
    """What a verdict says of a passage as the answer to this question, and whatever is asked; each -1 … 1."""

    of_pair: float
    of_passage: float


UP: Final = Blame(1.0, 0.5)
PLAIN_DOWN: Final = Blame(-0.8, -0.2)
DOWN: Final[Mapping[DownReason, Blame]] = {
    "irrelevant": Blame(-1.0, 0.0),
    "incomplete": Blame(0.0, 0.0),
    "wrong": Blame(-0.8, -0.4),
    "outdated": Blame(-0.8, -0.4),
    "should_not_be_shown": Blame(-1.0, -0.2),
    "other": PLAIN_DOWN,
}
"""An incomplete answer rests on passages that fit; what is outdated or wrong is so for other questions, too."""
PICKED: Final = Blame(0.5, 0.1)
PASSED_OVER: Final = Blame(-0.5, 0.0)
"""Of two answers, for what only one of them cites: what both cite did not make the difference."""
SIGNS: Final[Mapping[str, Blame]] = {
    "opened": Blame(0.25, 0.1),
    "shared": Blame(0.4, 0.1),
    "quoted": Blame(0.4, 0.1),
    "asked_again": Blame(-0.25, 0.0),
    "answered_by_person": Blame(-0.25, 0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A passage an answer was given."""

    n: int
    record_id: str
    file_id: str | None
    chunk: int
    cited: bool

    @property
    def point_id(self) -> str:
        """Of the passage: a chunk of a file, or a message."""
        return passage_id(RecordId(self.file_id or self.record_id), self.chunk)


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said of one passage by judging one answer."""

    person_id: str
    point_id: str
    record_id: str
    """The message that said it or shared the file."""
    file_id: str | None
    chunk: int
    of_pair: float
    of_passage: float
    at: datetime


def of_verdict(kind: str, reasons: Sequence[str]) -> Blame | None:
    """None for a verdict that was withdrawn. Of several reasons the gravest counts."""
    if kind == "up":
        return UP
    if kind != "down":
        return None
    known = [DOWN[reason] for reason in DOWN if reason in reasons]
    return Blame(min(one.of_pair for one in known), min(one.of_passage for one in known)) if known else PLAIN_DOWN


def shares(sources: Sequence[Source], trace: Mapping[str, Any]) -> dict[int, float]:
    """How much of the answer rests on each cited source, by ``n``; they add up to 1, or nothing is cited."""
    cited = [source.n for source in sources if source.cited]
    said: Counter[int] = Counter()
    for check in trace.get("checks", ()):
        if not check.get("problem"):
            said.update(n for n in check.get("citations", ()) if n in cited)
    # What stands in an answer without a sentence that tells, such as a standard answer's sources, counts alike.
    weights = {n: float(said[n]) for n in cited} if said else dict.fromkeys(cited, 1.0)
    total = sum(weights.values())
    return {n: weight / total for n, weight in weights.items() if weight}


def votes_of(
    sources: Iterable[Source], share: Mapping[int, float], blame: Blame, *, person_id: str, at: datetime
) -> list[Vote]:
    """A vote on each source by its share of responsibility."""
    return [
        Vote(
            person_id,
            source.point_id,
            source.record_id,
            source.file_id,
            source.chunk,
            blame.of_pair * share[source.n],
            blame.of_passage * share[source.n],
            at,
        )
        for source in sources
        if share.get(source.n) and (blame.of_pair or blame.of_passage)
    ]
