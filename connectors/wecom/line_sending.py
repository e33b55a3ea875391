"""What a robot writes over its long connection besides streams: messages that stand alone, within the chat's budget."""

import asyncio
import random
from typing import Any

from connectors.wecom.chat_budget import ChatBudget
from connectors.wecom.connection import LongConnection
from connectors.wecom.contacts import Chat
from connectors.wecom.errors import WeComError
from connectors.wecom.exchange import WeComUnreached
from connectors.wecom.site import Json

BUSY = -1
CONFLICT = 6000
FREQUENCY = 45009
PATIENCE_SECONDS = 90.0
"""How long something waits for the chat's budget: longer than the minute that WeCom blocks a chat for."""
RECONNECTING_SECONDS = 60.0
_TRIES = 4


class LineSending:
    """Shared by a robot's replies and pushes."""

    def __init__(self, connection: LongConnection, budget: ChatBudget) -> None:
        self.connection = connection
        self.budget = budget

    async def push(self, chat: Chat, message: Json) -> None:
        """``aibot_send_msg``: ``message`` is ``msgtype`` and what belongs to it.

        Raises ``WeComError``; ``WeComAway`` also when WeCom did not say whether it took the message.
        """
        body: dict[str, Any] = {"chatid": chat.chat_id, "chat_type": chat.chat_type, **message}
        for attempt in range(_TRIES):
            await self.budget.take(chat.chat_id, patience=PATIENCE_SECONDS)
            await self.connection.until_connected(seconds=RECONNECTING_SECONDS)
            try:
                await self.connection.request("aibot_send_msg", body)
            except WeComUnreached:
                if attempt == _TRIES - 1:
                    raise
            except WeComError as error:
                if attempt == _TRIES - 1 or not await self.may_try_again(error, chat, attempt):
                    raise
            else:
                return

    async def may_try_again(self, error: WeComError, chat: Chat, attempt: int) -> bool:
        """Whether a refusal passes by itself; returns after a short pause when it does."""
        if error.code == FREQUENCY:
            self.budget.refused(chat.chat_id)
            return True
        if error.code in (BUSY, CONFLICT):
            await asyncio.sleep(0.2 * 2**attempt * random.uniform(1.0, 1.5))  # noqa: S311 - spreads, no secret
            return True
        return False


def markdown_message(markdown: str, *, feedback_id: str | None) -> dict[str, Any]:
    """Markdown that stands alone."""
    content: dict[str, Any] = {"content": markdown}
    if feedback_id:
        content["feedback"] = {"id": feedback_id}
    return {"msgtype": "markdown", "markdown": content}


def card_message(card: Json) -> dict[str, Any]:
    """A template card that stands alone."""
    return {"msgtype": "template_card", "template_card": dict(card)}
