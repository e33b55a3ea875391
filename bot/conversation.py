"""What the bot does with something said to it: a command, a greeting, or a question for the archive."""

import re
from collections.abc import Sequence
from datetime import tzinfo
from uuid import uuid4

import structlog

from bot.answering.answerer import Answerer, Question
from bot.answering.evidence import Evidence
from bot.answering.finding import Finder
from bot.answering.marks import unmarked
from bot.answering.story import Storyteller
from bot.answering.story_text import StoryText
from bot.commands import Command, help_lines, is_command, parse_command
from bot.errors import Language, ShiguangError
from bot.language import language_of
from bot.permissions import Permissions
from bot.texts import say
from connectors.connector import Answer, Citation, Notice, Reply, Utterance
from knowledge.passage import Audience, ChannelId, PassageFilter

_log = structlog.get_logger(__name__)

_GREETING = re.compile(
    r"^\s*(?:hi|hello|hey|yo|thanks?|thank you|thx|ok|good (?:morning|evening)"
    r"|你好|您好|嗨|哈喽|在吗|谢谢|多谢|辛苦了|早上好|好的)"
    r"[\s!！。.,，~～]*$",
    re.IGNORECASE,
)
_LISTED = 8
_TOLD = 16
_ECHOED = 80
"""Characters of what a person typed that are said back."""


class Conversation:
    """Routes utterances. Every path ends in ``finish`` or ``fail``."""

    def __init__(
        self, *, answerer: Answerer, finder: Finder, storyteller: Storyteller, permissions: Permissions, zone: tzinfo
    ) -> None:
        self._answerer = answerer
        self._finder = finder
        self._storyteller = storyteller
        self._permissions = permissions
        self._zone = zone

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        """Answer one utterance; failures are told to the person by code, sentence and hint."""
        language = utterance.language or language_of(utterance.text)
        try:
            if utterance.kind == "command" or is_command(utterance.text):
                await self._command(utterance, reply, language)
            elif not utterance.text.strip() or _GREETING.match(utterance.text):
                await reply.finish(_plain(say("greeting", language), language))
            else:
                await self._ask(utterance, utterance.text, reply, language)
        except ShiguangError as error:
            await reply.fail(_notice(error, language))
        except Exception:  # noqa: BLE001 - the edge: nothing raw reaches a chat
            # Nothing raw reaches a chat; the operator finds the trace in the log by the code.
            _log.exception("conversation failed", channel_id=utterance.channel.channel_id)
            await reply.fail(_notice(ShiguangError(), language))

    async def _ask(self, utterance: Utterance, text: str, reply: Reply, language: Language) -> None:
        result = await self._answerer.answer(
            Question(
                text=text,
                audience=await self._audience(utterance),
                channel_id=utterance.channel.channel_id,
                person_id=utterance.person.person_id,
                person_name=utterance.person.name,
                record_id=utterance.record_id,
                language=language_of(text, otherwise=language),
                now=utterance.said_at,
                audience_now=lambda: self._audience(utterance),
            ),
            reply,
        )
        await reply.finish(result.answer)

    async def _command(self, utterance: Utterance, reply: Reply, language: Language) -> None:
        parsed = parse_command(utterance.text)
        command = parsed.command
        if command is None:
            await reply.finish(_plain(say("unknown_command", language, name=parsed.name[:_ECHOED]), language))
            return
        if command.needs_text and not parsed.text:
            usage = command.usage[language]
            await reply.finish(_plain(say("empty_question", language, usage=usage), language))
            return
        if command.name == "ask":
            await self._ask(utterance, parsed.text, reply, language)
        elif command.name == "help":
            await reply.finish(_plain(say("help", language, commands=help_lines(language)), language))
        elif command.name == "story" or (command.name == "timeline" and parsed.text):
            await self._tell(utterance, command, parsed.text, reply, language)
        else:
            await self._list(utterance, command, parsed.text, reply, language)

    async def _tell(self, utterance: Utterance, command: Command, topic: str, reply: Reply, language: Language) -> None:
        """A story; ``/timeline`` tells what happened in this channel."""
        here = frozenset({ChannelId(utterance.channel.channel_id)}) if command.name == "timeline" else frozenset()
        await reply.status(say("searching", language))
        story = await self._storyteller.tell(
            topic, audience=await self._audience(utterance), where=PassageFilter(channel_ids=here), lines=_TOLD
        )
        text, citations = StoryText(story, self._zone, language).message()
        if citations:
            await reply.sources(citations)
        await reply.finish(_plain(text, language, citations))

    async def _list(self, utterance: Utterance, command: Command, text: str, reply: Reply, language: Language) -> None:
        audience = await self._audience(utterance)
        here = frozenset({ChannelId(utterance.channel.channel_id)}) if command.name == "timeline" else frozenset()
        kinds: PassageFilter = (
            PassageFilter(kinds=frozenset({"file"}), channel_ids=here)
            if command.name == "files"
            else PassageFilter(channel_ids=here)
        )
        await reply.status(say("searching", language))
        understood = ""
        if text:
            searched = await self._finder.find(
                text, audience=audience, where=kinds, limit=_LISTED, now=utterance.said_at, besides=utterance.record_id
            )
            found, understood = searched.results, searched.understood.told(language, self._zone)
        else:
            found = await self._finder.latest(audience=audience, where=kinds, limit=_LISTED)
        if not found:
            empty = say("no_results", language, query=text[:_ECHOED]) if text else say("timeline_empty", language)
            await reply.finish(_plain(empty, language))
            return
        await reply.sources([item.citation() for item in found])
        await reply.finish(_listed(found, text[:_ECHOED], understood, language, self._zone))

    async def _audience(self, utterance: Utterance) -> Audience:
        """Everybody who will read the reply: a command's is shown to its person alone."""
        if utterance.kind == "command":
            return await self._permissions.of_person(
                utterance.person.person_id,
                platform=utterance.person.platform,
                workspace_id=utterance.channel.workspace_id,
            )
        return await self._permissions.of_channel(utterance.channel.channel_id)


def _plain(text: str, language: Language, citations: Sequence[Citation] = ()) -> Answer:
    """Something said that is no answer from the archive; it is not stored and cannot be judged."""
    return Answer(
        answer_id=f"said-{uuid4().hex}",
        question="",
        text=text,
        abstained=False,
        reason="said",
        citations=tuple(citations),
        model="",
        language=language,
    )


def _listed(found: Sequence[Evidence], query: str, understood: str, language: Language, zone: tzinfo) -> Answer:
    lines = [
        f"[{item.n}] {item.time.astimezone(zone):%Y-%m-%d %H:%M} {item.author} #{item.channel_name}"
        f"{f' {item.file_name}' if item.file_name else ''}{item.outdated_note(zone, language)}: "
        f"{unmarked(item.citation().quote)}"
        for item in found
    ]
    heading = [say("results", language, query=query)] if query else []
    return _plain(
        "\n".join([*heading, *([understood] if understood else []), *lines]),
        language,
        [item.citation() for item in found],
    )


def _notice(error: ShiguangError, language: Language) -> Notice:
    return Notice(code=error.code, sentence=error.sentence(language), hint=error.hint(language))
