"""A question for the archive."""

from bot.answering.answerer import Question
from bot.conversation.request import Parts, Request
from bot.language import language_of
from connectors.connector import Reply


class Asking:
    """Answers from the archive."""

    def __init__(self, parts: Parts) -> None:
        self._answerer = parts.answerer

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Search, answer, check, store."""
        utterance = request.utterance
        result = await self._answerer.answer(
            Question(
                text=request.text,
                audience=await request.audience(),
                channel_id=utterance.channel.channel_id,
                person_id=utterance.person.person_id,
                person_name=utterance.person.name,
                record_id=utterance.record_id,
                language=language_of(request.text, otherwise=request.language),
                now=utterance.said_at,
                audience_now=request.audience,
            ),
            reply,
        )
        await reply.finish(result.answer)
