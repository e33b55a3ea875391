"""A file of the workspace, in each of the modes a bot can meet."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.fakes.slack.errors import Json

if TYPE_CHECKING:
    from tests.fakes.slack.workspace import Workspace

Mode = Literal["hosted", "snippet", "external", "space", "list", "tombstone", "hidden_by_limit"]
Serving = Literal[
    "plainly",
    "login_page",
    "redirect_to_login",
    "redirect_here",
    "redirect_elsewhere",
    "not_found",
    "unavailable",
    "cut_short",
    "stalling",
]


@dataclass(kw_only=True, eq=False)
class SharedFile:
    """``serving`` is how the file host answers; ``is_stub_in_messages`` is Slack Connect's check_file_info."""

    workspace: "Workspace"
    id: str
    user: str
    name: str | None
    title: str
    mimetype: str
    filetype: str
    content: bytes
    created: int
    mode: Mode = "hosted"
    file_access: str = "visible"
    external_url: str = ""
    is_public: bool = False
    is_stub_in_messages: bool = False
    serving: Serving = "plainly"
    redirect_to: str = ""
    shares: dict[str, list[str]] = field(default_factory=dict)
    """Message timestamps by channel id."""

    @property
    def has_bytes(self) -> bool:
        """Whether the file host gives them out."""
        return self.mode not in ("tombstone", "hidden_by_limit", "external")

    def payload_in_message(self) -> Json:
        """As ``files[]`` of a message shows it."""
        if self.is_stub_in_messages:
            return {"id": self.id, "file_access": "check_file_info"}
        return self.payload(with_shares=False)

    def payload(self, *, with_shares: bool = True) -> Json:
        """The file object; deleted and hidden ones have nearly nothing."""
        if self.mode == "tombstone":
            return {"id": self.id, "mode": "tombstone"}
        if self.mode == "hidden_by_limit":
            return {"id": self.id, "name": self.name, "created": self.created, "mode": "hidden_by_limit"}
        path = f"{self.workspace.file_host}/files-pri/{self.workspace.id}-{self.id}"
        url_name = (self.name or "file").replace("/", "_")
        file: Json = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.filetype,
            "pretty_type": self.filetype.upper(),
            "user": self.user,
            "user_team": self.workspace.id,
            "editable": self.mode == "snippet",
            "size": len(self.content),
            "mode": self.mode,
            "is_external": self.mode == "external",
            "external_type": "gdrive" if self.mode == "external" else "",
            "is_public": self.is_public,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "file_access": self.file_access,
            "url_private": f"{path}/{url_name}",
            "permalink": f"https://{self.workspace.domain}.slack.com/files/{self.user}/{self.id}/{url_name}",
        }
        if self.mode == "external":
            file["url_private"] = self.external_url
        else:
            file["url_private_download"] = f"{path}/download/{url_name}"
        if self.mimetype.startswith("image/"):
            file["thumb_360"] = f"{path}/thumb_360/{url_name}"
        return file | (self._share_fields() if with_shares else {})

    def _share_fields(self) -> Json:
        places: dict[str, list[str]] = {kind: [] for kind in ("channels", "groups", "ims")}
        shares: Json = {}
        for channel_id, moments in self.shares.items():
            channel = self.workspace.channels.get(channel_id)
            if channel is None:
                continue
            kind = {"public": "channels", "im": "ims"}.get(channel.kind, "groups")
            places[kind].append(channel_id)
            visibility = "public" if channel.kind == "public" else "private"
            shares.setdefault(visibility, {})[channel_id] = [{"ts": ts, "team_id": self.workspace.id} for ts in moments]
        return places | {"shares": shares}
