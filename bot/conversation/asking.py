"""A question for the archive."""

from bot.answering.answerer import Question
from bot.conversation.request import Parts, Request
from bot.language import language_of
from connectors.connector import Reply


class Asking:
    """Answers from the archive."""

    def __init__(self, parts: Parts) -> None:
        self._answerer = parts.answerer
        self._rewriter = parts.rewriter

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Search, answer, check, store."""
        utterance, audience = request.utterance, await request.audience()
        language = language_of(request.text, otherwise=request.language)
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
            ),
            reply,
        )
        await reply.finish(result.answer)
