"""Two answers to one question, shown side by side as A and B. Buttons carry the pair: Slack keeps no other state."""

import json
from dataclasses import dataclass, replace
from typing import Final

from connectors.connector import Answer, Language
from connectors.slack.answer_blocks import answer_messages, sources_blocks
from connectors.slack.desk_texts import say
from connectors.slack.formatting import escaped, rich_text
from connectors.slack.kit import Block, actions, button, divider, section
from connectors.slack.splitting import cut

PICK: Final = "answer_pick"
DECLINE: Final = "answer_pick_declined"
_CHARACTERS: Final = 3000
"""Of each answer: both with their sources must go into one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Answers by their ids."""

    first: str
    second: str
    shown_first: str
    """Which of them is A: chance decides, so that the place does not."""
    shown: str
    """Which of them the conversation shows now."""
    ts: str
    """Of the message that shows it; empty where only the asker sees it."""
    response_url: str
    """By which the answer that only the asker sees can be taken away; empty otherwise."""

    def name(self, answer_id: str) -> str:
        """A or B."""
        return "A" if answer_id == self.shown_first else "B"

    def other(self, answer_id: str) -> str:
        """The one that it is not."""
        return self.second if answer_id == self.first else self.first

    def now_showing(self, answer_id: str, *, ts: str) -> "Pair":
        """After one took the place of the other."""
        return replace(self, shown=answer_id, ts=ts, response_url="")

    def value(self, chosen: str) -> str:
        """What a button carries."""
        return json.dumps([self.first, self.second, self.shown_first, self.shown, self.ts, self.response_url, chosen])

    @classmethod
    def read(cls, value: str) -> tuple["Pair", str]:
        """What a pressed button carried: the pair and what was chosen."""
        first, second, shown_first, shown, ts, response_url, chosen = json.loads(value)
        pair = cls(first=first, second=second, shown_first=shown_first, shown=shown, ts=ts, response_url=response_url)
        return pair, chosen


def pair_blocks(pair: Pair, first: Answer, second: Answer, language: Language, *, unasked: bool = False) -> list[Block]:
    """Both answers with their sources, and a button for each; one more for who was asked and does not want to pick."""
    in_order = (first, second) if pair.shown_first == first.answer_id else (second, first)
    blocks = [section(escaped(say("pair_unasked" if unasked else "pair_asked", language)))]
    for answer in in_order:
        words = rich_text(cut(answer.text, _CHARACTERS), answer.citations)
        blocks += [divider(), section(f"*{pair.name(answer.answer_id)}*"), words, *sources_blocks(answer)]
    picks = [
        button(
            say("pair_pick", language, name=pair.name(answer.answer_id)),
            action_id=f"{PICK}:{pair.name(answer.answer_id)}",
            value=pair.value(answer.answer_id),
        )
        for answer in in_order
    ]
    if unasked:
        picks.append(button(say("pair_decline", language), action_id=DECLINE, value=pair.value("")))
    return [*blocks, divider(), actions(picks)]


def picked_blocks(
    pair: Pair, chosen: str, language: Language, *, is_done: bool, answer: Answer | None = None
) -> tuple[str, list[Block]]:
    """What comes in the place of the pair: thanks, and the way back; ``answer`` where nothing else shows it."""
    text = say("pair_kept" if is_done else "pair_kept_half", language, name=pair.name(chosen))
    other = pair.other(chosen)
    back = button(say("pair_other", language), action_id=f"{PICK}:{pair.name(other)}", value=pair.value(other))
    shown = list(answer_messages(answer)[-1].blocks) if answer is not None else []
    return text, [*shown, section(escaped(text)), actions([back])]
