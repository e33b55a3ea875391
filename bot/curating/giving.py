"""Giving a standard answer: marked as verified, with its owner and day, and kept like any other answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final
from uuid import uuid4

from bot.curating.citing import Cited, citations_of
from bot.curating.matching import Match, Matching
from bot.curating.standard_answer import StandardAnswer, marks_in
from bot.curating.standard_answers import StandardAnswers
from bot.curating.verifying import verification
from bot.errors import Language
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.database import Database
from connectors.connector import Answer
from knowledge.passage import Audience

MODEL: Final = "standard answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the place it was asked in, and everybody who will read the answer."""

    question: str
    audience: Audience
    language: Language
    asked_at: datetime
    channel_id: str
    person_id: str
    record_id: str | None


class GivingStandardAnswers:
    """Looks for one before anything is searched."""

    def __init__(self, *, database: Database, matching: Matching, zone: tzinfo) -> None:
        self._database = database
        self._matching = matching
        self._zone = zone
        self._answers = Answers(database)
        self._standard_answers = StandardAnswers(database)

    async def match(self, asked: Asked) -> Match | None:
        """The one that is meant, surely or perhaps, of those that its readers may be given."""
        return await self._matching.match(asked.question, audience=asked.audience, now=asked.asked_at)

    async def give(self, found: StandardAnswer, asked: Asked) -> Answer | None:
        """The answer, stored; None when it stopped standing meanwhile, or not everybody may be given it."""
        searched_at = datetime.now(UTC)
        standing = await self._standard_answers.standing(found.standard_answer_id, asked.asked_at)
        if standing is None or standing.text != found.text or not standing.may_be_given(asked.audience):
            return None
        cited = await citations_of(self._database, standing, asked.question)
        answer = Answer(
            answer_id=uuid4().hex,
            question=asked.question,
            text=self._told(standing, asked.language),
            abstained=False,
            reason=None,
            citations=tuple(one.citation for one in cited),
            model=MODEL,
            language=asked.language,
        )
        stands = await self._answers.store(
            StoredAnswer(
                answer_id=answer.answer_id,
                asked_at=asked.asked_at,
                channel_id=asked.channel_id,
                person_id=asked.person_id,
                question_record_id=asked.record_id,
                question=asked.question,
                language=asked.language,
                text=answer.text,
                abstained=False,
                reason=None,
                model=MODEL,
                prompt_version="",
                sources=tuple(_source(one) for one in cited),
                searched_at=searched_at,
                trace={"standard_answer": standing.standard_answer_id},
                standard_answer_id=standing.standard_answer_id,
            )
        )
        return answer if stands else None

    def _told(self, given: StandardAnswer, language: Language) -> str:
        """Its words with every source cited, and the line that says who verified it."""
        left = [source.n for source in given.sources if source.n not in marks_in(given.text)]
        marks = "".join(f"[{n}]" for n in left)
        day = (given.approved_at or given.proposed_at).astimezone(self._zone)
        return f"{given.text}{' ' if marks else ''}{marks}\n{verification(given.owner, day, language)}"


def _source(cited: Cited) -> StoredSource:
    citation = cited.citation
    return StoredSource(
        n=citation.n,
        record_id=citation.record_id,
        file_id=citation.file_id,
        chunk=0,
        page=citation.page,
        channel_id=cited.channel_id,
        quote=citation.quote,
        cited=True,
    )
