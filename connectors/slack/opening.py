"""Opening forms within the three seconds that Slack gives, and changing them afterwards."""

import logging
from typing import Final

from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import object_of, text_of
from connectors.slack.kit import Block
from connectors.slack.site import Site

_OVER: Final = frozenset({"hash_conflict", "not_found", "view_not_found", "expired_trigger_id"})
"""The person closed the form, or it shows something newer."""

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
