"""Answering what nobody asked the bot: seldom, and only when the archive plainly holds the answer.

A wrong word here costs more than a hundred right ones are worth: everything doubtful is silence.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import structlog

from bot.answering.answerer import Question
from bot.answering.draft import Draft
from bot.answering.evidence import Evidence
from bot.conversation.request import Parts, Request
from bot.language import language_of
from bot.rewriting.references import reference_in
from bot.rewriting.topics import topic_words
from connectors.connector import Reply
from knowledge.lexical import terms

_log = structlog.get_logger(__name__)

SECONDS_BETWEEN: Final = 600.0
"""Between two unasked answers in one channel."""
_CHANNELS: Final = 10_000
_SURE: Final = 0.9
_LONGEST: Final = 200
"""Characters; a longer message is a report, not a question for everybody."""
_SHARE: Final = 0.8
"""Of the words of the question that one passage must hold. On 96 questions that the archive cannot answer this keeps
92 from the model (0.6: 78), and lets a third of those that it can answer through."""
_SOMEBODY = re.compile(
    r"[@＠]|(?i:\b(?:you|your|yours|u|ya)\b)|[你您]"
    r"|^\s*(?!(?:Anyone|Anybody|Everyone|Hey|Hi|So|Ok|Well|And|But|Question)\b)[A-Z][a-z]+\s*[,:]|^[\u3400-\u9fff]{2,4}[,，:：]"
)
"""Somebody is addressed: by a mention, by ``you``, or by a name before a comma."""
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+")
_EVERYBODY = re.compile(
    r"(?:does )?(?:anyone|anybody|someone)(?: here)? know|(?:can|could) (?:anyone|anybody|someone) tell me"
    r"|(?:有没有人|有人|谁)(?:知道|记得|清楚)|大家(?:知道|记得)?[,，]?|各位[,，]?|请问[,，]?|问一下[,，]?",
    re.IGNORECASE,
)


class Overhearing:
    """Answers an overheard question in its thread, or drops the reply."""

    def __init__(self, parts: Parts) -> None:
        self._answerer = parts.answerer
        self._intents = parts.intents
        self._spoken_at: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Say what is plainly known; nothing else."""
        utterance = request.utterance
        channel_id = utterance.channel.channel_id
        if not self._may_speak(channel_id) or not await self._is_for_everybody(request):
            await reply.drop()
            return
        result = await self._answerer.answer(
            Question(
                text=utterance.text,
                audience=await request.audience(),
                channel_id=channel_id,
                person_id=utterance.person.person_id,
                person_name=utterance.person.name,
                record_id=utterance.record_id,
                language=language_of(utterance.text, otherwise=request.language),
                now=utterance.said_at,
                audience_now=request.audience,
                gate=PlainlyKnown(utterance.text),
                conversation=request.conversation,
            )
        )
        # Another question of the channel may have been answered meanwhile.
        if result.answer.abstained or not self._may_speak(channel_id):
            await reply.drop()
            return
        self._spoke(channel_id)
        _log.info("answered unasked", channel_id=channel_id, answer_id=result.answer.answer_id)
        await reply.sources(result.answer.citations)
        await reply.finish(result.answer)

    async def _is_for_everybody(self, request: Request) -> bool:
        """A question by its form, put to nobody, that stands alone, in a thread where the bot has not spoken yet."""
        text = request.utterance.text.strip()
        asked = _EVERYBODY.sub(" ", text).strip()
        if not asked or len(text) > _LONGEST or request.utterance.person.is_bot:
            return False
        if _SOMEBODY.search(asked) or reference_in(asked) is not None:
            return False
        if not topic_words(asked) or any(turn.by_bot for turn in await request.turns()):
            return False
        intent = await self._intents.of(text)
        return intent.kind == "question" and intent.confidence >= _SURE

    def _may_speak(self, channel_id: str) -> bool:
        return time.monotonic() - self._spoken_at.get(channel_id, float("-inf")) >= SECONDS_BETWEEN

    def _spoke(self, channel_id: str) -> None:
        self._spoken_at[channel_id] = time.monotonic()
        self._spoken_at.move_to_end(channel_id)
        if len(self._spoken_at) > _CHANNELS:
            self._spoken_at.popitem(last=False)


class PlainlyKnown:
    """Lets the model be asked when one passage holds most words of the question, and speak when all is supported."""

    def __init__(self, question: str) -> None:
        self._question = question

    def lets_ask(self, evidence: Sequence[Evidence]) -> bool:
        """Whether a passage plainly matches."""
        return any(self._share(item) >= _SHARE for item in evidence)

    def lets_say(self, draft: Draft) -> bool:
        """Whether it is an answer, every sentence of it is supported, and what it cites plainly matches."""
        if draft.abstained or any(check["problem"] for check in draft.trace.get("checks", [])):
            return False
        return any(item.n in draft.cited and self._share(item) >= _SHARE for item in draft.evidence)

    def _share(self, item: Evidence) -> float:
        """The share of the question's words that a passage holds, with who said it and the name of the file."""
        wanted = {term for word in topic_words(self._question) for term in terms(word)}
        held = set(terms(f"{item.author} {item.file_name or ''} {item.text}"))
        if not set(terms(" ".join(_NAME.findall(self._question)))) <= held:
            return 0.0  # It tells of somebody or something else.
        return len(wanted & held) / len(wanted) if wanted else 0.0
