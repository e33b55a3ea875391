"""chat.startStream, appendStream and stopStream."""

from tests.fakes.slack.blocks import MESSAGE_BLOCKS
from tests.fakes.slack.call import Call
from tests.fakes.slack.chat_methods import custom_look, target_channel
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods import method
from tests.fakes.slack.posting import Content, blocks_of, metadata_of
from tests.fakes.slack.streams import Stream

_SESSION_STATES = ("active", "processing", "suspended", "closed")


@method(
    "chat.startStream",
    takes="channel! thread_ts! markdown_text chunks recipient_user_id recipient_team_id task_display_mode "
    "username icon_emoji icon_url",
    scopes="chat:write",
    tier="tier2",
)
def start_stream(call: Call) -> Json:
    """A reply that grows; outside direct messages it must say for whom."""
    channel = target_channel(call)
    if not channel.is_direct:
        _expect_recipient(call)
    if call.arguments.optional_text("task_display_mode") not in (None, "timeline", "plan", "dense"):
        raise Refused("invalid_arguments", messages=["must be a valid enum value [json-pointer:/task_display_mode]"])
    thread_ts = call.world.bot_messages.thread_of(channel, call.arguments.text("thread_ts"))
    empty = Content(text="", blocks=[], attachments=[], metadata=None, has_blocks=False)
    message = call.world.bot_messages.new(
        call.installation, channel, empty, thread_ts=thread_ts, custom=custom_look(call)
    )
    stream = Stream(message=message, started_at=call.world.clock.now())
    call.world.streams.write(stream, call.arguments)
    call.world.streams.begin(stream)
    call.world.bot_messages.post(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.appendStream", takes="channel! ts! markdown_text chunks", scopes="chat:write", tier="tier4")
def append_stream(call: Call) -> Json:
    """More words."""
    stream = _running_stream(call)
    if "markdown_text" not in call.arguments and "chunks" not in call.arguments:
        raise Refused("no_text")
    previous = stream.message.core() | stream.message.thread_fields()
    call.world.streams.write(stream, call.arguments)
    if call.world.streams.announces_appends:
        call.world.message_events.changed(stream.message, previous)
    return {"channel": stream.message.channel.id, "ts": stream.message.ts}


@method(
    "chat.stopStream",
    takes="channel! ts! markdown_text chunks blocks metadata session_status",
    scopes="chat:write",
    tier="tier2",
)
def stop_stream(call: Call) -> Json:
    """The last words, and blocks below them."""
    stream = _running_stream(call)
    session_status = call.arguments.optional_text("session_status")
    if session_status is not None and session_status not in _SESSION_STATES:
        raise Refused("invalid_status")
    blocks = call.arguments.document("blocks", error="invalid_blocks_format")
    if isinstance(blocks, list) and len(blocks) > MESSAGE_BLOCKS:
        raise Refused("msg_blocks_too_many")
    closing = blocks_of(call.arguments)
    metadata = metadata_of(call.arguments)
    message = stream.message
    previous = message.core() | message.thread_fields()
    call.world.streams.write(stream, call.arguments)
    call.world.streams.show(stream, closing)
    message.metadata = metadata or message.metadata
    if not message.text and not message.blocks:
        raise Refused("no_text")
    call.world.streams.end(stream, by="app")
    call.world.message_events.changed(message, previous)
    session = call.world.threads.sessions.get((message.channel.id, message.thread_ts or ""))
    if session is not None:
        session.status = session_status or "active"
    return {"channel": message.channel.id, "ts": message.ts, "message": message.core()}


def _running_stream(call: Call) -> Stream:
    channel = call.channel()
    message: Message = call.message(channel)
    if message.user != call.bot.id:
        raise Refused("message_not_owned_by_app")
    if channel.is_archived:
        raise Refused("is_archived")
    return call.world.streams.running(message)


def _expect_recipient(call: Call) -> None:
    if "recipient_user_id" not in call.arguments:
        raise Refused("missing_recipient_user_id")
    if "recipient_team_id" not in call.arguments:
        raise Refused("missing_recipient_team_id")
    call.person("recipient_user_id")
