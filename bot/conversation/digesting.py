"""``/digest``: what happened here since yesterday, and the digests that come by themselves."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.digests.digest import within
from bot.digests.keeping import KeptDigests
from bot.digests.setting_up import SettingUp
from bot.digests.showing import shown
from bot.digests.texts import told
from bot.digests.wording import read_wish
from bot.errors import Language
from connectors.connector import Reply

_SINCE: Final = timedelta(days=1)
_SECONDS: Final = 90.0
"""Of the model: longer than this nobody waits in a chat."""
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_NAMES: Final = re.compile(r"[#＃]\S+")


class Digesting:
    """Makes a digest at once, or does what is said about those that come by themselves."""

    def __init__(self, parts: Parts) -> None:
        self._database = parts.database
        self._maker = parts.digest_maker
        self._schedules = parts.schedules
        self._zone = parts.zone
        self._kept = KeptDigests(parts.database)
        self._setting_up = SettingUp(
            database=parts.database, permissions=parts.permissions, schedules=parts.schedules, zone=parts.zone
        )

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Raises ``BadInput`` with examples for words that mean nothing here."""
        utterance, language = request.utterance, _language(request)
        wish = read_wish(request.text, language)
        if wish.action == "now":
            await self._now(request, reply, personal=wish.personal)
            return
        said = await self._setting_up.carry_out(
            wish, person=utterance.person, channel=utterance.channel, language=language, now=utterance.said_at
        )
        await reply.finish(plain(said, language))

    async def _now(self, request: Request, reply: Reply, *, personal: bool) -> None:
        """Of this channel; in a direct chat, or with ``me``, of every channel that the person is in."""
        utterance, language = request.utterance, _language(request)
        await reply.status(told("reading", language))

        async def progress(done: int, of: int) -> None:
            await reply.status(told("read", language, done=done, of=of))

        wanted = {str(utterance.channel.channel_id)}
        if personal or utterance.channel.visibility == "direct":
            wanted = await self._schedules.joined(utterance.person.person_id, platform=utterance.person.platform)
        audience = await request.audience()
        digest = await self._maker.of_period(
            wanted & {str(channel_id) for channel_id in audience.channel_ids},
            since=utterance.said_at - _SINCE,
            until=utterance.said_at,
            language=language,
            timezone=str(self._zone),
            progress=progress,
            seconds=_SECONDS,
            asker=utterance.person.person_id,
        )
        digest = within(digest, {str(channel_id) for channel_id in (await request.audience()).channel_ids})
        if utterance.kind != "command":
            # It becomes a message that stays: kept, so that its lines go with their messages.
            digest = replace(digest, target_channel_id=utterance.channel.channel_id)
            digest = await self._kept.keep(digest, "posted") or digest
        async with self._database.read() as connection:
            answer = await connection.run_sync(lambda sync: shown(Session(sync), digest))
        if answer.citations:
            await reply.sources(answer.citations)
        await reply.finish(answer)


def _language(request: Request) -> Language:
    """Chinese for who types it in Chinese, whatever the page is in: a digest comes in the language it was set up in."""
    typed = _NAMES.sub("", request.utterance.text)
    return "zh" if _CHINESE.search(typed) else request.language
