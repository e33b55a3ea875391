"""``/standard``: a reply is proposed as the standard answer; operators decide."""

from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.curating.proposal_texts import told
from bot.curating.proposing import Proposing
from connectors.connector import Reply


class ProposingStandard:
    """Takes what is quoted, or the latest reply in the thread, for the question that was written or asked before."""

    def __init__(self, parts: Parts) -> None:
        self._proposing = Proposing(parts.database)
        self._zone = parts.zone

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Propose it, and say so."""
        outcome = await self._proposing.propose(request.utterance, request.text)
        await reply.finish(plain(told(outcome, request.language, self._zone), request.language))
