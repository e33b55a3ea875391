"""Giving a standard answer: marked as verified, with its owner and day, and kept like any other answer."""

from datetime import datetime, tzinfo
from typing import Final
from uuid import uuid4

from sqlalchemy import select

from bot.curating.matching import Matching
from bot.curating.standard_answers import StandardAnswer
from bot.errors import Language
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, MessageRow, PersonRow
from connectors.connector import Answer, Citation
from connectors.events import RecordId
from knowledge.passage import Audience

MODEL: Final = "standard answer"
_VERIFIED: Final[dict[Language, str]] = {
    "zh": "✔ 标准答案，{owner}{day} 核实",
    "en": "✔ Standard answer, verified {owner}on {day}",
}
_QUOTE_CHARS = 300


class GivingStandardAnswers:
    """Looks for one before anything is searched."""

    def __init__(self, *, database: Database, matching: Matching, zone: tzinfo) -> None:
        self._database = database
        self._matching = matching
        self._zone = zone
        self._answers = Answers(database)

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
        """The answer, stored; None when there is none, or its source went away meanwhile."""
        found = await self._matching.find(question, audience=audience, now=asked_at)
        if found is None:
            return None
        citation, source_channel = await self._citation(found)
        answer = Answer(
            answer_id=uuid4().hex,
            question=question,
            text=self._told(found, language, cited=citation is not None),
            abstained=False,
            reason=None,
            citations=(citation,) if citation else (),
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
                sources=() if citation is None else (_source(citation, source_channel),),
                trace={"standard_answer": found.standard_answer_id},
                standard_answer_id=found.standard_answer_id,
            )
        )
        return answer if stands else None

    def _told(self, found: StandardAnswer, language: Language, *, cited: bool) -> str:
        day = (found.approved_at or found.proposed_at).astimezone(self._zone)
        owner = found.owner and (f"{found.owner} 于 " if language == "zh" else f"by {found.owner} ")
        return (
            f"{found.text}{' [1]' if cited else ''}\n{_VERIFIED[language].format(owner=owner, day=f'{day:%Y-%m-%d}')}"
        )

    async def _citation(self, found: StandardAnswer) -> tuple[Citation | None, str]:
        if found.source_record_id is None:
            return None, ""
        statement = (
            select(MessageRow.text, MessageRow.sent_at, MessageRow.version_at, MessageRow.permalink)
            .add_columns(MessageRow.channel_id, PersonRow.name, ChannelRow.name)
            .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
            .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
            .where(MessageRow.record_id == found.source_record_id)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            return None, ""
        text, sent_at, version_at, permalink, channel_id, author, channel_name = row
        citation = Citation(
            n=1,
            record_id=RecordId(found.source_record_id),
            quote=" ".join(text.split())[:_QUOTE_CHARS],
            author=author or "",
            channel_name=channel_name,
            time=sent_at or version_at,
            permalink=permalink,
        )
        return citation, channel_id


def _source(citation: Citation, channel_id: str) -> StoredSource:
    return StoredSource(
        n=1,
        record_id=citation.record_id,
        file_id=None,
        chunk=0,
        page=None,
        channel_id=channel_id,
        quote=citation.quote,
        cited=True,
    )
