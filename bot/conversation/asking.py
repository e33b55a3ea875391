"""A question for the archive."""

from bot.answering.answerer import Question
from bot.conversation.request import Parts, Request
from bot.language import language_of
from connectors.connector import Reply
from knowledge.passage import Audience


class Asking:
    """Answers from the archive."""

    def __init__(self, parts: Parts) -> None:
        self._answerer = parts.answerer
        self._rewriter = parts.rewriter
        self._permissions = parts.permissions
        self._standard = parts.standard

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Give the standard answer, or search, answer, check and store."""
        utterance, audience = request.utterance, await request.audience()
        language = language_of(request.text, otherwise=request.language)
        if request.variation is None:
            standard = await self._standard.answer(
                request.text,
                audience=audience,
                language=language,
                asked_at=utterance.said_at,
                channel_id=utterance.channel.channel_id,
                person_id=utterance.person.person_id,
                record_id=utterance.record_id,
            )
            if standard is not None:
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
        await reply.finish(result.answer)

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
