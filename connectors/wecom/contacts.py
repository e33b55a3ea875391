"""Chats in which somebody has written to a robot: only there may it write by itself."""

from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.wecom.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A group by its ``chatid``, or the direct chat with a person by ``userid``."""

    chat_id: str
    is_group: bool

    @property
    def chat_type(self) -> int:
        """As in ``aibot_send_msg``."""
        return 2 if self.is_group else 1


def chat_of(*, chat_id: str | None, user_id: str | None) -> Chat:
    """The chat that a ``Speaker`` is asked to write to. Raises ``ValueError`` unless exactly one is given."""
    if (chat_id is None) == (user_id is None):
        raise ValueError("exactly one of chat_id and user_id is needed")
    return Chat(chat_id=chat_id or user_id or "", is_group=chat_id is not None)


class Contacts:
    """Of one robot; outlives restarts."""

    def __init__(self, site: Site, *, name: str) -> None:
        self._notebook = site.host.notebook
        self._source = site.source
        self._name = name
        self._known: set[Chat] = set()

    async def spoke(self, chat: Chat) -> None:
        """Somebody wrote to the robot there."""
        if chat not in self._known:
            await self._notebook.write(self._source, self._key(chat), {"since": datetime.now(UTC).isoformat()})
            self._known.add(chat)

    async def knows(self, chat: Chat) -> bool:
        """Whether somebody did."""
        if chat not in self._known and await self._notebook.read(self._source, self._key(chat)) is not None:
            self._known.add(chat)
        return chat in self._known

    async def forget(self, chat: Chat) -> None:
        """WeCom says that the robot may not write there (any more)."""
        self._known.discard(chat)
        await self._notebook.write(self._source, self._key(chat), None)

    def _key(self, chat: Chat) -> str:
        return f"contact:{self._name}:{'group' if chat.is_group else 'person'}:{chat.chat_id}"
