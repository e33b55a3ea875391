"""The external upload: an address for the bytes, then the file, which nobody sees before it is completed."""

from dataclasses import dataclass

from tests.fakes.slack.errors import Refused
from tests.fakes.slack.ids import Ids


@dataclass(kw_only=True, eq=False)
class UploadTicket:
    """``received`` is None until the bytes have come."""

    path: str
    file_id: str
    user_id: str
    filename: str
    length: int
    snippet_type: str | None
    received: bytes | None = None


class UploadTickets:
    """Handed out by files.getUploadURLExternal, used up by files.completeUploadExternal."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._by_path: dict[str, UploadTicket] = {}

    def new(self, user_id: str, filename: str, length: int, snippet_type: str | None) -> UploadTicket:
        """Room for one file."""
        ticket = UploadTicket(
            path=f"/upload/v1/{self._ids.envelope()}",
            file_id=self._ids.new("F"),
            user_id=user_id,
            filename=filename,
            length=length,
            snippet_type=snippet_type,
        )
        self._by_path[ticket.path] = ticket
        return ticket

    def receive(self, path: str, content: bytes) -> UploadTicket:
        """The bytes, all of them."""
        ticket = self._by_path.get(path)
        if ticket is None or ticket.received is not None:
            raise Refused("invalid_upload_url", status=404)
        if len(content) != ticket.length:
            raise Refused("length_mismatch", status=400)
        ticket.received = content
        return ticket

    def take(self, file_id: str, user_id: str) -> UploadTicket:
        """Use it up; without bytes there is no file."""
        for path, ticket in self._by_path.items():
            if ticket.file_id == file_id and ticket.user_id == user_id and ticket.received is not None:
                return self._by_path.pop(path)
        raise Refused("file_not_found")
