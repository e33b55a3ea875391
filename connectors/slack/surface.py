"""What this Slack lets the bot do, learnt from its refusals: apps differ in streams, statuses and sessions."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.site import Site

_LACKING: Final = frozenset(
    [
        "access_denied", "channel_type_not_supported", "deprecated_endpoint", "feature_disabled", "feature_not_enabled",
        "invalid_arguments", "method_deprecated", "method_not_supported_for_channel_type", "missing_scope",
        "no_permission", "not_allowed", "not_allowed_token_type", "not_supported", "thread_ts_required",
        "unknown_method",
    ]
)  # fmt: skip
"""Codes that will be the same tomorrow; others are about one message."""
_BELIEVED_SECONDS: Final = 3600.0
"""Then it is tried again: somebody may have reinstalled the app with another scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPlace:
    """Where an answer goes: into the thread of what asked. Ids are Slack's."""

    channel: str
    thread_ts: str | None
    """The first message of the thread; None posts into the channel itself, and cannot be streamed."""
    user_id: str
    """Who asked."""
    team_id: str
    """Their home; under Slack Connect another one than the bot's."""
    is_direct: bool
    thread_has_begun: bool = False
    """Whether the question was itself a reply: in a thread without replies nobody finds what only they may see."""


@dataclass(slots=True)
class Surface:
    """Of one workspace, shared by all its replies."""

    site: Site
    live: int = 0
    """How many messages grow now: they share the limits of the workspace."""
    _lacking: dict[tuple[str, bool], float] = field(default_factory=dict)

    def offers(self, method: str, place: ReplyPlace) -> bool:
        """Whether it is worth a try."""
        refused_at = self._lacking.get((method, place.is_direct))
        return refused_at is None or time.monotonic() - refused_at > _BELIEVED_SECONDS

    async def attempt(self, method: str, place: ReplyPlace, **arguments: Any) -> Mapping[str, object] | None:
        """Call something that an answer can do without: None when it is lacking, refused, or Slack is away."""
        if not self.offers(method, place):
            return None
        try:
            return await self.site.api.call(method, **arguments)
        except SlackError as error:
            self.refused(error, place)
        except SlackAway:
            pass
        return None

    def refused(self, error: SlackError, place: ReplyPlace) -> None:
        """Remember what cannot be done here."""
        if error.code in _LACKING:
            self._lacking[error.method, place.is_direct] = time.monotonic()
