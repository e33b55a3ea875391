"""Which conversations are worth telling, and which a model tells shorter than they do themselves."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from bot.errors import Language
from bot.summaries.choosing import is_chatter
from bot.summaries.talk import Talk

_TELLING = {"decision": 1.0, "action_item": 0.7, "announcement": 0.8, "number": 0.3, "document": 0.4, "answer": 0.3}
_FEWEST_TURNS = 3
_FEWEST_CHARS: dict[Language, int] = {"zh": 80, "en": 200}
"""A conversation with less to it is quoted: its own words are as short."""


def is_worth_phrasing(talk: Talk, language: Language) -> bool:
    """Whether a model says it shorter than the conversation does itself."""
    said = [turn for turn in talk.turns if not is_chatter(turn)]
    return len(said) >= _FEWEST_TURNS and sum(len(turn.text) for turn in said) >= _FEWEST_CHARS[language]


def worth_telling(talks: Sequence[Talk], weights: Mapping[str, float] | None) -> list[Talk]:
    """Conversations with something to tell, most telling first; ``weights`` is how much each is about the topic."""
    scores = [
        (_score(talk) * (1.0 if weights is None else weights.get(talk.conversation_id, 0.0)), talk) for talk in talks
    ]
    return [talk for score, talk in sorted(scores, key=lambda pair: -pair[0]) if score > 0]


def _score(talk: Talk) -> float:
    """How telling a conversation is; 0 for chatter."""
    said = [turn for turn in talk.turns if not is_chatter(turn)]
    if not said:
        return 0.0
    given = Counter(category for turn in said for category in turn.categories)
    score = math.log2(1 + len(said)) + sum(_TELLING.get(name, 0.0) * math.sqrt(n) for name, n in given.items())
    return score + 0.3 * len({turn.author_id for turn in said})
