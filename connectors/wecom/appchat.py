"""Groups that the app made itself: the only ones that it can write to, and whose members it is told."""

import asyncio
import hashlib
import logging
import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.events import ChannelChanged, ChannelRef, PersonRef
from connectors.live_host import LiveHost
from connectors.wecom.api import WeComApi
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.ids import group_id, person_id
from connectors.wecom.markdown import APP, messages
from connectors.wecom.send_pacing import SendPacing
from connectors.wecom.site import Json

PER_MINUTE = 200
_NOTE = "appchat:"
_GONE = frozenset({86001, 86003})
_FOREIGN = 86008
_EXISTS = 86215
_LOOK_AGAIN_SECONDS = 3600.0
_FIRST_LOOK_SECONDS = 60.0
_LONGEST_NAME = 50
_CHAT_ID = re.compile(r"[0-9a-zA-Z]{1,32}")

_log = logging.getLogger(__name__)


class AppChats:
    """Of one app; which ones there are outlives restarts. People and names are told to the host when they change."""

    def __init__(
        self, api: WeComApi, *, host: LiveHost, source: str, workspace_id: str, pacing: SendPacing | None = None
    ) -> None:
        self._api = api
        self._host = host
        self._source = source
        self._workspace_id = workspace_id
        self._pacing = pacing or SendPacing(per_minute=PER_MINUTE)
        self._told: dict[str, str] = {}

    async def create(self, *, name: str, owner: str, members: Sequence[str], chat_id: str) -> ChannelRef:
        """Make a group of 2 to 2,000 members; ``chat_id`` is ours to choose, so that making it twice is once.

        Raises ``ValueError`` for a name or id that WeCom would not take, and as ``WeComApi.call``.
        """
        if not 0 < len(name) <= _LONGEST_NAME:
            raise ValueError(f"a group's name has 1 to {_LONGEST_NAME} characters")
        if not _CHAT_ID.fullmatch(chat_id):
            raise ValueError("a group's id has 1 to 32 letters and digits")
        userlist = list(dict.fromkeys([owner, *members]))
        try:
            await self._api.call("appchat/create", name=name, owner=owner, userlist=userlist, chatid=chat_id)
        except WeComError as error:
            if error.code != _EXISTS:
                raise
        await self._host.notebook.write(self._source, _NOTE + chat_id, {"made_at": datetime.now(UTC).isoformat()})
        return await self.look(chat_id)

    async def update(
        self, chat_id: str, *, name: str | None = None, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> ChannelRef:
        """Rename a group, or let people in and out."""
        await self._api.call(
            "appchat/update",
            chatid=chat_id,
            name=name,
            add_user_list=list(add) or None,
            del_user_list=list(remove) or None,
        )
        return await self.look(chat_id)

    async def made(self) -> list[str]:
        """The ids of the groups that the app made and that are still there."""
        notes = await self._host.notebook.all(self._source, _NOTE)
        return [key.removeprefix(_NOTE) for key in notes]

    async def is_ours(self, chat_id: str) -> bool:
        """Whether the app made this group."""
        return await self._host.notebook.read(self._source, _NOTE + chat_id) is not None

    async def look(self, chat_id: str) -> ChannelRef:
        """Ask WeCom who is in a group and tell the host, if it is news. Raises as ``WeComApi.call``."""
        try:
            answer = await self._api.call("appchat/get", chatid=chat_id)
        except WeComError as error:
            if error.code in _GONE or error.code == _FOREIGN:
                await self._gone(chat_id)
            raise
        info: Json = answer.get("chat_info") or {}
        people = [_person(user) for user in info.get("userlist") or () if isinstance(user, str) and user]
        channel = self._channel(chat_id, str(info.get("name") or chat_id))
        await self._tell(chat_id, channel, people)
        return channel

    async def send_markdown(self, chat_id: str, markdown: str) -> None:
        """Post into a group of ours; what does not fit into one message is sent as several."""
        for piece in messages(markdown, dialect=APP):
            await self._send(chat_id, "markdown", {"content": piece})

    async def send_media(self, chat_id: str, *, kind: str, media_id: str) -> None:
        """An uploaded file."""
        await self._send(chat_id, kind, {"media_id": media_id})

    async def keep_looking(self) -> None:
        """Until cancelled: who is in which group, once an hour."""
        pause = _FIRST_LOOK_SECONDS
        while True:
            if await self.look_at_all():
                pause = _LOOK_AGAIN_SECONDS
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, keeps no secret

    async def look_at_all(self) -> bool:
        """Look at every group of ours; False when WeCom could not be asked about some."""
        is_complete = True
        for chat_id in await self.made():
            try:
                await self.look(chat_id)
            except (WeComError, WeComAway) as error:
                is_complete = False
                _log.warning("a group of the app could not be looked up: %s", error)
        return is_complete

    async def _send(self, chat_id: str, msgtype: str, content: Json) -> None:
        await self._pacing.turn(chat_id, call="appchat/send")
        try:
            await self._api.call("appchat/send", chatid=chat_id, msgtype=msgtype, **{msgtype: content})
        except WeComError as error:
            if error.code in _GONE:
                await self._gone(chat_id)
            raise

    async def _gone(self, chat_id: str) -> None:
        """Nobody is in it any more; what was said there stays as it is kept."""
        if not await self.is_ours(chat_id):
            return
        channel_id = group_id(chat_id)
        known = (await self._host.known_channels([channel_id])).get(channel_id)
        channel = (known or self._channel(chat_id, chat_id)).model_copy(update={"archived": True})
        await self._tell(chat_id, channel, [])
        await self._host.notebook.write(self._source, _NOTE + chat_id, None)

    async def _tell(self, chat_id: str, channel: ChannelRef, people: Sequence[PersonRef]) -> None:
        described = "\n".join(part.model_dump_json() for part in (channel, *people))
        told = hashlib.sha256(described.encode()).hexdigest()[:24]
        if self._told.get(chat_id) == told:
            return
        at = datetime.now(UTC)
        changed = ChannelChanged(
            event_id=f"{channel.channel_id}:appchat:{told}:{int(at.timestamp() * 1000)}",
            occurred_at=at,
            channel=channel,
            members=tuple(people),
        )
        await self._host.accept([changed])
        self._told[chat_id] = told

    def _channel(self, chat_id: str, name: str) -> ChannelRef:
        return ChannelRef(
            channel_id=group_id(chat_id),
            platform="wecom",
            name=name,
            visibility="private",
            workspace_id=self._workspace_id,
        )


def _person(user_id: str) -> PersonRef:
    return PersonRef(person_id=person_id(user_id), platform="wecom", name=user_id)
