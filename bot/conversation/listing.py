"""Lists of what was found, without a model: messages and files, or the latest of a channel."""

from collections.abc import Sequence
from datetime import tzinfo

from bot.answering.evidence import Evidence
from bot.answering.marks import unmarked
from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.errors import Language
from bot.texts import say
from connectors.connector import Answer, Reply
from knowledge.passage import NO_FILTER, ChannelId, PassageFilter

LISTED = 8
ECHOED = 80
"""Characters of what a person typed that are said back."""


class Listing:
    """Lists what the words find, or the latest without words."""

    def __init__(self, parts: Parts, *, where: PassageFilter = NO_FILTER) -> None:
        self._finder = parts.finder
        self._zone = parts.zone
        self._where = where

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Search or browse."""
        await self._list(request, reply, self._where)

    async def _list(self, request: Request, reply: Reply, where: PassageFilter) -> None:
        utterance, text, language = request.utterance, request.text, request.language
        audience = await request.audience()
        await reply.status(say("searching", language))
        understood = ""
        if text:
            searched = await self._finder.find(
                text, audience=audience, where=where, limit=LISTED, now=utterance.said_at, besides=utterance.record_id
            )
            found, understood = searched.results, searched.understood.told(language, self._zone)
        else:
            found = await self._finder.latest(audience=audience, where=where, limit=LISTED)
        if not found:
            empty = say("no_results", language, query=text[:ECHOED]) if text else say("timeline_empty", language)
            await reply.finish(plain(empty, language))
            return
        await reply.sources([item.citation() for item in found])
        await reply.finish(_listed(found, text[:ECHOED], understood, language, self._zone))


class LatestHere(Listing):
    """Lists the latest of the channel it is asked in."""

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Browse."""
        here = ChannelId(request.utterance.channel.channel_id)
        await self._list(request, reply, PassageFilter(channel_ids=frozenset({here})))


def _listed(found: Sequence[Evidence], query: str, understood: str, language: Language, zone: tzinfo) -> Answer:
    lines = [
        f"[{item.n}] {item.time.astimezone(zone):%Y-%m-%d %H:%M} {item.author} #{item.channel_name}"
        f"{f' {item.file_name}' if item.file_name else ''}{item.outdated_note(zone, language)}: "
        f"{unmarked(item.citation().quote)}"
        for item in found
    ]
    heading = [say("results", language, query=query)] if query else []
    return plain(
        "\n".join([*heading, *([understood] if understood else []), *lines]),
        language,
        [item.citation() for item in found],
    )
