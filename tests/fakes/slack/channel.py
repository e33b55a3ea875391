"""A conversation: public or private channel, direct message, group direct message."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.fakes.slack.errors import Json

if TYPE_CHECKING:
    from tests.fakes.slack.message import Message
    from tests.fakes.slack.workspace import Workspace

Kind = Literal["public", "private", "im", "mpim"]
_SCOPE_FAMILIES: dict[Kind, str] = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
_EVENT_TYPES: dict[Kind, str] = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
_LIST_TYPES: dict[Kind, str] = {"public": "public_channel", "private": "private_channel", "im": "im", "mpim": "mpim"}


@dataclass(kw_only=True, eq=False)
class Channel:
    """``messages`` are by timestamp, thread replies among them; the id of a private channel starts with C too."""

    workspace: "Workspace"
    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    is_archived: bool = False
    is_general: bool = False
    is_ext_shared: bool = False
    is_org_shared: bool = False
    connected_team_ids: list[str] = field(default_factory=list)
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, "Message"] = field(default_factory=dict)
    threads: dict[str, dict[str, "Message"]] = field(default_factory=dict)
    """The replies by the timestamp of their first message."""
    is_open: bool = True

    @property
    def scope_family(self) -> str:
        """The first half of the scopes that open this kind: ``channels``, ``groups``, ``im``, ``mpim``."""
        return _SCOPE_FAMILIES[self.kind]

    @property
    def event_type(self) -> str:
        """``channel_type`` of message events."""
        return _EVENT_TYPES[self.kind]

    @property
    def list_type(self) -> str:
        """The word for it in ``types`` of conversations.list."""
        return _LIST_TYPES[self.kind]

    @property
    def is_direct(self) -> bool:
        """A direct message between two."""
        return self.kind == "im"

    @property
    def is_private(self) -> bool:
        """Whether only members can see it."""
        return self.kind != "public"

    def other_member(self, person_id: str) -> str:
        """The other side of a direct message."""
        return next((member for member in self.members if member != person_id), person_id)

    def payload(self, *, viewer: str, with_member_count: bool = False) -> Json:
        """The conversation object as this member of it, or onlooker, gets it."""
        if self.kind == "im":
            return {
                "id": self.id,
                "created": self.created,
                "is_archived": self.is_archived,
                "is_im": True,
                "is_org_shared": False,
                "context_team_id": self.workspace.id,
                "updated": self.created * 1000,
                "user": self.other_member(viewer),
                "is_user_deleted": False,
                "is_open": self.is_open,
                "priority": 0,
            }
        channel: Json = {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_im": False,
            "is_mpim": self.kind == "mpim",
            "is_private": self.is_private,
            "created": self.created,
            "creator": self.creator,
            "is_archived": self.is_archived,
            "is_general": self.is_general,
            "unlinked": 0,
            "is_shared": self.is_ext_shared or self.is_org_shared,
            "is_org_shared": self.is_org_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "context_team_id": self.workspace.id,
            "shared_team_ids": [self.workspace.id, *self.connected_team_ids],
            "connected_team_ids": list(self.connected_team_ids),
            "is_member": viewer in self.members,
            "topic": {"value": self.topic, "creator": self.creator if self.topic else "", "last_set": 0},
            "purpose": {"value": self.purpose, "creator": self.creator if self.purpose else "", "last_set": 0},
            "previous_names": list(self.previous_names),
            "updated": self.created * 1000,
        }
        if with_member_count:
            channel["num_members"] = len(self.members)
        return channel

    def short_payload(self) -> Json:
        """What channel_created and channel_rename carry."""
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "created": self.created,
            "creator": self.creator,
            "is_channel": self.kind == "public",
            "is_mpim": self.kind == "mpim",
            "context_team_id": self.workspace.id,
        }
