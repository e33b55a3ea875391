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
from connectors.slack.blocks import attachments_text, blocks_text
from connectors.slack.export_directory import Conversation, ExportDirectory
from connectors.slack.export_files import NO_FILES, ExportFiles
from connectors.slack.fields import Payload, first_text, object_of, objects_of, text_of, texts_of, without_controls
from connectors.slack.ids import file_id, message_id, moment
from connectors.slack.markup import plain_text

_SAID = frozenset(
    {
        "",
        "bot_message",
        "file_share",
        "file_comment",
        "file_mention",
        "thread_broadcast",
        "reply_broadcast",
        "me_message",
    }
)
"""Subtypes that somebody said; every other one is Slack reporting something."""
_ABOUT_FILES = frozenset({"file_comment", "file_mention"})
"""They carry a file that another message shared, and to which it belongs."""
_JOINS = frozenset({"channel_join", "group_join", "mpim_join"})
_LEAVES = frozenset({"channel_leave", "group_leave", "mpim_leave"})


class MessageUnreadableError(ValueError):
    """It has no time or is malformed otherwise; the rest of the file is still read."""


class ExportMessages:
    """Turns messages into events, one at a time; holds nothing of them."""

    def __init__(self, directory: ExportDirectory, files: ExportFiles, *, workspace_url: str | None) -> None:
        self._directory = directory
        self._files = files
        self._workspace_url = workspace_url.rstrip("/") if workspace_url else None

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
        files = NO_FILES if subtype in _ABOUT_FILES else self._files.shared(message)
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
            text=self._text(message, subtype),
            thread_id=message_id(conversation.slack_id, thread_ts) if moment(thread_ts) and thread_ts != ts else None,
            files=files.present,
            permalink=self._permalink(conversation, ts, thread_ts),
            edited_at=edited_at,
            system=subtype not in _SAID,
        )
        if subtype in _JOINS or subtype in _LEAVES:
            present = subtype in _JOINS
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
        for reaction in objects_of(message, "reactions"):
            emoji = without_controls(text_of(reaction, "name"), limit=100)
            if not emoji:
                continue
            for user_id in dict.fromkeys(texts_of(reaction, "users")):
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
        user_id = (
            text_of(message, "user")
            or text_of(object_of(message, "comment"), "user")
            or text_of(object_of(message, "user_profile"), "id")
        )
        if user_id:
            return self._directory.person(user_id, message)
        bot_name = first_text(message, "username") or first_text(object_of(message, "bot_profile"), "name")
        bot_id = text_of(message, "bot_id")
        if bot_id or bot_name:
            return self._directory.bot(bot_id or f"bot:{bot_name}", bot_name)
        owner = text_of(object_of(message, "file"), "user")
        return self._directory.person(owner or "unknown", message)

    def _text(self, message: Payload, subtype: str) -> str:
        file = object_of(message, "file")
        if subtype == "file_comment" and (comment := text_of(object_of(message, "comment"), "comment").strip()):
            about = first_text(file, "title", "name")
            said = plain_text(comment, self._directory)
            return f"{about}: {said}" if about else said
        if subtype == "file_share" and file and "files" not in message:
            # Slack wrote "@ann uploaded a file: … and commented: …"; only the comment is somebody's words.
            return plain_text(text_of(object_of(file, "initial_comment"), "comment"), self._directory).strip()
        text = plain_text(text_of(message, "text"), self._directory)
        if not text.strip():
            text = blocks_text(message, self._directory)
        if "attachments" in message and subtype in _SAID:
            added = attachments_text(message, self._directory)
            text = f"{text}\n{added}" if text.strip() and added else text or added
        return text

    def _permalink(self, conversation: Conversation, ts: str, thread_ts: str) -> str | None:
        if self._workspace_url is None:
            return None
        link = f"{self._workspace_url}/archives/{conversation.slack_id}/p{ts.replace('.', '')}"
        in_thread = moment(thread_ts) is not None and thread_ts != ts
        return f"{link}?thread_ts={thread_ts}&cid={conversation.slack_id}" if in_thread else link


def _deletion(conversation: Conversation, ts: str, at: datetime) -> MessageDeleted:
    if moment(ts) is None:
        raise MessageUnreadableError
    return MessageDeleted(
        event_id=f"slack:export:{conversation.slack_id}:{ts}:deleted",
        occurred_at=at,
        record_id=message_id(conversation.slack_id, ts),
    )
