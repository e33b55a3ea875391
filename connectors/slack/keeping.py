"""Keeping one workspace open: tried again with growing pauses, ended at once when the bot was thrown out."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from hashlib import sha256

from connectors.live_host import LiveHost
from connectors.slack.api import BAD_TOKEN
from connectors.slack.configuration import WorkspaceTokens
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import text_of
from connectors.slack.revoked import THROWN_OUT
from connectors.slack.workspace import Workspace

_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 900.0
_NOTES = "slack"

_log = logging.getLogger(__name__)

Opening = Callable[[], AbstractAsyncContextManager[Workspace]]


class Keeper:
    """Owns a workspace of the settings. ``problem`` is a code while it is not open: Slack's own, or ``away``."""

    def __init__(self, tokens: WorkspaceTokens, opening: Opening, host: LiveHost) -> None:
        self.name = tokens.name
        self._note = f"token:{sha256(tokens.bot_token.encode()).hexdigest()[:32]}"
        self.workspace: Workspace | None = None
        self.problem = "starting"
        self._opening = opening
        self._host = host
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        """``ok``, ``disconnected`` while a lost connection is made anew, or the problem."""
        if self.workspace is None:
            return self.problem
        return "ok" if self.workspace.is_connected else "disconnected"

    async def start(self) -> None:
        """Returns when it is open, or when the first try has failed."""
        self._task = asyncio.create_task(self._keep(), name=f"slack {self.name}")
        await self._tried.wait()

    async def close(self) -> None:
        """Close it and try no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            opened_at: float | None = None
            try:
                async with self._opening() as workspace:
                    opened_at = asyncio.get_running_loop().time()
                    await self._remember(workspace.site.me.workspace_id)
                    self.workspace, self.problem = workspace, ""
                    self._tried.set()
                    self.problem = await workspace.ended()
                    self.workspace = None
                    _log.error("Slack workspace %s: stopped, %s%s", self.name, self.problem, _advice(self.problem))
            except SlackError as error:
                self.problem = error.code
                _log.error("Slack workspace %s: %s%s", self.name, error, _advice(error.code, needed=error.needed))
            except SlackAway as error:
                self.problem = "away"
                _log.warning("Slack workspace %s: %s", self.name, error)
            except Exception:  # noqa: BLE001 - the other workspaces go on, and this one is tried again
                self.problem = "unexpected"
                _log.exception("Slack workspace %s", self.name)
            finally:
                self.workspace = None
            if self.problem in THROWN_OUT:
                await self._tell_gone()
            self._tried.set()
            if opened_at is not None and asyncio.get_running_loop().time() - opened_at > pause:
                pause = _FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads tries, keeps no secret
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _remember(self, workspace_id: str) -> None:
        """A token that is revoked while nobody looks does not tell whose it was."""
        await self._host.notebook.write(_NOTES, self._note, {"workspace_id": workspace_id})

    async def _tell_gone(self) -> None:
        try:
            note = await self._host.notebook.read(_NOTES, self._note)
            workspace_id = text_of(note or {}, "workspace_id")
            if workspace_id:
                await self._host.workspace_gone("slack", workspace_id, reason=self.problem, at=datetime.now(UTC))
        except Exception:  # noqa: BLE001 - told again at the next try, which ends the same way
            _log.exception("Slack workspace %s: the application could not be told that the bot was removed", self.name)


def _advice(code: str, *, needed: str = "") -> str:
    if code == "missing_scope":
        return f"; the scope {needed} is missing"
    if code in BAD_TOKEN | THROWN_OUT:
        return "; the token is not taken any more: install the app again and set the new one"
    return ""


async def started(keepers: list[Keeper], *, seconds: float) -> None:
    """Start them all at once; those that take longer go on by themselves."""
    starts: list[Awaitable[None]] = [keeper.start() for keeper in keepers]
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*starts)
    except TimeoutError:
        _log.warning("Slack: not every workspace is open yet, the others start without it")
