"""Conversations with summaries that people wrote, and how well summaries of them do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bot.answering.sentences import split_sentences
from bot.errors import BadInput, Language
from bot.evaluation.estimates import Estimate, estimate, percentile, share
from bot.evaluation.measures import rouge_l
from bot.llm.interface import ChatMessage, Sampling, SpeakingModel
from bot.summaries.lines import joined
from bot.summaries.talk import Talk, Turn

SYSTEMS = ("ours", "one_shot", "lead_3")
"""The product, the model's plain summary of the text as far as it fits, and the first three sentences."""

_START = datetime(2026, 1, 5, 9, tzinfo=UTC)
_ANSWER_TOKENS = 300
_PROMPT_TOKENS = 60
_PLAIN: dict[Language, str] = {
    "en": "Summarize the following conversation in one to three sentences.",
    "zh": "请用一段话概括下面的会议内容。",
}


class _Turn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    user: str
    text: str


class SummaryCase(BaseModel):
    """A dialogue written out, or a stretch of a channel of the archive, with its summaries. Other keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    turns: tuple[_Turn, ...] = ()
    channel: str = ""
    first: str = ""
    last: str = ""
    summary: str = ""
    summaries: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "SummaryCase":
        if not self.expected or not (self.turns or (self.channel and self.first and self.last)):
            msg = "a summary, and turns or channel, first and last"
            raise ValueError(msg)
        return self

    @property
    def expected(self) -> tuple[str, ...]:
        """What people wrote."""
        return self.summaries or ((self.summary,) if self.summary else ())

    def written_out(self) -> Talk:
        """The turns of a dialogue as a conversation, a minute apart."""
        turns = tuple(
            Turn(
                record_id=f"{self.id}:{number}",
                author_id=turn.user,
                author=turn.user,
                sent_at=_START + timedelta(minutes=number),
                version_at=_START + timedelta(minutes=number),
                text=turn.text,
            )
            for number, turn in enumerate(self.turns)
        )
        return Talk(conversation_id=self.id, channel_id="", channel_name="", turns=turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarised:
    """One conversation with its summaries by system; one whose model failed is not compared."""

    expected: Sequence[str]
    said: Mapping[str, str]
    supported: Mapping[str, tuple[int, int]]
    """Sentences that the conversation supports, of all, where a model spoke."""
    named: tuple[int, int] = (0, 0)
    """The product's sentences that the messages they name support, of all."""
    linked: tuple[int, int] = (0, 0)
    """The product's sentences with a message to go to, of all."""
    record_ids: Sequence[Sequence[str]] = ()
    """Those messages, by sentence."""
    took_ms: float = 0.0
    reason: str = ""
    """Why the product quotes instead of phrasing."""


def load_cases(path: Path) -> list[SummaryCase]:
    """Read one case a line; raises ``BadInput`` that names the first broken line."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read") from error
    cases: list[SummaryCase] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                cases.append(SummaryCase.model_validate_json(line))
            except ValidationError as error:
                raise BadInput(f"{path.name}, line {number} is no conversation with a summary") from error
    if not cases:
        raise BadInput(f"{path.name} holds no summary")
    return cases


def lead_3(talk: Talk) -> str:
    """The first three sentences."""
    return joined(split_sentences("\n".join(turn.text for turn in talk.turns))[:3])


async def one_shot(model: SpeakingModel, talk: Talk, language: Language) -> str:
    """What the model makes of the text in one go, cut off where its context ends; raises ``ModelError``."""
    text = "\n".join(f"{turn.author}: {turn.text}" for turn in talk.turns)
    room = model.info.context_tokens - _ANSWER_TOKENS - _PROMPT_TOKENS
    # A part may hold more tokens a character than the whole.
    while (tokens := await model.count_tokens(text)) > room:
        text = text[: int(len(text) * room / tokens * 0.98)]
    prompt = (ChatMessage("user", f"{_PLAIN[language]}\n\n{text}"),)
    return "".join([piece async for piece in model.stream(prompt, sampling=Sampling(max_tokens=_ANSWER_TOKENS))])


def measured_summaries(summarised: Sequence[Summarised]) -> dict[str, Estimate]:
    """ROUGE-L and support of each system, the gain over the others pair by pair, links, and time."""
    compared = [one for one in summarised if one.said]
    scores = {
        system: [max(rouge_l(one.said[system], written) for written in one.expected) for one in compared]
        for system in SYSTEMS
    }
    found = {f"rouge_l_{system}": estimate(values) for system, values in scores.items()}
    for system in SYSTEMS[1:]:
        gains = [ours - other for ours, other in zip(scores["ours"], scores[system], strict=True)]
        found[f"rouge_l_gain_over_{system}"] = estimate(gains)
    for system in SYSTEMS[:2]:
        found[f"support_rate_{system}"] = share([one.supported[system] for one in compared])
    found["support_rate_named"] = share([one.named for one in compared])
    found["link_validity"] = share([one.linked for one in compared])
    times = [one.took_ms for one in compared]
    found["took_ms_p50"], found["took_ms_p95"] = percentile(times, 50), percentile(times, 95)
    return {name: value for name, value in found.items() if value.count}


def summary_reasons(summarised: Sequence[Summarised]) -> dict[str, int]:
    """How many were phrased, and why the others were not."""
    return dict(Counter(one.reason or "phrased" for one in summarised).most_common())
