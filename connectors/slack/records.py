"""Our ids of messages that Slack names by channel and time."""

from connectors.events import RecordId
from connectors.slack.site import Site


def message_record(site: Site, slack_channel_id: str, ts: str) -> RecordId:
    """The record of a message; channels keep the id that they had first."""
    return RecordId(f"{site.directory.our_channel(slack_channel_id)}:{ts}")
