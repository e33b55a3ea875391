"""A question for the archive."""

from bot.answering.answerer import Question
from bot.conversation.request import Parts, Request
from bot.curating.giving import Asked
from bot.curating.matching import Match
from bot.curating.meaning import MeantQuestions
from bot.language import language_of
from connectors.connector import Answer, Reply
from knowledge.passage import Audience


class Asking:
    """Answers from the archive."""

    def __init__(self, parts: Parts) -> None:
        self._answerer = parts.answerer
        self._rewriter = parts.rewriter
        self._permissions = parts.permissions
        self._standard = parts.standard
        self._meant = MeantQuestions(parts.database, parts.standard)

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Give the standard answer, or search, answer, check and store; and ask back when it is near one."""
        utterance, audience = request.utterance, await request.audience()
        language = language_of(request.text, otherwise=request.language)
        asked = Asked(
            question=request.text,
            audience=audience,
            language=language,
            asked_at=utterance.said_at,
            channel_id=utterance.channel.channel_id,
            person_id=utterance.person.person_id,
            record_id=utterance.record_id,
        )
        match = await self._standard.match(asked) if request.variation is None else None
        if match is not None and match.sure:
            standard = await self._standard.give(match.standard_answer, asked)
            if standard is not None:
                await self._meant.asked_for(
                    match.standard_answer.standard_answer_id,
                    person_id=asked.person_id,
                    channel_id=asked.channel_id,
                    now=asked.asked_at,
                )
                await reply.sources(standard.citations)
                await reply.finish(standard)
                return
        rewritten = await self._rewriter.rewrite(
            request.text,
            await request.turns(),
            channel_id=utterance.channel.channel_id,
            audience=audience,
            language=language,
            asker=utterance.person.person_id,
        )
        result = await self._answerer.answer(
            Question(
                text=request.text,
                audience=audience,
                channel_id=utterance.channel.channel_id,
                person_id=utterance.person.person_id,
                person_name=utterance.person.name,
                record_id=utterance.record_id,
                language=language,
                now=utterance.said_at,
                audience_now=request.audience,
                searches=rewritten.searches,
                context=rewritten.context,
                context_records=rewritten.context_records,
                sees_more=lambda: self._sees_more(request, audience),
                variation=request.variation,
                conversation=request.conversation,
            ),
            reply,
        )
        await reply.finish(await self._asking_back(result.answer, match, request))

    async def _asking_back(self, answer: Answer, match: Match | None, request: Request) -> Answer:
        """The answer with what was perhaps meant; not that of a command, which is no message to put another below."""
        if match is None or match.sure or request.utterance.kind == "command":
            return answer
        return await self._meant.named_beside(
            answer, match.standard_answer, audience=await request.audience(), now=request.utterance.said_at
        )

    async def _sees_more(self, request: Request, audience: Audience) -> bool:
        """Whether the asker may read channels that not everybody here may; says nothing about what is in them."""
        utterance = request.utterance
        if utterance.kind == "command" or audience.everything:
            return False
        own = await self._permissions.of_person(
            utterance.person.person_id,
            platform=utterance.person.platform,
            workspace_id=utterance.channel.workspace_id,
        )
        return not own.channel_ids <= audience.channel_ids
