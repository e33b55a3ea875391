"""Opening forms within the three seconds that Slack gives, and changing them afterwards."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncAck

from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import object_of, text_of
from connectors.slack.kit import Block
from connectors.slack.site import Site

_OVER: Final = frozenset({"hash_conflict", "not_found", "view_not_found", "expired_trigger_id"})
"""The person closed the form, or it shows something newer."""
_MOST_FORMS: Final = 500

_log = logging.getLogger(__name__)


async def open_form(site: Site, trigger_id: str, form: Block) -> tuple[str, str] | None:
    """The id and hash of the view, or None when it could not be opened."""
    try:
        answer = await site.api.call("views.open", trigger_id=trigger_id, view=form)
    except (SlackError, SlackAway) as error:
        _log.warning("a form could not be opened: %s", error)
        return None
    view = object_of(answer, "view")
    return text_of(view, "id"), text_of(view, "hash")


async def change_form(site: Site, view_id: str, form: Block, *, known_hash: str = "") -> None:
    """Show something else in an open form, unless it changed meanwhile."""
    try:
        await site.api.call("views.update", view_id=view_id, view=form, hash=known_hash or None)
    except (SlackError, SlackAway) as error:
        level = logging.INFO if isinstance(error, SlackError) and error.code in _OVER else logging.WARNING
        _log.log(level, "a form could not be changed: %s", error)


@dataclass(slots=True, eq=False)
class _Showing:
    made: asyncio.Future[Block]
    is_late: bool = False
    """The form says already that something is being done."""


class Forms:
    """Shows in a form that was sent in what came of it: with the acknowledgement, or later if it takes longer."""

    def __init__(self, site: Site, *, patience: float = 0.3, settling: float = 0.5) -> None:
        self._site = site
        self._patience = patience
        """Seconds that an acknowledgement waits."""
        self._settling = settling
        """Seconds until Slack has surely taken the acknowledgement, which would replace what is shown later."""
        self._latest: OrderedDict[str, _Showing] = OrderedDict()
        """Of each form: what an earlier sending makes later is not shown."""

    async def show(self, ack: AsyncAck, view_id: str, *, busy: Block, making: Coroutine[Any, Any, Block]) -> None:
        """Acknowledge, and let the form become what ``making`` returns, which must not raise; meanwhile ``busy``."""
        showing = _Showing(asyncio.get_running_loop().create_future())
        self._latest[view_id] = showing
        self._latest.move_to_end(view_id)
        if len(self._latest) > _MOST_FORMS:
            self._latest.popitem(last=False)
        self._site.tasks.spawn(self._make(showing, view_id, making), name="form")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await asyncio.shield(showing.made)
        showing.is_late = not showing.made.done()
        await ack(response_action="update", view=busy if showing.is_late else showing.made.result())

    async def _make(self, showing: _Showing, view_id: str, making: Coroutine[Any, Any, Block]) -> None:
        form = await making
        showing.made.set_result(form)
        if showing.is_late:
            await asyncio.sleep(self._settling)
            if self._latest.get(view_id) is showing:
                await change_form(self._site, view_id, form)
