"""One message of an export becomes events. Ids are those that live events give, so both name the same records."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from connectors.events import (
    Event,
    FileRemoved,
    MembershipChanged,
    MessageDeleted,
    MessagePosted,
    PersonRef,
    ReactionChanged,
    RecordId,
)
from connectors.slack.export_directory import Conversation, ExportDirectory
from connectors.slack.export_files import NO_FILES, ExportFiles
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.ids import file_id, message_id, moment
from connectors.slack.message_author import UNKNOWN, author_of
from connectors.slack.message_kinds import ABOUT_FILES, JOINS, LEAVES, is_said
from connectors.slack.message_text import message_text
from connectors.slack.permalinks import is_reply, permalink
from connectors.slack.reactions import reactions_of


class MessageUnreadableError(ValueError):
    """It has no time or is malformed otherwise; the rest of the file is still read."""


class ExportMessages:
    """Turns messages into events, one at a time; holds nothing of them."""

    def __init__(self, directory: ExportDirectory, files: ExportFiles, *, workspace_url: str | None) -> None:
        self._directory = directory
        self._files = files
        self._workspace_url = workspace_url or None

    def events(self, message: Payload, conversation: Conversation) -> Iterator[Event]:
        """The events of one message, in order. Raises ``MessageUnreadableError`` before the first."""
        ts = text_of(message, "ts")
        at = moment(ts)
        if at is None or text_of(message, "type") not in ("", "message"):
            raise MessageUnreadableError
        match text_of(message, "subtype"):
            case "message_changed":
                yield from self._changed(message, conversation, ts)
            case "message_deleted":
                yield _deletion(conversation, text_of(message, "deleted_ts"), at)
            case "tombstone":
                yield _deletion(conversation, ts, at)
            case "message_replied":
                return
            case _:
                yield from self._posted(message, conversation, ts, at)

    def _changed(self, message: Payload, conversation: Conversation, changed_ts: str) -> Iterator[Event]:
        """An edit in an export with edit history: the message is complete in it, so it is simply posted again."""
        inner = object_of(message, "message")
        ts = text_of(inner, "ts")
        at = moment(ts)
        if at is None:
            raise MessageUnreadableError
        if text_of(inner, "subtype") == "tombstone":
            yield _deletion(conversation, ts, at)
            return
        former = object_of(message, "previous_message") or object_of(message, "original")
        if former and all(former.get(key) == inner.get(key) for key in ("text", "blocks", "files", "edited")):
            return  # a link preview or a counter of replies
        yield from self._posted(inner, conversation, ts, at, changed_ts=changed_ts)

    def _posted(
        self, message: Payload, conversation: Conversation, ts: str, at: datetime, *, changed_ts: str = ""
    ) -> Iterator[Event]:
        prefix = f"slack:export:{conversation.slack_id}:{ts}"
        record_id = message_id(conversation.slack_id, ts)
        edited_ts = text_of(object_of(message, "edited"), "ts") or changed_ts
        edited_at = moment(edited_ts)
        author = self._author(message)
        subtype = text_of(message, "subtype")
        files = NO_FILES if subtype in ABOUT_FILES else self._files.shared(message)
        stored = "".join(file.sha256 for file in files.present if file.sha256)
        version = f"{edited_ts if edited_at else 0}" + (
            f":{sha256(stored.encode()).hexdigest()[:12]}" if stored else ""
        )
        thread_ts = text_of(message, "thread_ts")
        yield MessagePosted(
            event_id=f"{prefix}:{version}",
            occurred_at=at,
            record_id=record_id,
            channel=conversation.ref,
            author=author,
            text=message_text(message, self._directory),
            thread_id=message_id(conversation.slack_id, thread_ts) if is_reply(ts, thread_ts) else None,
            files=files.present,
            permalink=self._permalink(conversation, ts, thread_ts),
            edited_at=edited_at,
            system=not is_said(subtype),
        )
        if subtype in JOINS or subtype in LEAVES:
            present = subtype in JOINS
            yield MembershipChanged(
                event_id=f"{prefix}:{'joined' if present else 'left'}",
                occurred_at=at,
                channel=conversation.ref,
                person=author,
                present=present,
            )
        for removed in files.removed:
            yield FileRemoved(event_id=f"slack:export:file_removed:{removed}", occurred_at=at, file_id=file_id(removed))
        yield from self._reactions(message, record_id, prefix, at)

    def _reactions(self, message: Payload, record_id: RecordId, prefix: str, at: datetime) -> Iterator[Event]:
        for emoji, user_ids in reactions_of(message):
            for user_id in user_ids:
                person = self._directory.person(user_id)
                yield ReactionChanged(
                    event_id=f"{prefix}:reaction:{emoji}:{person.person_id}",
                    occurred_at=at,
                    record_id=record_id,
                    person=person,
                    emoji=emoji,
                    present=True,
                )

    def _author(self, message: Payload) -> PersonRef:
        author = author_of(message)
        if author is not None and author.is_integration:
            return self._directory.bot(author.slack_id, author.name)
        return self._directory.person(author.slack_id if author else UNKNOWN, message)

    def _permalink(self, conversation: Conversation, ts: str, thread_ts: str) -> str | None:
        if self._workspace_url is None:
            return None
        return permalink(self._workspace_url, conversation.slack_id, ts, thread_ts)


def _deletion(conversation: Conversation, ts: str, at: datetime) -> MessageDeleted:
    if moment(ts) is None:
        raise MessageUnreadableError
    return MessageDeleted(
        event_id=f"slack:export:{conversation.slack_id}:{ts}:deleted",
        occurred_at=at,
        record_id=message_id(conversation.slack_id, ts),
    )
