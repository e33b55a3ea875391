"""Giving a standard answer: marked as verified, with its owner and day, and kept like any other answer."""

from datetime import UTC, datetime, tzinfo
from typing import Final
from uuid import uuid4

from bot.curating.citing import Cited, citations_of
from bot.curating.matching import Matching
from bot.curating.standard_answer import StandardAnswer, marks_in
from bot.curating.standard_answers import StandardAnswers
from bot.curating.verifying import verification
from bot.errors import Language
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.database import Database
from connectors.connector import Answer
from knowledge.passage import Audience

MODEL: Final = "standard answer"


class GivingStandardAnswers:
    """Looks for one before anything is searched."""

    def __init__(self, *, database: Database, matching: Matching, zone: tzinfo) -> None:
        self._database = database
        self._matching = matching
        self._zone = zone
        self._answers = Answers(database)
        self._standard_answers = StandardAnswers(database)

    async def answer(
        self,
        question: str,
        *,
        audience: Audience,
        language: Language,
        asked_at: datetime,
        channel_id: str,
        person_id: str,
        record_id: str | None,
    ) -> Answer | None:
        """The answer, stored; None when there is none, or it stopped standing meanwhile."""
        found = await self._matching.find(question, audience=audience, now=asked_at)
        if found is None:
            return None
        searched_at = datetime.now(UTC)
        standing = await self._standard_answers.standing(found.standard_answer_id, asked_at)
        if standing is None or standing.text != found.text or not standing.may_be_given(audience):
            return None
        cited = await citations_of(self._database, standing, question)
        answer = Answer(
            answer_id=uuid4().hex,
            question=question,
            text=self._told(standing, language),
            abstained=False,
            reason=None,
            citations=tuple(one.citation for one in cited),
            model=MODEL,
            language=language,
        )
        stands = await self._answers.store(
            StoredAnswer(
                answer_id=answer.answer_id,
                asked_at=asked_at,
                channel_id=channel_id,
                person_id=person_id,
                question_record_id=record_id,
                question=question,
                language=language,
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
