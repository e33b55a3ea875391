"""Settings said in plain words: the digest of a channel or person, and whether the bot answers unasked."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from bot.confirming.action import Asked
from bot.confirming.texts import told
from bot.digests.setting_up import SettingUp
from bot.digests.wording import Wish
from bot.errors import NotPermitted
from bot.permissions import Permissions
from bot.texts import say
from bot.truth.listening import Listening
from connectors.events import ChannelRef

DIGEST: Final = "digest"
LISTEN: Final = "listen"


def digest_details(wish: Wish, channel: ChannelRef) -> dict[str, Any]:
    """For a card about a digest."""
    return {"wish": asdict(wish), "channel": channel.model_dump(mode="json")}


def listen_details(channel: ChannelRef, *, is_on: bool) -> dict[str, Any]:
    """For a card about answering unasked."""
    return {"is_on": is_on, "channel": channel.model_dump(mode="json")}


class SettingDigests:
    """The action: sets up or ends a digest."""

    deletes: ClassVar[bool] = False

    def __init__(self, setting_up: SettingUp) -> None:
        self._setting_up = setting_up

    def question(self, asked: Asked) -> str:
        """Where and when."""
        return self._setting_up.question(_wish(asked.details), channel=_channel(asked.details), language=asked.language)

    async def carry_out(self, asked: Asked) -> str:
        """Do it; raises ``NotPermitted`` for a channel that the person is not in."""
        return await self._setting_up.carry_out(
            _wish(asked.details),
            person=asked.person,
            channel=_channel(asked.details),
            language=asked.language,
            now=datetime.now(UTC),
        )


class SettingListening:
    """The action: has the bot answer unasked in a channel, or no longer."""

    deletes: ClassVar[bool] = False

    def __init__(self, listening: Listening, permissions: Permissions) -> None:
        self._listening = listening
        self._permissions = permissions

    def question(self, asked: Asked) -> str:
        """On or off."""
        return told("listen_on" if asked.details["is_on"] else "listen_off", asked.language)

    async def carry_out(self, asked: Asked) -> str:
        """Do it; raises ``NotPermitted`` for a channel that the person is not in."""
        channel_id, is_on = _channel(asked.details).channel_id, bool(asked.details["is_on"])
        if not await self._permissions.is_member(asked.person.person_id, channel_id):
            raise NotPermitted
        await self._listening.change(channel_id, answers_unasked=is_on, by=asked.person.person_id)
        return say("listening_on" if is_on else "listening_off", asked.language)


def _channel(details: Mapping[str, Any]) -> ChannelRef:
    return ChannelRef.model_validate(details["channel"])


def _wish(details: Mapping[str, Any]) -> Wish:
    wish = dict(details["wish"])
    return Wish(**{**wish, "channels": tuple(wish["channels"])})
