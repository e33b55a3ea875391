"""Where a payload happened."""

from dataclasses import dataclass

from connectors.events import ChannelRef, RecordId
from connectors.slack.site import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel under Slack's present id, which links need, and as ours."""

    slack_id: str
    channel: ChannelRef
    is_archived: bool
    """Whether what is said there is kept."""

    def record(self, ts: str) -> RecordId:
        """Our id of the message with this time; a channel that was moved keeps the ids it had first."""
        return RecordId(f"{self.channel.channel_id}:{ts}")


async def place_of(slack_channel_id: str, directory: Directory) -> Place:
    """The channel as it is now. Raises ``SlackAway`` when nothing is known of it and Slack cannot be asked."""
    channel = await directory.channel(slack_channel_id)
    return Place(slack_id=slack_channel_id, channel=channel, is_archived=directory.is_archived_here(channel))
