"""chat.*: posting, changing and deleting, without the streams."""

from tests.fakes.slack.call import Call
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods import method
from tests.fakes.slack.posting import UPDATED_TEXT, checked_attachments, content_of

_WORDS = "text markdown_text blocks attachments metadata"
_LOOKS = "username icon_emoji icon_url"
_MANNERS = "mrkdwn link_names parse unfurl_links unfurl_media"


@method(
    "chat.postMessage",
    takes=f"channel! {_WORDS} {_LOOKS} {_MANNERS} thread_ts reply_broadcast as_user",
    scopes="chat:write",
    tier="posting",
)
def post_message(call: Call) -> Json:
    """A new message; a user id as ``channel`` opens the direct message."""
    channel = target_channel(call)
    content = content_of(call.arguments)
    thread_ts = call.world.bot_messages.thread_of(channel, call.arguments.optional_text("thread_ts"))
    message = call.world.bot_messages.new(
        call.installation,
        channel,
        content,
        thread_ts=thread_ts,
        is_broadcast=call.arguments.flag("reply_broadcast"),
        custom=custom_look(call),
    )
    call.world.bot_messages.post(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.core()}


@method(
    "chat.postEphemeral",
    takes=f"channel! user! {_WORDS} {_LOOKS} link_names parse thread_ts as_user",
    scopes="chat:write",
    tier="tier4",
)
def post_ephemeral(call: Call) -> Json:
    """For one member's eyes; no history has it."""
    channel = target_channel(call)
    person = call.person()
    if person.id not in channel.members:
        raise Refused("user_not_in_channel")
    content = content_of(call.arguments)
    thread_ts = call.world.bot_messages.thread_of(channel, call.arguments.optional_text("thread_ts"))
    message = call.world.bot_messages.new(call.installation, channel, content, thread_ts=thread_ts)
    call.world.bot_messages.whisper(message, person.id)
    return {"message_ts": message.ts}


@method(
    "chat.update",
    takes=f"channel! ts! {_WORDS} file_ids link_names parse reply_broadcast as_user",
    scopes="chat:write",
)
def update(call: Call) -> Json:
    """Own messages, and not while they stream; text alone takes the blocks away."""
    channel = call.channel()
    message = _own_message(call, channel, "cant_update_message")
    if channel.is_archived:
        raise Refused("is_inactive")
    if call.world.streams.is_running(message):
        raise Refused("streaming_state_conflict")
    content = content_of(call.arguments, text_limit=UPDATED_TEXT)
    call.world.bot_messages.change(message, content, is_edit=not content.has_blocks)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.core()}


@method("chat.delete", takes="channel! ts! as_user", scopes="chat:write")
def delete(call: Call) -> Json:
    """Own messages."""
    channel = call.channel()
    message = _own_message(call, channel, "cant_delete_message")
    call.world.bot_messages.take_back(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", takes="channel! message_ts!", tier="permalink")
def get_permalink(call: Call) -> Json:
    """The address of a message."""
    channel = call.channel()
    return {"channel": channel.id, "permalink": call.workspace.permalink(call.message(channel, "message_ts"))}


@method("chat.meMessage", takes="channel! text!", scopes="chat:write")
def me_message(call: Call) -> Json:
    """``/me``."""
    channel = target_channel(call)
    message = call.world.bot_messages.new(call.installation, channel, content_of(call.arguments))
    message.subtype = "me_message"
    call.world.bot_messages.post(message)
    return {"channel": channel.id, "ts": message.ts}


@method(
    "chat.unfurl",
    takes="channel ts unfurls unfurl_id source metadata "
    "user_auth_required user_auth_message user_auth_url user_auth_blocks",
    scopes="links:write",
)
def unfurl(call: Call) -> Json:
    """Previews for links of the app's domains; everybody in the conversation sees them."""
    if "channel" not in call.arguments and "unfurl_id" not in call.arguments:
        raise Refused("invalid_arguments", messages=["missing required field: channel"])
    unfurls = call.arguments.document("unfurls", error="invalid_unfurls_format")
    if unfurls is None and "metadata" not in call.arguments:
        raise Refused("missing_unfurls")
    if not isinstance(unfurls, dict | None):
        raise Refused("invalid_unfurls_format")
    previews = checked_attachments(list((unfurls or {}).values()), error="invalid_unfurls_format")
    if "channel" in call.arguments:
        message = call.message(call.channel())
        previous = message.core() | message.thread_fields()
        message.attachments = [{"id": number, **preview} for number, preview in enumerate(previews, start=1)]
        call.world.message_events.changed(message, previous)
    return {}


def target_channel(call: Call) -> Channel:
    """Where to post: an id, a user's id, or a public channel's name."""
    wanted = call.arguments.text("channel")
    if wanted in call.workspace.people:
        person = call.workspace.people[wanted]
        if person.is_bot:
            raise Refused("cannot_dm_bot")
        return call.workspace.open_direct_channel(call.bot.id, person.id)
    named = next((c for c in call.workspace.channels.values() if c.name and c.name == wanted.removeprefix("#")), None)
    if named is not None:
        call.arguments.values["channel"] = named.id
    channel = call.channel()
    if channel.is_archived:
        raise Refused("is_archived")
    if call.bot.id not in channel.members and "chat:write.public" not in call.installation.scopes:
        raise Refused("not_in_channel")
    if channel.is_direct and not call.installation.app.messages_tab_enabled:
        raise Refused("messages_tab_disabled")
    return channel


def custom_look(call: Call) -> Json:
    """Another name or picture needs chat:write.customize."""
    look = {name: call.arguments.text(name) for name in _LOOKS.split() if name in call.arguments}
    if not look:
        return {}
    call.need_scope("chat:write.customize")
    icons = {name: value for name, value in look.items() if name != "username"}
    return {"username": look.get("username", call.installation.app.name)} | ({"icons": icons} if icons else {})


def _own_message(call: Call, channel: Channel, error: str) -> Message:
    message = call.message(channel)
    if message.user != call.bot.id:
        raise Refused(error)
    return message
