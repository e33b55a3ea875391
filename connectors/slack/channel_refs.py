"""Slack's conversation objects become channels. Flags decide, never the first letter of an id."""

from connectors.events import ChannelId, ChannelRef, Visibility
from connectors.slack.fields import Payload, first_text, is_set, text_of, texts_of, without_controls

_NAME_LIMIT = 200
_GROUP_PREFIX = "mpdm-"


def channel_ref(
    channel_id: ChannelId,
    name: str,
    visibility: Visibility,
    *,
    workspace_id: str,
    archived: bool = False,
    external: bool = False,
) -> ChannelRef:
    """A channel; without a name it is called by its id at Slack."""
    return ChannelRef(
        channel_id=channel_id,
        platform="slack",
        name=without_controls(name, limit=_NAME_LIMIT) or channel_id.removeprefix("slack:"),
        visibility=visibility,
        workspace_id=workspace_id,
        archived=archived,
        external=external,
    )


def described_channel(channel_id: ChannelId, conversation: Payload, *, workspace_id: str, name: str = "") -> ChannelRef:
    """A channel as ``conversations.info`` tells; ``name`` is for direct chats, which have none of their own."""
    external = is_external(conversation, workspace_id=workspace_id)
    return channel_ref(
        channel_id,
        name or shown_name(conversation),
        _visibility(conversation, external=external),
        workspace_id=workspace_id,
        archived=is_set(conversation, "is_archived"),
        external=external,
    )


def is_external(conversation: Payload, *, workspace_id: str) -> bool:
    """Shared with another organisation or workspace, or about to be: part of what is said there is not ours."""
    if any(is_set(conversation, flag) for flag in ("is_ext_shared", "is_pending_ext_shared")):
        return True
    teams = texts_of(conversation, "shared_team_ids")
    others = {*teams, *texts_of(conversation, "connected_team_ids")} - {workspace_id}
    if is_set(conversation, "is_org_shared"):
        return bool(others) or not teams
    return bool(others or texts_of(conversation, "pending_shared"))


def shown_name(conversation: Payload) -> str:
    """``general``; a group direct message is called by its people: ``mpdm-ann--bo--eva-1`` is ``ann, bo, eva``."""
    name = first_text(conversation, "name", "name_normalized")
    if name.startswith(_GROUP_PREFIX) and "--" in name:
        people, _, number = name.removeprefix(_GROUP_PREFIX).rpartition("-")
        if number.isdigit():
            return ", ".join(people.split("--"))
    return name


def other_side(conversation: Payload) -> str:
    """The user at the other end of a direct chat."""
    return text_of(conversation, "user")


def _visibility(conversation: Payload, *, external: bool) -> Visibility:
    if is_set(conversation, "is_im"):
        return "direct"
    # Nothing but an express "no" makes a channel public.
    is_open = conversation.get("is_private") is False
    is_closed = external or is_set(conversation, "is_mpim") or is_set(conversation, "is_group")
    return "public" if is_open and not is_closed else "private"
