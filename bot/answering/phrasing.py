"""Phrasing: the model speaks, and each sentence is checked before anybody sees it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import structlog

from bot.answering.changes import tell_changes
from bot.answering.declining import declines
from bot.answering.draft import Draft, originals, trace_of
from bot.answering.evidence import Evidence, cited_first
from bot.answering.excerpt import excerpt
from bot.answering.grounding import Checked, CheckedSentence, Grounding, GroundingCheck
from bot.answering.marks import unmarked
from bot.answering.prompt import Prompt
from bot.answering.sentences import split_sentences
from bot.errors import Language, ModelBusy, ModelError
from bot.llm.interface import GREEDY, Sampling, SpeakingModel
from bot.texts import TextKey, say
from knowledge.lexical import normalize, terms

_log = structlog.get_logger(__name__)

_QUOTED_CHARS = 200
_MOST_SENTENCES = 5
"""A small model that goes on repeats itself or strays."""

Show = Callable[[str], Awaitable[None]]
Mark = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is phrased: the question, and what the check and the wording depend on."""

    text: str
    prompt: Prompt
    evidence: Sequence[Evidence]
    language: Language
    now: datetime
    asker: str = ""
    sampling: Sampling = GREEDY
    sought: str = ""
    """What was searched for where that is not the question itself."""


class Phrasing:
    """Turns evidence into a checked draft; failures of the model become the passages themselves."""

    def __init__(self, *, model: SpeakingModel, check: GroundingCheck, zone: tzinfo) -> None:
        self._model = model
        self._check = check
        self._zone = zone

    async def phrase(self, asked: Asked, *, show: Show, mark: Mark) -> Draft:
        """Have the model answer. ``show`` gets sentences that passed the check, ``mark`` the names of moments."""
        grounding = await self._check.prepare(question=asked.text, evidence=asked.evidence, language=asked.language)
        if not await grounding.is_about(asked.sought or asked.text):
            return self._abstained("not_in_records", asked, {})
        sampling = asked.sampling
        speech = _Speech(grounding, show)
        try:
            said = self._model.stream(asked.prompt.messages, sampling=sampling, asker=asked.asker)
            async with aclosing(said) as stream:
                async for piece in stream:
                    mark("first_token")
                    if not await speech.hear(piece):
                        break
        except ModelError as error:
            if not isinstance(error, ModelBusy):
                _log.warning("model failed", code=error.code)
            lead = f"{error.sentence(asked.language)}\n{say('here_is_what_i_found', asked.language)}"
            return self._originals(lead, asked, reason=error.code, trace=trace_of(asked.prompt, sampling, ""))
        mark("generated")
        await speech.end()
        mark("checked")
        trace = trace_of(asked.prompt, sampling, speech.raw.strip()) | {"stopped": speech.is_enough}
        checked = Checked(() if speech.declined else tuple(speech.checked))
        if not checked.cited:
            # A small model is timid; what plainly answers is quoted.
            quoted = await grounding.speaks_for_itself(asked.sought or asked.text)
            if quoted is not None:
                quotation = self._quotation(quoted, asked)
                await show(f"{quotation.text}\n")
                checked = Checked((*checked.sentences, quotation))
        if not checked.cited and speech.declined:
            return self._abstained("not_in_records", asked, trace)
        return self._told(checked, asked, trace)

    def _quotation(self, n: int, asked: Asked) -> CheckedSentence:
        item = next(item for item in asked.evidence if item.n == n)
        when = f"{item.time.astimezone(self._zone):%Y-%m-%d}"
        telling = excerpt(item.text, frozenset(terms(asked.sought or asked.text)), limit=_QUOTED_CHARS)
        quote = unmarked(telling)
        return CheckedSentence(say("quoted", asked.language, author=item.author, when=when, quote=quote), (n,))

    def _told(self, checked: Checked, asked: Asked, trace: dict[str, Any]) -> Draft:
        checked = tell_changes(checked, asked.evidence, now=asked.now, zone=self._zone, language=asked.language)
        # People read [1] [2], not the places of a longer list that they were not shown.
        shown, evidence = checked.renumbered(), cited_first(asked.evidence, checked.cited)
        trace["checks"] = [
            {"sentence": sentence.text, "citations": list(sentence.citations), "problem": sentence.problem}
            for sentence in shown.sentences
        ]
        if not shown.cited:
            return self._abstained("not_supported", asked, trace)
        return Draft(
            shown.text,
            evidence=evidence,
            cited=frozenset(shown.cited),
            prompt_version=asked.prompt.version,
            trace=trace,
        )

    def _abstained(self, reason: TextKey, asked: Asked, trace: dict[str, Any]) -> Draft:
        return self._originals(say(reason, asked.language), asked, reason=reason, trace=trace)

    def _originals(self, lead: str, asked: Asked, *, reason: str, trace: dict[str, Any]) -> Draft:
        return originals(
            lead,
            asked.evidence,
            zone=self._zone,
            language=asked.language,
            reason=reason,
            trace=trace,
        )


class _Speech:
    """What the model has said so far, cut into sentences, each judged once."""

    def __init__(self, grounding: Grounding, show: Show) -> None:
        self._grounding = grounding
        self._show = show
        self._taken = 0
        self._said: set[str] = set()
        self.raw = ""
        self.checked: list[CheckedSentence] = []
        self.declined = False

    async def hear(self, piece: str) -> bool:
        """Take the next piece; False when enough was said."""
        self.raw += piece
        whole = split_sentences(self.raw)[:-1]
        await self._take(whole)
        return not self.is_enough

    @property
    def is_enough(self) -> bool:
        """Whether nothing that the model still says is heard."""
        return self.declined or len(self.checked) >= _MOST_SENTENCES

    async def end(self) -> None:
        """Take what is left when the model has ended."""
        if not self.is_enough:
            await self._take(split_sentences(self.raw))
            self.declined = self.declined or not self._taken

    async def _take(self, sentences: Sequence[str]) -> None:
        for sentence in sentences[self._taken :]:
            if declines(sentence):
                # Only at the beginning does it mean that there is no answer.
                self.declined = self._taken == 0
            elif (plain := normalize(sentence)) not in self._said:
                self._said.add(plain)
                await self._judge(sentence)
            self._taken += 1
            if self.declined:
                return

    async def _judge(self, sentence: str) -> None:
        for checked in await self._grounding.check([sentence]):
            self.checked.append(checked)
            if checked.citations:
                await self._show(f"{unmarked(checked.text)}\n")
