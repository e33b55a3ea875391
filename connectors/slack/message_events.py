"""Messages become events: posted, changed, deleted, from the Events API and from the history alike.

A changed message is complete in its event, so it is posted again as a newer version: whichever arrives first, its
message or the change, nothing is missing. Order is that of Slack's own times.
"""

from datetime import datetime

from connectors.events import (
    Event,
    FileRef,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonRef,
)
from connectors.slack.configuration import SlackConfiguration
from connectors.slack.fields import Payload, object_of, text_of, without_controls
from connectors.slack.file_events import file_gone
from connectors.slack.file_refs import file_ref, files_named_in
from connectors.slack.identity import Identity
from connectors.slack.ids import person_id
from connectors.slack.markup import Names
from connectors.slack.message_author import UNKNOWN, Author, author_of
from connectors.slack.message_kinds import ABOUT_FILES, WITHHELD, is_said
from connectors.slack.message_text import message_text, without_previews
from connectors.slack.message_versions import Version, changed_version, is_unfinished, says_the_same, version_of
from connectors.slack.own_messages import is_own, shown_answer
from connectors.slack.payload_ids import is_slack_id, ts_and_moment
from connectors.slack.permalinks import is_reply, permalink
from connectors.slack.places import Place
from connectors.slack.site import Directory

_MOST_UNKNOWN_NAMES = 100


class MessageEvents:
    """Reads payloads of messages. Methods raise ``PayloadUnreadable``, and ``SlackAway`` when names cannot be asked."""

    def __init__(self, identity: Identity, configuration: SlackConfiguration, directory: Directory) -> None:
        self._me = identity
        self._configuration = configuration
        self._directory = directory

    async def happened(self, event: Payload, place: Place, *, event_at: datetime) -> list[Event]:
        """What an inner event of type ``message`` means."""
        match text_of(event, "subtype"):
            case "message_changed":
                return await self._changed(event, place, event_at)
            case "message_deleted":
                named, key = event, "deleted_ts"
                if not text_of(event, key):
                    named, key = object_of(event, "previous_message"), "ts"
                return [_deletion(place, ts_and_moment(named, key)[0], event_at)]
            case "message_replied":
                return []
            case "tombstone":
                return [_deletion(place, ts_and_moment(event, "ts")[0], event_at)]
            case _:
                return await self.said(event, place)

    async def said(self, message: Payload, place: Place) -> list[Event]:
        """What a message means that tells of no change: a new one, or one from the history."""
        ts, at = ts_and_moment(message, "ts")
        if text_of(message, "subtype") == "tombstone":
            return [_deletion(place, ts, at)]
        if is_unfinished(message) or not place.is_archived:
            return []
        answer_id, files = shown_answer(message, self._me), self._files(message)
        version = version_of(message, files, answer_id=answer_id)
        posted = await self._posted(message, place, version=version, answer_id=answer_id, files=files)
        return [posted, *_removed_files(message, at)]

    async def _changed(self, event: Payload, place: Place, event_at: datetime) -> list[Event]:
        message, former = object_of(event, "message"), object_of(event, "previous_message")
        ts, at = ts_and_moment(message, "ts")
        if text_of(message, "subtype") == "tombstone":
            return [_deletion(place, ts, event_at)]
        if is_unfinished(message) or not place.is_archived or (former and self._same(message, former)):
            return []
        changed_ts = text_of(event, "event_ts") or text_of(event, "ts")
        answer_id, files = shown_answer(message, self._me), self._files(message)
        version = changed_version(message, files, former=former, changed_ts=changed_ts, answer_id=answer_id)
        removed = _removed_files(message, event_at)
        if author_of(message) is None:
            # It does not say who wrote it, which is known from when it was posted.
            edited = MessageEdited(
                event_id=f"{place.record(ts)}:{version.name}:words",
                occurred_at=version.edited_at or at,
                record_id=place.record(ts),
                text=await self._text(message),
                files=files,
            )
            return [edited, *removed]
        posted = await self._posted(message, place, version=version, answer_id=answer_id, files=files)
        return [posted, *removed]

    async def _posted(
        self, message: Payload, place: Place, *, version: Version, answer_id: str | None, files: tuple[FileRef, ...]
    ) -> MessagePosted:
        ts, at = ts_and_moment(message, "ts")
        thread_ts, subtype = text_of(message, "thread_ts"), text_of(message, "subtype")
        record_id = place.record(ts)
        return MessagePosted(
            event_id=f"{record_id}:withheld" if subtype == WITHHELD else f"{record_id}:{version.name}",
            occurred_at=at,
            record_id=record_id,
            channel=place.channel,
            author=await self._author(author_of(message), message),
            text=await self._text(message),
            thread_id=place.record(thread_ts) if is_reply(ts, thread_ts) else None,
            files=files,
            permalink=permalink(self._me.url, place.slack_id, ts, thread_ts)
            if self._configuration.permalinks
            else None,
            edited_at=version.edited_at,
            system=not is_said(subtype) or (answer_id is None and is_own(message, self._me)),
            answer_id=answer_id,
        )

    def _same(self, message: Payload, former: Payload) -> bool:
        has_same_removed = files_named_in(message).removed == files_named_in(former).removed
        return says_the_same(message, former) and has_same_removed and self._files(message) == self._files(former)

    def _files(self, message: Payload) -> tuple[FileRef, ...]:
        if text_of(message, "subtype") in ABOUT_FILES | {WITHHELD}:
            return ()
        named = files_named_in(message).present
        most = self._configuration.max_file_bytes
        return tuple(file_ref(found, payload, max_bytes=most) for found, payload in named.items() if is_slack_id(found))

    async def _author(self, author: Author | None, message: Payload) -> PersonRef:
        if is_own(message, self._me):
            return await self._directory.person(self._me.bot_user_id)
        if author is not None and author.is_integration and author.name:
            # Integrations call themselves what they like, each message anew.
            name = without_controls(author.name, limit=200) or "bot"
            slack_id = author.slack_id if is_slack_id(author.slack_id) else f"bot:{name}"
            return PersonRef(person_id=person_id(slack_id), platform="slack", name=name, is_bot=True)
        if author is None or not is_slack_id(author.slack_id):
            return PersonRef(person_id=person_id(UNKNOWN), platform="slack", name=UNKNOWN, is_guest=True)
        return await self._directory.person(author.slack_id)

    async def _text(self, message: Payload) -> str:
        said = without_previews(message)
        names = _AskedNames(self._directory)
        text = message_text(said, names)
        if not names.unknown:
            return text
        await self._directory.learn_names(" ".join(list(names.unknown)[:_MOST_UNKNOWN_NAMES]))
        return message_text(said, self._directory)


class _AskedNames:
    """The directory's names; notes, as mentions, which of those that a text asks for it does not know yet."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.unknown: dict[str, None] = {}

    def person_name(self, user_id: str) -> str | None:
        return self._noted(f"<@{user_id}>", user_id, self._names.person_name(user_id))

    def channel_name(self, channel_id: str) -> str | None:
        return self._noted(f"<#{channel_id}>", channel_id, self._names.channel_name(channel_id))

    def _noted(self, mention: str, slack_id: str, name: str | None) -> str | None:
        if name is None and is_slack_id(slack_id):
            self.unknown[mention] = None
        return name


def _deletion(place: Place, ts: str, at: datetime) -> MessageDeleted:
    record_id = place.record(ts)
    return MessageDeleted(event_id=f"{record_id}:deleted", occurred_at=at, record_id=record_id)


def _removed_files(message: Payload, at: datetime) -> list[Event]:
    return [file_gone(found, at) for found in files_named_in(message).removed if is_slack_id(found)]
