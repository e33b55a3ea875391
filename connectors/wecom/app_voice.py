"""The reply of an app to one message: nothing streams here, so a word of patience comes when the answer takes long."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable
from typing import Final

from connectors.connector import Language
from connectors.wecom.app_sending import AppSending, SentMessage
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.markdown import APP, messages
from connectors.wecom.site import Json
from connectors.wecom.texts import language_of

PATIENCE_SECONDS: Final = 2.0

PATIENCE: Final[dict[Language, str]] = {"zh": "正在查…", "en": "Looking it up…"}
NO_VOICE: Final[dict[Language, str]] = {
    "zh": "应用收到的语音没有文字，我听不懂。请打字告诉我，或者用输入法的语音转文字。",
    "en": "Voice messages reach an app without words, so I cannot understand them. Please type, or dictate.",
}

_log = logging.getLogger(__name__)


class AppVoice:
    """``connectors.wecom.site.Voice``. ``purpose`` names the message that is answered, ``resumed`` as of letters."""

    def __init__(
        self,
        sending: AppSending,
        *,
        user_id: str,
        purpose: str,
        asked: str,
        resumed: bool = False,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._sending = sending
        self._user_id = user_id
        self._purpose = purpose
        self._asked = asked
        self._resumed = resumed
        self._patience_seconds = patience_seconds
        self._ending = asyncio.Event()
        self._notice: SentMessage | None = None
        self._telling: asyncio.Task[None] | None = None
        self._said_something = False
        self._pieces: list[str] = []
        self._done = 0

    @property
    def streams(self) -> bool:
        """Nothing is seen before the end."""
        return False

    def judged_as(self, feedback_id: str) -> None:
        """Apps have no thumbs under what they send."""

    async def show(self, markdown: str) -> None:
        """Nothing: see ``during``."""

    async def finish(self, markdown: str) -> None:
        """The whole text, in as many messages as it takes; called again it goes on where it failed.

        Raises ``WeComError`` and ``WeComAway``.
        """
        await self._end_patience()
        pieces = messages(markdown, dialect=APP)
        if pieces != self._pieces:
            self._pieces, self._done = pieces, 0
        for place in range(self._done, len(pieces)):
            await self._sending.markdown(
                self._user_id, pieces[place], purpose=f"{self._purpose}:{place}", resumed=self._resumed
            )
            self._done, self._said_something = place + 1, True

    async def card(self, card: Json) -> None:
        """A template card as a message of its own."""
        await self._end_patience()
        await self._sending.card(self._user_id, card)
        self._said_something = True

    async def during(self, work: Awaitable[None]) -> None:
        """Wait for the answer; say that it is on its way when it takes more than two seconds.

        When nothing came of it (the question was taken back), that is taken back too.
        """
        self._telling = asyncio.create_task(self._ask_for_patience(), name="wecom app patience")
        try:
            await work
        except BaseException:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
            raise
        await self._end_patience()
        if self._notice is not None and not self._said_something:
            with contextlib.suppress(WeComError, WeComAway):
                await self._sending.recall(self._notice)

    async def _ask_for_patience(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience_seconds):
                await self._ending.wait()
        if self._ending.is_set() or not self._asked.strip():
            return
        text = PATIENCE[language_of(self._asked) or "zh"]
        try:
            self._notice = await self._sending.text(self._user_id, text)
        except (WeComError, WeComAway) as error:
            _log.info("nobody could be asked for patience: %s", error)
        except Exception:  # noqa: BLE001 - an owned task: the answer does not depend on it
            _log.exception("nobody could be asked for patience")

    async def _end_patience(self) -> None:
        """No word of patience may come after the answer: one that is under way is let through first."""
        self._ending.set()
        if self._telling is not None:
            await asyncio.wait({self._telling})
