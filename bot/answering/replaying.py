"""Replays an answer: the same messages to the model of today, the same passages under the check of today.

Or the same with another prompt, which is how a prompt is tried before it is put in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from bot.answering.answerer import QUESTION_CHARS, Timer
from bot.answering.grounding import GroundingCheck
from bot.answering.phrasing import Asked, Phrasing
from bot.answering.prompt import Prompt
from bot.answering.traced import passages_of, sentences_of
from bot.errors import AnswerWithdrawn, NothingToReplay
from bot.llm.arms import arm_named
from bot.llm.interface import ChatMessage, LanguageModel, Sampling
from bot.prompts import PromptText, prompt_text
from bot.truth.answers import Answers, StoredAnswer


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check said of a sentence: the passages that support it, or why none does."""

    citations: tuple[int, ...]
    problem: str | None


@dataclass(frozen=True, slots=True)
class ReplayedSentence:
    """A sentence with its verdicts; None where it was not said."""

    text: str
    then: Verdict | None
    now: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """One time that the model spoke, and what became of it."""

    raw: str
    text: str
    reason: str | None
    model: str
    check_version: str
    timings_ms: Mapping[str, int]
    """Of the first token and the last, since the model was asked."""
    cited: Mapping[int, str]
    """What the text points to: number to quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """An answer as it was given and as it comes out now."""

    stored: StoredAnswer
    then: Performance
    now: Performance
    sentences: Sequence[ReplayedSentence]
    same_output: bool
    """Whether the model said the same, as far as the application listened."""
    prompt_in_use: str
    """The version that a question is given today."""

    @property
    def same_answer(self) -> bool:
        """Whether the same is shown, with the same citations."""
        shown = [(one.then, one.now) for one in self.sentences if _is_shown(one.then) or _is_shown(one.now)]
        return self.then.reason == self.now.reason and all(then == now for then, now in shown)


class Replaying:
    """Replays stored answers; nothing is stored."""

    def __init__(self, *, answers: Answers, model: LanguageModel, check: GroundingCheck, zone: tzinfo) -> None:
        self._answers = answers
        self._model = model
        self._check = check
        self._zone = zone

    async def replayable(self, answer_id: str) -> StoredAnswer:
        """The answer, to be looked at before a model is loaded for it.

        Raises ``NotFound`` for an unknown id, ``AnswerWithdrawn`` when a source went, ``NothingToReplay`` when no
        model was asked or the question was deleted.
        """
        stored = await self._answers.get(answer_id)
        if stored.withdrawn_at is not None:
            raise AnswerWithdrawn(answer_id)
        if "messages" not in stored.trace or passages_of(stored.trace) is None:
            raise NothingToReplay(answer_id)
        return stored

    async def replay(self, answer_id: str, *, system: PromptText | None = None, asker: str = "") -> Replay:
        """Have the model speak again, with the prompt of then or with ``system`` in its place.

        Raises as ``replayable`` does; a model that fails is a reason of the answer.
        """
        stored = await self.replayable(answer_id)
        trace = stored.trace
        messages = tuple(ChatMessage(message["role"], message["content"]) for message in trace["messages"])
        prompt = Prompt(version=trace["prompt_version"], messages=messages)
        if system is not None:
            said = [one if one.role != "system" else replace(one, content=system.text) for one in messages]
            prompt = Prompt(version=system.version, messages=tuple(said))
        timer = Timer()
        asked = Asked(
            text=stored.question[:QUESTION_CHARS],
            prompt=prompt,
            evidence=passages_of(trace) or (),
            language=stored.language,
            now=stored.asked_at,
            asker=asker,
            sampling=Sampling(**{**trace["sampling"], "stop": tuple(trace["sampling"]["stop"])}),
            sought=" ".join(trace.get("searches", ())),
        )
        speaker = arm_named(self._model, stored.model)
        phrasing = Phrasing(model=speaker, check=self._check, zone=self._zone)
        draft = await phrasing.phrase(asked, show=_show_nobody, mark=timer.mark)
        then, now = _verdicts(trace), _verdicts(draft.trace)
        return Replay(
            stored=stored,
            then=Performance(
                raw=trace["raw"],
                text=stored.text,
                reason=stored.reason,
                model=stored.model,
                check_version=trace["check_version"],
                timings_ms=_since_search(stored.timings_ms),
                cited={source.n: source.quote for source in stored.sources if source.cited},
            ),
            now=Performance(
                raw=draft.trace.get("raw", ""),
                text=draft.text,
                reason=draft.reason,
                model=speaker.info.name,
                check_version=self._check.version,
                timings_ms=_since_search(timer.marks),
                cited={item.n: item.citation().quote for item in draft.evidence if item.n in draft.cited},
            ),
            sentences=[ReplayedSentence(text, then.get(text), now.get(text)) for text in {**then, **now}],
            same_output=_same_output(trace, draft.trace),
            prompt_in_use=prompt_text("answer", stored.language).version,
        )


def _is_shown(verdict: Verdict | None) -> bool:
    return verdict is not None and bool(verdict.citations)


async def _show_nobody(piece: str) -> None:
    """Nobody waits for the sentences of a replay."""


def _verdicts(trace: Mapping[str, Any]) -> dict[str, Verdict]:
    return {sentence.text: Verdict(sentence.citations, sentence.problem) for sentence in sentences_of(trace)}


def _same_output(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Equal; where the application stopped listening, both were cut off somewhere after what counts."""
    if "raw" not in now:
        return False  # today's check keeps the question from the model
    shorter, longer = sorted((str(then["raw"]), str(now["raw"])), key=len)
    if then.get("stopped") and now.get("stopped"):
        return longer.startswith(shorter)
    return shorter == longer


def _since_search(timings_ms: Mapping[str, int]) -> dict[str, int]:
    asked = timings_ms.get("search", 0)
    return {name: timings_ms[name] - asked for name in ("first_token", "generated") if name in timings_ms}
