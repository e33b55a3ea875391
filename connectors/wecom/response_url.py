"""``response_url``: one reply to a callback, within the hour, in plain JSON and without any token."""

import asyncio
import logging
import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp

from connectors.wecom.byte_text import cut
from connectors.wecom.errors import ReplyExpired, ReplyUncertain, WeComAway, WeComError
from connectors.wecom.exchange import WeComUnreached, check, exchange
from connectors.wecom.markdown import AIBOT
from connectors.wecom.site import Json

CALL: Final = "aibot/response"
LIFE: Final = timedelta(minutes=59)
"""WeCom says an hour, from when it made the callback."""
_SECONDS: Final = 10.0
_TRIES: Final = 4

_log = logging.getLogger(__name__)


class ResponseUrl:
    """One address. It is a secret: whoever has it can speak in the chat once."""

    def __init__(self, session: aiohttp.ClientSession, url: str, *, received_at: datetime, proxy: str | None) -> None:
        self._session = session
        self._url = url
        self._until = received_at + LIFE
        self._proxy = proxy
        self._is_used = not url

    @property
    def is_usable(self) -> bool:
        """Whether it was not used yet and is not too old."""
        return not self._is_used and datetime.now(UTC) < self._until

    async def say(self, markdown: str, *, feedback_id: str | None) -> None:
        """Show one message, which in a group quotes the one that it answers. Raises as ``show_card``."""
        content: dict[str, Any] = {"content": cut(markdown, AIBOT.limit)}
        if feedback_id:
            content["feedback"] = {"id": feedback_id}
        await self._use({"msgtype": "markdown", "markdown": content})

    async def show_card(self, card: Json) -> None:
        """Show a card; in direct chats only.

        Raises ``ReplyExpired`` when it was used, is too old or is refused, and ``ReplyUncertain`` when the answer of a
        call was lost, which counts as used.
        """
        await self._use({"msgtype": "template_card", "template_card": dict(card)})

    async def _use(self, message: Json) -> None:
        if not self.is_usable:
            raise ReplyExpired(f"{CALL}: used, or too old")
        self._is_used = True
        for attempt in range(_TRIES):
            try:
                answer = await exchange(
                    self._session,
                    "POST",
                    self._url,
                    name=CALL,
                    seconds=_SECONDS,
                    params={},
                    body=message,
                    proxy=self._proxy,
                )
                check(CALL, answer, secrets=(self._url,))
            except WeComUnreached as error:
                if attempt == _TRIES - 1:
                    self._is_used = False
                    raise ReplyExpired(str(error)) from None
                await asyncio.sleep(0.5 * 2**attempt * random.uniform(1.0, 1.5))  # noqa: S311 - spreads, no secret
            except WeComAway as error:
                _log.warning("whether a reply was taken is not known: %s", error)
                raise ReplyUncertain(str(error)) from None
            except WeComError as error:
                _log.warning("a reply was not taken: %s", error)
                raise ReplyExpired(str(error)) from None
            else:
                return
