"""users.*: the directory."""

from tests.fakes.slack.call import Call
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.methods import method
from tests.fakes.slack.person import Person

LIST_TYPES = ("public_channel", "private_channel", "im", "mpim")
_LIST_SCOPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
MOST_PER_PAGE = 999


@method("users.info", takes="user! include_locale", scopes="users:read", tier="tier4")
def users_info(call: Call) -> Json:
    """One user."""
    return {"user": _payload(call, call.person())}


@method("users.list", takes="cursor limit include_locale", scopes="users:read", tier="tier2")
def users_list(call: Call) -> Json:
    """All of the team, deactivated ones and bots too; outsiders of shared channels are not among them."""
    own = [person for person in call.workspace.people.values() if person.team_id == call.workspace.id]
    people, more = call.page(own, call.arguments.limit(default=1000, most=1000))
    members = [_payload(call, person) for person in people]
    return {"members": members, "cache_ts": int(call.world.clock.now()), "response_metadata": {"next_cursor": more}}


@method("users.lookupByEmail", takes="email!", scopes="users:read.email")
def lookup_by_email(call: Call) -> Json:
    """One user by address."""
    for person in call.workspace.people.values():
        if person.email == call.arguments.text("email") and not person.deleted and not person.is_bot:
            return {"user": _payload(call, person)}
    raise Refused("users_not_found")


@method("users.getPresence", takes="user", scopes="users:read")
def presence(call: Call) -> Json:
    """Everybody is there."""
    return {"presence": "active"}


@method(
    "users.conversations",
    takes="user types cursor limit exclude_archived",
    scopes="channels:read groups:read im:read mpim:read",
)
def users_conversations(call: Call) -> Json:
    """Where somebody is a member: public channels, and of the others those that the bot shares."""
    person_id = call.arguments.optional_text("user") or call.bot.id
    if person_id not in call.workspace.people:
        raise Refused("user_not_found")
    channels = [
        channel
        for channel in listed_channels(call)
        if person_id in channel.members and (not channel.is_private or call.bot.id in channel.members)
    ]
    return channel_page(call, channels)


def listed_channels(call: Call) -> list[Channel]:
    """By ``types``; each type needs its scope."""
    types = call.arguments.names("types") or ["public_channel"]
    if not set(types) <= set(LIST_TYPES):
        raise Refused("invalid_types")
    for kind in types:
        call.need_scope(f"{_LIST_SCOPES[kind]}:read")
    return [channel for channel in call.workspace.channels.values() if channel.list_type in types]


def channel_page(call: Call, channels: list[Channel]) -> Json:
    """A page of conversation objects; archived ones are left out after paging, so pages may be short, even empty."""
    page, more = call.page(channels, call.arguments.limit(default=100, most=MOST_PER_PAGE))
    without_archived = call.arguments.flag("exclude_archived")
    shown = [channel for channel in page if not (without_archived and channel.is_archived)]
    return {
        "channels": [channel.payload(viewer=call.bot.id, with_member_count=True) for channel in shown],
        "response_metadata": {"next_cursor": more},
    }


def _payload(call: Call, person: Person) -> Json:
    with_email = "users:read.email" in call.installation.scopes
    return person.payload(with_email=with_email, with_locale=call.arguments.flag("include_locale"))
