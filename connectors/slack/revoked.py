"""Being thrown out: the bot stops at once, and the application is told."""

import logging
from collections.abc import Callable

from connectors.slack.fields import Payload, object_of, text_of, texts_of
from connectors.slack.identity import Identity

THROWN_OUT = frozenset(
    {"account_inactive", "app_uninstalled", "team_access_revoked", "token_revoked", "tokens_revoked"}
)
"""Reasons after which nothing of the workspace may be kept. Other troubles with a token may be a slip of the settings,
or of a list of allowed addresses, and erase nothing."""

_log = logging.getLogger(__name__)


class Revoked:
    """Hears that the bot was thrown out; ``end`` is given the reason."""

    def __init__(self, me: Identity, end: Callable[[str], None]) -> None:
        self._me = me
        self._end = end

    async def heard(self, event: Payload, body: Payload) -> None:
        """``app_uninstalled``, ``tokens_revoked`` of the bot, ``team_access_revoked``; in any order, each is enough."""
        kind = text_of(event, "type")
        match kind:
            case "app_uninstalled":
                is_out = True
            case "tokens_revoked":
                is_out = self._me.bot_user_id in texts_of(object_of(event, "tokens"), "bot")
            case "team_access_revoked":
                is_out = self._me.workspace_id in texts_of(event, "team_ids")
            case _:
                is_out = False
        if is_out:
            _log.error("Slack workspace %s: the bot was removed (%s)", self._me.workspace_name, kind)
            self._end(kind)
