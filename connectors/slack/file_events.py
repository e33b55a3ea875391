"""What happens to files, as far as it takes something away: fetching what is new is somebody else's."""

from datetime import datetime

from connectors.events import ChannelId, Event, FileRemoved
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.ids import file_id
from connectors.slack.payload_ids import slack_id


def file_gone(slack_file_id: str, at: datetime) -> FileRemoved:
    """A file that was deleted in Slack, however that is learned of."""
    return FileRemoved(event_id=f"slack:file_removed:{slack_file_id}", occurred_at=at, file_id=file_id(slack_file_id))


def file_deleted(event: Payload, at: datetime) -> list[Event]:
    """``file_deleted``: gone from every message, whichever channels it names. Raises ``PayloadUnreadable``."""
    return [file_gone(_file_of(event), at)]


def file_unshared(event: Payload, channel: ChannelId, at: datetime) -> list[Event]:
    """``file_unshared``: it goes from what was said in one channel until then. Raises ``PayloadUnreadable``."""
    found = _file_of(event)
    return [
        FileRemoved(
            event_id=f"slack:file_removed:{found}:{channel}:{text_of(event, 'event_ts')}",
            occurred_at=at,
            file_id=file_id(found),
            channel_id=channel,
        )
    ]


def _file_of(event: Payload) -> str:
    return slack_id(event, "file_id") if text_of(event, "file_id") else slack_id(object_of(event, "file"), "id")
