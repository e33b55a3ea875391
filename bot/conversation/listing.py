"""Lists of what was found, without a model: messages and files, or the latest of a channel."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from bot.answering.evidence import Evidence
from bot.answering.marks import unmarked
from bot.conversation.asking import Asking
from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.errors import Language
from bot.texts import say
from connectors.connector import Answer, Reply
from knowledge.lexical import terms
from knowledge.passage import NO_FILTER, PassageFilter

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
        if not await self.shown(request, reply, self._where):
            text, language = request.text, request.language
            empty = say("no_results", language, query=text[:ECHOED]) if text else say("timeline_empty", language)
            await reply.finish(plain(empty, language))

    async def shown(
        self, request: Request, reply: Reply, where: PassageFilter, *, only_matching: bool = False, remark: str = ""
    ) -> bool:
        """Show what is found; False, and no end of the reply, when there is nothing.

        ``only_matching`` leaves out what shares no word with the request: a search by meaning always finds something.
        ``remark`` is said below.
        """
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
        if only_matching and text:
            found = await asyncio.to_thread(_matching, found, text)
        if not found:
            return False
        await reply.sources([item.citation() for item in found])
        await reply.finish(_listed(found, text[:ECHOED], understood, language, self._zone, remark))
        return True


def _matching(found: Sequence[Evidence], text: str) -> list[Evidence]:
    wanted = set(terms(text))
    return [item for item in found if wanted & set(terms(f"{item.file_name or ''} {item.text}"))]


FILES = PassageFilter(kinds=frozenset({"file"}))


class WantedFile:
    """Lists the files that plain words want; where there is none, the words are a question like any other."""

    def __init__(self, parts: Parts) -> None:
        self._files = Listing(parts, where=FILES)
        self._asking = Asking(parts)

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Search files, then everything."""
        if not await self._files.shown(request, reply, FILES, only_matching=True):
            await self._asking(replace(request, text=request.utterance.text), reply)


def _listed(
    found: Sequence[Evidence], query: str, understood: str, language: Language, zone: tzinfo, remark: str
) -> Answer:
    lines = [
        f"[{item.n}] {item.time.astimezone(zone):%Y-%m-%d %H:%M} {item.author} #{item.channel_name}"
        f"{f' {item.file_name}' if item.file_name else ''}{item.outdated_note(zone, language)}: "
        f"{unmarked(item.citation().quote)}"
        for item in found
    ]
    heading = [say("results", language, query=query)] if query else []
    return plain(
        "\n".join([*heading, *([understood] if understood else []), *lines, *([remark] if remark else [])]),
        language,
        [item.citation() for item in found],
    )
