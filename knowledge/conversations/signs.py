"""The signs by which a message is matched with each earlier message that it may reply to.

Everything about a message is computed from itself and the ``WINDOW`` messages before it, and from nothing else: what
was computed once stays right as long as these stay the same, wherever a stretch of talk began to be read.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from knowledge.conversations.message import ChatMessage
from knowledge.conversations.naming import names_person
from knowledge.conversations.wording import wording

WINDOW = 100
"""How many messages back a reply may reach. On hand-marked logs 99 of 100 replies reach back fewer than 70."""

PAIR_SIGNS = (
    "previous",
    "previous_but_one",
    "log_messages_between",
    "log_minutes",
    "log_minutes_squared",
    "log_pauses",
    "within_minute",
    "beyond_hour",
    "beyond_day",
    "same_author",
    "same_author_previous",
    "same_author_within_minute",
    "authors_last",
    "own_last",
    "log_own_between",
    "names_author_first",
    "names_author",
    "names_another_first",
    "named_first",
    "named",
    "another_named_first",
    "both_name_same",
    "names_author_first_last",
    "partner_addressed",
    "addressed_by_partner",
    "partner_addressed_last",
    "last_addressed_partner",
    "question_before",
    "question_answered",
    "question_by_other_unnamed",
    "question_followed_by_question",
    "reaction_to_previous_other",
    "thanks_to_other",
    "greeting_before",
    "short_before",
    "shared_words",
    "shared_words_share",
    "shared_words_best",
    "shared_words_same_author",
)
OPENING_SIGNS = (
    "always",
    "log_minutes_since_any",
    "log_minutes_since_any_squared",
    "log_pauses_since_any",
    "beyond_hour_since_any",
    "beyond_day_since_any",
    "author_is_new",
    "log_minutes_since_own",
    "previous_is_own",
    "names_first",
    "names",
    "asks",
    "greets",
    "asks_and_author_is_new",
    "reacts",
    "thanks",
    "log_length",
    "best_shared_words",
    "is_named_before",
)

Signs = NDArray[np.float64]
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_SHORT = 3
_MOST_WORDS = 60


class Stretch:
    """Messages of one channel, in order. ``signs(at)`` looks at the message ``at`` and the window before it."""

    def __init__(self, messages: Sequence[ChatMessage]) -> None:
        self._wordings = [wording(message.text) for message in messages]
        names: dict[tuple[str, str], int] = {}
        self._author = np.array(
            [names.setdefault((message.author_id, message.author), len(names)) for message in messages], dtype=np.intp
        )
        self._seconds = np.array([message.sent_at.timestamp() for message in messages], dtype=np.float64)
        named = np.array(
            [[names_person(words.folded, name) for _, name in names] for words in self._wordings], dtype=bool
        ).reshape(len(messages), len(names), 2)
        self._first, self._anywhere = named[:, :, 0], named[:, :, 1]
        self._asks = np.array([words.asks for words in self._wordings], dtype=bool)
        self._greets = np.array([words.greets for words in self._wordings], dtype=bool)
        self._short = np.array([words.length <= _SHORT for words in self._wordings], dtype=bool)
        self._next_own = _next_of_same(self._author)
        self._places: dict[str, list[int]] = defaultdict(list)
        self._words_until = 0

    def may_reply(self, at: int, to: int) -> bool:
        """Whether a message may continue an earlier one at all: within a day, or by naming who wrote it.

        Otherwise somebody who writes alone every other day would lead one conversation for months.
        """
        named = self._first[at, self._author[to]] or self._anywhere[at, self._author[to]]
        return bool(named) or bool(self._seconds[at] - self._seconds[to] <= _DAY)

    def signs(self, at: int) -> tuple[Signs, Signs]:
        """A row for each of the up to ``WINDOW`` earlier messages, oldest first, and the signs of a new conversation.

        Call with rising ``at``.
        """
        low = max(0, at - WINDOW)
        before = slice(low, at)
        count = at - low
        words = self._wordings[at]
        me = self._author[at]
        authors = self._author[before]
        present = np.unique(authors)
        between = np.arange(count - 1, -1, -1, dtype=np.float64)
        seconds = np.maximum(self._seconds[at] - self._seconds[before], 0.0)
        minutes = np.log1p(seconds / _MINUTE)
        pauses = np.log1p(seconds / self._pause(low, at))
        same = authors == me
        last = self._next_own[before] >= at
        own_between = np.cumsum(same[::-1])[::-1] - same
        first, anywhere = self._first[at, authors], self._anywhere[at, authors]
        names_first = bool(self._first[at, present].any())
        first_of_others = self._first[before][:, present]
        named_first, named = self._first[before, me], self._anywhere[before, me]
        names_other = first_of_others.any(axis=1) & ~named_first
        both = (first_of_others & self._first[at, present]).any(axis=1)
        own_naming = np.flatnonzero(same & first_of_others.any(axis=1))
        addressed = first_of_others[same].any(axis=0)[np.searchsorted(present, authors)]
        addressed_by = np.isin(authors, authors[named_first])
        partner_last = self._first[low + own_naming[-1], authors] if own_naming.size else np.zeros(count, dtype=bool)
        naming_me = np.flatnonzero(named_first)
        last_partner = authors == authors[naming_me[-1]] if naming_me.size else np.zeros(count, dtype=bool)
        other = ~same
        asks = self._asks[before]
        shared, share = self._shared_words(at, low)
        best = shared >= max(float(shared.max(initial=0.0)), 1e-9)
        pairs = np.empty((count, len(PAIR_SIGNS)))
        previous = between == 0
        for column, sign in enumerate(
            (
                previous,
                between == 1,
                np.log1p(between),
                minutes,
                minutes * minutes,
                pauses,
                seconds <= _MINUTE,
                seconds > _HOUR,
                seconds > _DAY,
                same,
                same & previous,
                same & (seconds <= _MINUTE),
                last,
                last & same,
                np.log1p(own_between),
                first,
                anywhere & ~first,
                ~first & names_first & other,
                named_first,
                named & ~named_first,
                names_other,
                both,
                first & last,
                addressed & ~names_first,
                addressed_by & ~names_first,
                partner_last & ~names_first,
                last_partner & ~names_first,
                asks,
                asks & other & (not words.asks),
                asks & other & ~names_other,
                asks & other & words.asks,
                previous & other & words.reacts,
                other & words.thanks,
                self._greets[before],
                self._short[before],
                np.log1p(shared),
                share,
                best,
                same * np.log1p(shared),
            )
        ):
            pairs[:, column] = sign
        since = minutes[-1] if count else 0.0
        own = np.flatnonzero(same)
        opening = np.array(
            [
                1.0,
                since,
                since * since,
                pauses[-1] if count else 0.0,
                bool(count) and seconds[-1] > _HOUR,
                bool(count) and seconds[-1] > _DAY,
                not own.size,
                minutes[own[-1]] if own.size else 0.0,
                bool(count) and bool(same[-1]),
                names_first,
                bool(self._anywhere[at, present].any()) and not names_first,
                words.asks,
                words.greets,
                words.asks and not own.size,
                words.reacts,
                words.thanks,
                log(1 + words.length),
                log(1 + float(shared.max(initial=0.0))),
                bool(named_first.any()),
            ],
            dtype=np.float64,
        )
        return pairs, opening

    def _pause(self, low: int, at: int) -> float:
        """The usual time between two messages of the window, in seconds: half an hour is long in one channel only."""
        return max(float(np.median(np.diff(self._seconds[low:at]))), 1.0) if at - low > 1 else _MINUTE

    def _shared_words(self, at: int, low: int) -> tuple[Signs, Signs]:
        """By earlier message: how much the words say that both hold (rare in the window says more), and their share."""
        while self._words_until < at:
            for word in self._wordings[self._words_until].words:
                self._places[word].append(self._words_until)
            self._words_until += 1
        count = at - low
        shared = np.zeros(count)
        total = 0.0
        # Sorted: sets of strings come in another order in each process, and sums must not depend on it.
        for word in sorted(self._wordings[at].words)[:_MOST_WORDS]:
            places = self._places.get(word)
            found = [place - low for place in places[-WINDOW:] if place >= low] if places else []
            weight = log((count + 2) / (len(found) + 1))
            total += weight
            if found:
                shared[found] += weight
        return shared, shared / total if total > 0 else shared


def _next_of_same(author: NDArray[np.intp]) -> NDArray[np.intp]:
    """By message: where the same author speaks next."""
    following = np.full(len(author), len(author), dtype=np.intp)
    seen: dict[int, int] = {}
    for at in range(len(author) - 1, -1, -1):
        following[at] = seen.get(int(author[at]), len(author))
        seen[int(author[at])] = at
    return following
