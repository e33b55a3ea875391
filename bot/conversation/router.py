"""From an utterance to the handler of what it wants."""

from collections.abc import Awaitable

import structlog

from bot.answering.answerer import Variation
from bot.commands import is_command, parse_command
from bot.conversation.handlers import OF_INTENTS, handlers
from bot.conversation.listing import ECHOED
from bot.conversation.request import Parts, Request
from bot.conversation.saying import notice, plain
from bot.curating.meaning import MeantQuestions
from bot.errors import Language, ShiguangError
from bot.intent import Intent
from bot.language import language_of
from bot.texts import say
from bot.truth.turns import earlier_turns
from connectors.connector import Reply, Utterance
from knowledge.passage import Audience

_log = structlog.get_logger(__name__)


class Conversation:
    """Routes utterances. Every path ends in ``finish`` or ``fail``, or ``drop`` where nobody asked."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._handlers = handlers(parts)
        self._meant = MeantQuestions(parts.database, parts.standard)

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        """Answer one utterance; failures are told to the person by code, sentence and hint."""
        language = utterance.language or language_of(utterance.text)
        await self._told(self._route(utterance, reply, language), utterance, reply, language)

    async def answer_again(self, utterance: Utterance, reply: Reply, variation: Variation) -> None:
        """Answer a question of the archive once more, differently; its text is what was asked."""
        language = utterance.language or language_of(utterance.text)
        work = self._handle("ask", utterance.text, utterance, reply, language, variation=variation)
        await self._told(work, utterance, reply, language)

    async def give_meant(self, answer_id: str, utterance: Utterance, reply: Reply) -> bool:
        """Give the standard answer named beside an answer; False when it is there already. Raises ``NotFound``."""
        given = await self._meant.give(
            answer_id,
            person_id=utterance.person.person_id,
            channel_id=utterance.channel.channel_id,
            audience=await self._audience(utterance),
        )
        if given is None:
            return False
        await reply.finish(given)
        return True

    async def _route(self, utterance: Utterance, reply: Reply, language: Language) -> None:
        if utterance.kind == "overheard":
            await self._handle("overheard", utterance.text, utterance, reply, language)
        elif utterance.kind == "command" or is_command(utterance.text):
            await self._command(utterance, reply, language)
        else:
            intent = await self._parts.intents.of(utterance.text)
            _log.debug("intent", kind=intent.kind, confidence=intent.confidence)
            whole = "" if intent.kind in ("summary", "catchup") else utterance.text
            text = intent.rest or whole
            await self._handle(OF_INTENTS[intent.kind], text, utterance, reply, language, intent)

    async def _told(self, work: Awaitable[None], utterance: Utterance, reply: Reply, language: Language) -> None:
        """Do the work; what makes it fail is told."""
        try:
            await work
        except ShiguangError as error:
            await self._fail(error, utterance, reply, language)
        except Exception:  # noqa: BLE001 - the edge
            # Nothing raw reaches a chat; the operator finds the trace in the log by the code.
            _log.exception("conversation failed", channel_id=utterance.channel.channel_id)
            await self._fail(ShiguangError(), utterance, reply, language)

    async def _fail(self, error: ShiguangError, utterance: Utterance, reply: Reply, language: Language) -> None:
        """Say why there is no answer; nobody who was only overheard waits for one."""
        if utterance.kind == "overheard":
            await reply.drop()
        else:
            await reply.fail(notice(error, language))

    async def _command(self, utterance: Utterance, reply: Reply, language: Language) -> None:
        parsed = parse_command(utterance.text)
        command = parsed.command
        if command is None:
            await reply.finish(plain(say("unknown_command", language, name=parsed.name[:ECHOED]), language))
        elif command.needs_text and not parsed.text:
            await reply.finish(plain(say("empty_question", language, usage=command.usage[language]), language))
        else:
            await self._handle(command.name, parsed.text, utterance, reply, language)

    async def _handle(
        self,
        name: str,
        text: str,
        utterance: Utterance,
        reply: Reply,
        language: Language,
        intent: Intent | None = None,
        variation: Variation | None = None,
    ) -> None:
        request = Request(
            utterance=utterance,
            text=text,
            language=language,
            intent=intent,
            audience=lambda: self._audience(utterance),
            turns=lambda: earlier_turns(self._parts.database, utterance),
            variation=variation,
        )
        await self._handlers[name](request, reply)

    async def _audience(self, utterance: Utterance) -> Audience:
        """Everybody who will read the reply: a command's is shown to its person alone."""
        permissions = self._parts.permissions
        if utterance.kind == "command":
            return await permissions.of_person(
                utterance.person.person_id,
                platform=utterance.person.platform,
                workspace_id=utterance.channel.workspace_id,
            )
        return await permissions.of_channel(utterance.channel.channel_id)
