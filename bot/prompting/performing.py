"""One thing done with a draft: the answer, summary or rewritten question that it makes, beside the one of then."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

from sqlalchemy import delete

from bot.answering.answerer import Answerer, Question
from bot.answering.grounding import GroundingCheck
from bot.answering.replaying import ReplayedSentence, Replaying
from bot.errors import ShiguangError
from bot.llm.interface import LanguageModel
from bot.permissions import Permissions
from bot.prompting.subjects import Subject
from bot.prompts import PromptKey, PromptText
from bot.rewriting.phrasing import phrased
from bot.summaries.phrasing import Phrasing as SummaryPhrasing
from bot.summaries.summarizer import without_orders
from bot.summaries.support import Support
from bot.summaries.talk import Wanted, read_talks
from bot.truth.answers import Answers
from bot.truth.database import Database
from bot.truth.tables import AnswerRow
from knowledge.embedding import Embedder
from knowledge.passage import Audience

ASKER: Final = "desk"
"""Whom the fair queue counts a trial against: one asker among all who chat."""
_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said, and how much of what the model said was supported."""

    text: str
    abstained: bool = False
    reason: str | None = None
    supported: int | None = None
    """Sentences that the check let pass, of ``sentences``; None where it is not known."""
    sentences: int | None = None
    cited: Mapping[int, str] = field(default_factory=dict)


class Performing:
    """Does one thing with the prompts of the moment (``bot.prompts.trying``); nothing of it is kept."""

    def __init__(
        self,
        *,
        database: Database,
        answerer: Answerer,
        model: LanguageModel,
        embedder: Embedder,
        permissions: Permissions,
        zone: tzinfo,
    ) -> None:
        check = GroundingCheck(embedder, zone=zone)
        self._database = database
        self._answers = Answers(database)
        self._answerer = answerer
        self._model = model
        self._permissions = permissions
        self._replaying = Replaying(answers=self._answers, model=model, check=check, zone=zone)
        self._summaries = SummaryPhrasing(model=model, embedder=embedder, support=Support(check))

    async def perform(
        self, subject: Subject, key: PromptKey, draft: PromptText, *, anew: bool
    ) -> tuple[Told, Told] | None:
        """What was told then and what is told now; None where nothing can be made of it any more.

        ``anew`` searches again for a question; otherwise it is answered from the same passages.
        """
        if key[0].startswith("summary_"):
            return await self._summarised(subject, key)
        if key[0] == "rewrite":
            return await self._rewritten(subject, key)
        return await (self._answered_anew(subject) if anew else self._answered(subject, draft))

    async def _answered(self, subject: Subject, draft: PromptText) -> tuple[Told, Told] | None:
        try:
            replay = await self._replaying.replay(subject.subject_id, system=draft, asker=ASKER)
        except ShiguangError:
            return None
        then, now = (
            Told(text=one.text, abstained=one.reason is not None, reason=one.reason, cited=one.cited, **share)
            for one, share in (
                (replay.then, _share(replay.sentences, then=True)),
                (replay.now, _share(replay.sentences, then=False)),
            )
        )
        return then, now

    async def _answered_anew(self, subject: Subject) -> tuple[Told, Told] | None:
        try:
            stored = await self._answers.get(subject.subject_id)
        except ShiguangError:
            return None
        if stored.withdrawn_at is not None or not stored.question:
            return None
        result = await self._answerer.answer(
            Question(
                text=stored.question,
                audience=await self._permissions.of_channel(subject.channel_id),
                language=stored.language,
                searches=tuple(stored.trace.get("searches", ())),
                context=str(stored.trace.get("before", "")),
                record_id=stored.question_record_id,
            )
        )
        made = await self._answers.get(result.answer.answer_id)
        # It is no answer that anybody was given.
        async with self._database.begin() as connection:
            await connection.execute(delete(AnswerRow).where(AnswerRow.answer_id == made.answer_id))
        then, now = (
            Told(
                text=one.text,
                abstained=one.abstained,
                reason=one.reason,
                supported=sum(bool(check["citations"]) for check in one.trace["checks"]) if checked else None,
                sentences=len(one.trace["checks"]) if checked else None,
                cited={source.n: source.quote for source in one.sources if source.cited},
            )
            for one in (stored, made)
            for checked in ("checks" in one.trace,)
        )
        return then, now

    async def _summarised(self, subject: Subject, key: PromptKey) -> tuple[Told, Told] | None:
        wanted = Wanted(audience=Audience.operator(), conversation_ids=frozenset({subject.about}))
        talks = await read_talks(self._database, wanted)
        talk = await asyncio.to_thread(without_orders, talks[0]) if talks else None
        if talk is None or not talk.turns:
            return None
        made = await self._summaries.phrase(talk, language=key[1], seconds=_SECONDS, asker=ASKER)
        text = " ".join(sentence.text for sentence in made.sentences)
        return Told(text=subject.told), Told(text=text, abstained=made.extractive is not None, reason=made.extractive)

    async def _rewritten(self, subject: Subject, key: PromptKey) -> tuple[Told, Told] | None:
        said = await phrased(subject.question, context=subject.about, model=self._model, language=key[1], asker=ASKER)
        # What is made of other words is not used: rules complete the question then.
        return Told(text=subject.told), Told(text=said or "", abstained=said is None)


def _share(sentences: Sequence[ReplayedSentence], *, then: bool) -> dict[str, int]:
    verdicts = [one.then if then else one.now for one in sentences]
    said = [verdict for verdict in verdicts if verdict is not None]
    return {"supported": sum(bool(verdict.citations) for verdict in said), "sentences": len(said)}
