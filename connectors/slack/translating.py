"""The translator: one inner event of Slack, or one message of the history, becomes events of ours.

Payloads are untrusted: what is malformed is counted, and nothing that it says touches records of another channel.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.events import Event
from connectors.slack.channel_changes import CHANGES, DELETIONS, REMOVALS
from connectors.slack.configuration import SlackConfiguration
from connectors.slack.fields import Payload, object_of, text_of, without_controls
from connectors.slack.file_events import file_deleted, file_unshared
from connectors.slack.identity import Identity
from connectors.slack.ids import moment
from connectors.slack.message_events import MessageEvents
from connectors.slack.payload_ids import PayloadUnreadable, is_slack_id, slack_id
from connectors.slack.places import place_of
from connectors.slack.reaction_events import ReactionEvents
from connectors.slack.site import Directory

_log = logging.getLogger(__name__)

_NOTHING_TO_TRANSLATE = CHANGES | DELETIONS | REMOVALS | frozenset(
    {
        # a second telling of a message
        "app_mention",
        # for those who fetch files and read history
        "file_shared", "file_change", "file_public",
        "channel_history_changed", "group_history_changed", "im_history_changed",
        # people and channels: the directory
        "team_join", "user_change", "member_joined_channel", "member_left_channel", "channel_created",
        "channel_id_changed",
        # surfaces of the bot, and its installation
        "app_home_opened", "app_context_changed", "agent_session_stopped", "assistant_thread_started",
        "assistant_thread_context_changed", "app_uninstalled", "tokens_revoked", "link_shared",
        # of no meaning to the archive
        "pin_added", "pin_removed", "emoji_changed",
    }
)  # fmt: skip
"""Known, and nothing of messages, reactions or removed files; what is not here is counted as unknown."""
_MOST_KINDS_COUNTED = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_SECONDS = 4e9


class SlackTranslator:
    """Implements ``connectors.slack.site.Translator``.

    Deletions are told of every channel, so that what was kept before a channel was shared with another organisation
    can still be taken back; anything else only of channels that are archived.
    """

    def __init__(self, identity: Identity, configuration: SlackConfiguration, directory: Directory) -> None:
        self._directory = directory
        self._messages = MessageEvents(identity, configuration, directory)
        self._reactions = ReactionEvents(directory)
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many payloads meant nothing, by why: ``unreadable``, ``not_archived``, ``unknown:<type>``."""
        return dict(self._counts)

    async def events(self, event: Payload, *, event_time: float) -> Sequence[Event]:
        """As ``Translator.events``. Raises nothing but ``SlackAway``: then it can be tried again."""
        found: list[Event] = []
        try:
            found += await self._directory.events(event)
            found += await self._happened(event, _event_moment(event, event_time))
        except (ValueError, RecursionError) as error:  # pydantic's ValidationError is a ValueError
            self._count_unreadable(event, error)
        return found

    async def history(self, message: Payload, slack_channel_id: str) -> Sequence[Event]:
        """As ``Translator.history``. Raises nothing but ``SlackAway``."""
        found: list[Event] = []
        try:
            if text_of(message, "type") not in ("", "message") or not is_slack_id(slack_channel_id):
                msg = "no message of a channel"
                raise PayloadUnreadable(msg)
            place = await place_of(slack_channel_id, self._directory)
            found += await self._messages.said(message, place)
            if any(event.type == "message_posted" for event in found):
                found += await self._reactions.listed(message, place)
        except (ValueError, RecursionError) as error:
            self._count_unreadable(message, error)
        return found

    async def _happened(self, event: Payload, at: datetime) -> Sequence[Event]:
        match text_of(event, "type"):
            case "message":
                place = await place_of(slack_id(event, "channel"), self._directory)
                found = await self._messages.happened(event, place, event_at=at)
                if not place.is_archived and not found:
                    self._counts["not_archived"] += 1
                return found
            case "reaction_added" | "reaction_removed":
                item = object_of(event, "item")
                if text_of(item, "type") != "message":
                    return []
                place = await place_of(slack_id(item, "channel"), self._directory)
                if not place.is_archived:
                    self._counts["not_archived"] += 1
                    return []
                return await self._reactions.happened(event, place, event_at=at)
            case "file_deleted":
                return file_deleted(event, at)
            case "file_unshared":
                return file_unshared(event, self._directory.our_channel(slack_id(event, "channel_id")), at)
            case kind:
                if kind not in _NOTHING_TO_TRANSLATE:
                    self._count_unknown(kind)
                return []

    def _count_unknown(self, kind: str) -> None:
        key = f"unknown:{without_controls(kind, limit=60)}"
        known = sum(1 for counted in self._counts if counted.startswith("unknown:"))
        self._counts[key if key in self._counts or known < _MOST_KINDS_COUNTED else "unknown:others"] += 1

    def _count_unreadable(self, payload: Payload, error: Exception) -> None:
        self._counts["unreadable"] += 1
        kind, subtype = text_of(payload, "type"), text_of(payload, "subtype")
        _log.warning("not understood: %r %r of Slack (%s)", kind[:60], subtype[:60], type(error).__name__)


def _event_moment(event: Payload, event_time: float) -> datetime:
    """When it happened: the time of the inner event, else that of the delivery."""
    at = moment(text_of(event, "event_ts")) or moment(text_of(event, "ts"))
    if at is None:
        at = _EPOCH + timedelta(seconds=event_time if 0 <= event_time <= _LATEST_SECONDS else 0)
    return at
