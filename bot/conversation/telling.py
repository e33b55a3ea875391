"""What happened with a topic, in order."""

from sqlalchemy.orm import Session

from bot.answering.story_text import StoryText
from bot.conversation.listing import Listing
from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.texts import say
from bot.truth.partly import partly_kept, partly_told
from connectors.connector import Reply
from knowledge.passage import NO_FILTER, ChannelId, PassageFilter

_TOLD = 16


class Telling:
    """Tells a story of everything that may be read."""

    def __init__(self, parts: Parts) -> None:
        self._storyteller = parts.storyteller
        self._zone = parts.zone

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Tell it."""
        await self.tell(request, reply, NO_FILTER)

    async def tell(self, request: Request, reply: Reply, where: PassageFilter, *, remark: str = "") -> None:
        """Tell what happened within a filter; ``remark`` is said below."""
        language = request.language
        await reply.status(say("searching", language))
        story = await self._storyteller.tell(request.text, audience=await request.audience(), where=where, lines=_TOLD)
        text, citations = StoryText(story, self._zone, language).message()
        if citations:
            await reply.sources(citations)
        await reply.finish(plain("\n".join([text, *([remark] if remark else [])]), language, citations))


class TimelineHere:
    """What happened with a topic in the channel it is asked in; without one, the latest records."""

    def __init__(self, parts: Parts) -> None:
        self._telling = Telling(parts)
        self._latest = Listing(parts)
        self._database = parts.database

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Tell or list."""
        channel_id = request.utterance.channel.channel_id
        here = PassageFilter(channel_ids=frozenset({ChannelId(channel_id)}))
        async with self._database.read() as connection:
            missing = await connection.run_sync(lambda sync: partly_kept(Session(sync), [channel_id]))
        remark = partly_told(missing, request.language)
        if request.text:
            await self._telling.tell(request, reply, here, remark=remark)
        elif not await self._latest.shown(request, reply, here, remark=remark):
            empty = [say("timeline_empty", request.language), *([remark] if remark else [])]
            await reply.finish(plain("\n".join(empty), request.language))
