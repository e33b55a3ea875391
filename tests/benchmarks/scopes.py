"""Audiences and filters from the widest to the narrowest, over the archives of ``large_archive``."""

from knowledge.passage import NO_FILTER, Audience, PassageFilter, PersonId
from tests.benchmarks.large_archive import CHANNELS, channel_ids, moment

EVERYBODY = Audience.operator()
A_FEW = Audience(channel_ids=channel_ids(5))
MANY = Audience(channel_ids=channel_ids(500))
NEARLY_ALL = Audience(channel_ids=channel_ids(CHANNELS))

Scope = tuple[Audience, PassageFilter]

SCOPES: dict[str, Scope] = {
    "everything": (EVERYBODY, NO_FILTER),
    "one channel": (EVERYBODY, PassageFilter(channel_ids=channel_ids(1))),
    "one month": (EVERYBODY, PassageFilter(since=moment(0.5), until=moment(0.5 + 30 / 730))),
    "an audience of 5 channels": (A_FEW, NO_FILTER),
}

SELECTIVE: dict[str, Scope] = {
    "one author": (EVERYBODY, PassageFilter(author_ids=frozenset({PersonId("bench:p7")}))),
    "one day": (EVERYBODY, PassageFilter(since=moment(0.5), until=moment(0.5 + 1 / 730))),
    "files": (EVERYBODY, PassageFilter(kinds=frozenset({"file"}))),
    "a category": (EVERYBODY, PassageFilter(categories=frozenset({"question"}))),
    "an audience of 1 channel": (Audience(channel_ids=channel_ids(1)), NO_FILTER),
    "an audience of 50 channels": (Audience(channel_ids=channel_ids(50)), NO_FILTER),
    "an audience of 500 channels": (MANY, NO_FILTER),
    "0.01 % of all": (
        MANY,
        PassageFilter(since=moment(0.5), until=moment(0.511), categories=frozenset({"decision"})),
    ),
    "0.1 % of all": (
        MANY,
        PassageFilter(since=moment(0.5), until=moment(0.61), categories=frozenset({"decision"})),
    ),
    "1 % of all": (
        MANY,
        PassageFilter(since=moment(0.5), until=moment(0.61), categories=frozenset({"question"})),
    ),
    "10 % of all": (
        MANY,
        PassageFilter(since=moment(0.5), until=moment(0.625), kinds=frozenset({"message"})),
    ),
    "50 % of all": (MANY, PassageFilter(since=moment(0.44))),
    "90 % of all": (NEARLY_ALL, PassageFilter(since=moment(0.1))),
}
"""Percentages are about; the benchmark counts."""
