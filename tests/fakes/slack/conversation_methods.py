"""conversations.* but for reading messages: find, join, open, list members."""

from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.methods import method
from tests.fakes.slack.places import Places
from tests.fakes.slack.user_methods import channel_page, listed_channels

_READ = "channels:read groups:read im:read mpim:read"


@method("conversations.list", takes="types cursor limit exclude_archived", scopes=_READ, tier="tier2")
def list_conversations(call: Call) -> Json:
    """All public channels, and the others that the bot is in."""
    channels = [c for c in listed_channels(call) if not c.is_private or call.bot.id in c.members]
    return channel_page(call, channels)


@method("conversations.info", takes="channel! include_locale include_num_members", scopes=_READ)
def info(call: Call) -> Json:
    """One conversation."""
    channel = call.channel(half="read")
    with_member_count = call.arguments.flag("include_num_members")
    return {"channel": channel.payload(viewer=call.bot.id, with_member_count=with_member_count)}


@method("conversations.members", takes="channel! cursor limit", scopes=_READ, tier="tier4")
def members(call: Call) -> Json:
    """Ids only."""
    channel = call.channel(half="read")
    ids, more = call.page(channel.members, call.arguments.limit(default=100, most=1000))
    return {"members": list(ids), "response_metadata": {"next_cursor": more}}


@method("conversations.join", takes="channel!", scopes="channels:join")
def join(call: Call) -> Json:
    """Public channels only; a second time is no error."""
    channel = call.channel()
    if channel.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    was_there = call.bot.id in channel.members
    Places(call.world).join(call.bot, channel)
    body: Json = {"channel": channel.payload(viewer=call.bot.id)}
    return body | ({"warning": "already_in_channel"} if was_there else {})


@method("conversations.leave", takes="channel!", scopes="channels:manage groups:write mpim:write im:write")
def leave(call: Call) -> Json:
    """A second time is no error."""
    channel = call.channel()
    if call.bot.id not in channel.members:
        return {"not_in_channel": True}
    if channel.is_general:
        raise Refused("cant_leave_general")
    Places(call.world).leave(call.bot, channel)
    return {}


@method("conversations.open", takes="channel users return_im prevent_creation", scopes="im:write mpim:write")
def open_conversation(call: Call) -> Json:
    """A direct message with one, a group direct message with several."""
    if "channel" in call.arguments:
        return {"channel": call.channel().payload(viewer=call.bot.id), "no_op": True, "already_open": True}
    ids = call.arguments.names("users")
    if not ids:
        raise Refused("users_list_not_supplied")
    unknown = [person_id for person_id in ids if person_id not in call.workspace.people]
    if unknown:
        raise Refused("user_not_found")
    if len(ids) > 8:
        raise Refused("too_many_users")
    if len(ids) == 1:
        call.need_scope("im:write")
        person = call.workspace.people[ids[0]]
        if person.is_bot or person.deleted:
            raise Refused("cannot_dm_bot" if person.is_bot else "user_disabled")
        channel = call.workspace.open_direct_channel(call.bot.id, ids[0])
    else:
        call.need_scope("mpim:write")
        everybody = {call.bot.id, *ids}
        found = call.workspace.group_channel(everybody)
        people = [call.workspace.people[person_id] for person_id in sorted(everybody)]
        name = "mpdm-" + "--".join(person.name for person in people) + "-1"
        channel = found or call.workspace.add_channel(name, members=people, kind="mpim")
    if call.arguments.flag("return_im"):
        return {"channel": channel.payload(viewer=call.bot.id)}
    return {"channel": {"id": channel.id}}


@method(
    "conversations.mark", takes="channel! ts!", scopes="channels:write groups:write im:write mpim:write channels:manage"
)
def mark(call: Call) -> Json:
    """Bots may, and nothing comes of it."""
    call.message(call.channel(as_member=True))
    return {}
