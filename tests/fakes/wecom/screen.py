"""What people see in their chats: the only thing that counts in the end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.wecom.refusals import Json
from tests.fakes.wecom.world import Chat

Via = Literal["app", "robot", "webhook"]


@dataclass(kw_only=True)
class Shown:
    """A message of the bot as it stands in a chat now."""

    number: int
    chat: Chat
    via: Via
    msgtype: str
    text: str = ""
    card: Json | None = None
    card_for: dict[str, Json] = field(default_factory=dict)
    """Cards that were updated for single people only."""
    file_name: str = ""
    data: bytes = b""
    feedback_id: str | None = None
    finished: bool = True
    frames: list[str] = field(default_factory=list)
    """The texts that a stream showed one after the other."""
    images: list[bytes] = field(default_factory=list)
    quotes: str = ""
    """The msgid it answers, where the platform shows that."""
    msgid: str = ""
    response_code: str = ""
    recalled: bool = False

    @property
    def task_id(self) -> str:
        """Of its card."""
        return str((self.card or {}).get("task_id", ""))


class Screen:
    """All chats of the company, as far as the bot wrote into them."""

    def __init__(self) -> None:
        self.messages: list[Shown] = []
        self._changed = asyncio.Condition()

    async def show(self, shown: Shown) -> Shown:
        """A new message appears."""
        self.messages.append(shown)
        await self.changed()
        return shown

    async def changed(self) -> None:
        """Tell those who wait that something looks different."""
        async with self._changed:
            self._changed.notify_all()

    def of(self, chatid: str) -> list[Shown]:
        """What stands in one chat (a group's chatid or a person's userid), oldest first."""
        return [shown for shown in self.messages if shown.chat.chatid == chatid and not shown.recalled]

    async def until(self, condition: Callable[[Shown], bool], *, seconds: float = 20.0) -> Shown:
        """The first message for which this is true, now or as soon as there is one; a real time limit guards it."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: any(condition(shown) for shown in self.messages))
        return next(shown for shown in self.messages if condition(shown))
