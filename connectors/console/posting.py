"""What the bot says by itself: posted as its message, the same one however often it is tried."""

from datetime import UTC, datetime

from connectors.connector import Answer, Post, PostRefused
from connectors.console.host import ConsoleHost
from connectors.console.ids import answer_record_id, direct_channel_id, post_record_id
from connectors.events import ChannelChanged, ChannelRef, Event, MessagePosted, PersonRef, RecordId


class Posting:
    """Posts through ``accept``, which takes each event once: record and event ids are derived from the post's."""

    def __init__(self, host: ConsoleHost) -> None:
        self._host = host

    async def post(self, post: Post) -> RecordId:
        """Post into the channel or the person's direct chat; raises ``PostRefused`` for another platform's channel."""
        now, events = datetime.now(UTC), list[Event]()
        if post.channel is not None:
            channel = post.channel
        elif post.person is not None:
            channel = direct_channel(post.person)
            events.append(opened(channel, post.person, self._host.bot, now))
        else:
            raise PostRefused("no_target")
        if channel.platform != "console":
            raise PostRefused("read_only")
        record = post_record_id(post.post_id)
        posted = MessagePosted(
            event_id=record,
            occurred_at=now,
            record_id=record,
            channel=channel,
            author=self._host.bot,
            text=post.text,
            thread_id=post.thread_id,
            answer_id=post.post_id,
        )
        await self._host.accept([*events, posted])
        return record


def answer_posted(
    answer: Answer, *, by: PersonRef, channel: ChannelRef, thread_id: RecordId | None, at: datetime
) -> MessagePosted:
    """The message that shows an answer: the same again when it is posted again."""
    record = answer_record_id(answer.answer_id)
    return MessagePosted(
        event_id=record,
        occurred_at=at,
        record_id=record,
        channel=channel,
        author=by,
        text=answer.text,
        thread_id=thread_id,
        answer_id=answer.answer_id,
    )


def direct_channel(person: PersonRef) -> ChannelRef:
    """The direct chat of a person with the bot."""
    return ChannelRef(
        channel_id=direct_channel_id(person.person_id), platform="console", name=person.name, visibility="direct"
    )


def opened(direct: ChannelRef, person: PersonRef, bot: PersonRef, now: datetime) -> ChannelChanged:
    """That a direct chat exists; told again it changes nothing."""
    return ChannelChanged(
        event_id=f"{direct.channel_id}:created", occurred_at=now, channel=direct, members=(person, bot)
    )
