"""What changes or deletes something: never done on a sentence, always put to the person on a card."""

import re
from typing import Any, Final

from bot.confirming import Asked
from bot.confirming.forgetting import KIND as FORGET
from bot.confirming.forgetting import is_about_oneself, read_forget_wish
from bot.confirming.setting import DIGEST, LISTEN, digest_details, listen_details
from bot.confirming.texts import told
from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.digests.wording import read_wish
from bot.errors import BadInput
from bot.texts import say
from connectors.connector import Reply
from knowledge.lexical import normalize

_DIGESTS: Final = re.compile(r"\b(?:digests?|summar(?:y|ies)|recaps?|reports?)\b|日报|周报|摘要|简报|总结|汇总")
_QUIET: Final = re.compile(
    r"\b(?:stop|don't|do not|never|quit|mute|quiet|silent|shut up|turn off|switch off|disable|only when)\b"
    r"|别|不要|不用|关|停|闭嘴|安静|只在|被@"
)
_LISTENS: Final = re.compile(
    r"\b(?:listen\w*|unasked|without (?:a |being )?(?:mention|asked)\w*|chim\w*|interrupt\w*|interject\w*|butt\w*"
    r"|speak up|answer\w*|repl\w*"
    r"|quiet|silent|mute|unmute|shut up)\b|插话|主动|监听|旁听|听|回答|回复|说话|闭嘴|安静|插嘴|发言"
)
_LANGUAGE: Final = re.compile(r"\b(?:english|chinese|mandarin)\b|[中英汉]文|[英汉]语|普通话|[简繁]体")
"""In which language to answer is no setting: it is that of the question."""


class Forgetting:
    """Asks before a person's own messages go; those of others are not theirs to delete."""

    def __init__(self, parts: Parts) -> None:
        self._confirmations = parts.confirmations
        self._own = parts.forgetting_own
        self._zone = parts.zone

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Count what would go and ask; raises ``BadInput`` for a command that cannot be read."""
        utterance, language = request.utterance, request.language
        is_command = request.intent is None
        said = request.text if is_command else utterance.text
        if not is_command and not is_about_oneself(said):
            await reply.finish(plain(say("how_to_forget", language), language))
            return
        try:
            wish = read_forget_wish(said, language, now=utterance.said_at, zone=self._zone)
        except BadInput:
            if is_command:
                raise
            await reply.finish(plain(say("how_to_forget", language), language))
            return
        details = await self._own.details(
            wish, person=utterance.person, channel_id=utterance.channel.channel_id, now=utterance.said_at
        )
        if details is None:
            await reply.finish(plain(told("forget_nothing", language), language))
            return
        asked = Asked(person=utterance.person, details=details, language=language)
        await reply.confirm(await self._confirmations.put(FORGET, asked, channel_id=utterance.channel.channel_id))


class Setting:
    """Asks before a setting that was named in plain words is changed; otherwise tells which commands do it."""

    def __init__(self, parts: Parts) -> None:
        self._confirmations = parts.confirmations

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Ask, or say how."""
        meant = _meant(request)
        if meant is None:
            await reply.finish(plain(say("how_to_set", request.language), request.language))
            return
        kind, details = meant
        asked = Asked(person=request.utterance.person, details=details, language=request.language)
        channel_id = request.utterance.channel.channel_id
        await reply.confirm(await self._confirmations.put(kind, asked, channel_id=channel_id))


def _meant(request: Request) -> tuple[str, dict[str, Any]] | None:
    utterance = request.utterance
    words = normalize(utterance.text)
    if _DIGESTS.search(words):
        try:
            wish = read_wish(utterance.text, request.language, strict=False)
        except BadInput:
            return None
        return (DIGEST, digest_details(wish, utterance.channel)) if wish.action in ("set", "off") else None
    if _LISTENS.search(words) and not _LANGUAGE.search(words) and utterance.channel.visibility != "direct":
        return LISTEN, listen_details(utterance.channel, is_on=_QUIET.search(words) is None)
    return None
