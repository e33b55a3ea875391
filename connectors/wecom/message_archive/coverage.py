"""Which channels the archive covers, and from when on: a fact that must be told once for each, also after a kill."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from connectors.events import ChannelId
from connectors.live_host import LiveHost
from connectors.wecom.message_archive.fields import text_of

_NOTE = "channel:"


class Coverage:
    """A note for each channel in which something was said; ``source`` names the notes."""

    def __init__(self, *, host: LiveHost, source: str) -> None:
        self._host = host
        self._source = source
        self._told: dict[ChannelId, str] | None = None

    async def touch(self, channels: Mapping[ChannelId, str]) -> None:
        """Something was said in these channels, each with its ``roomid``, or empty when it is no group."""
        told = await self._known()
        for channel_id, room_id in channels.items():
            if channel_id not in told:
                await self._host.notebook.write(self._source, f"{_NOTE}{channel_id}", {"room": room_id, "told": ""})
                told[channel_id] = ""

    async def tell(self, *, since: datetime, is_gap: bool) -> None:
        """Everything was read from ``since`` on; with a gap not everything of what WeCom had before."""
        telling = f"{since.isoformat()} {'gap' if is_gap else 'whole'}"
        told = await self._known()
        for channel_id in [channel_id for channel_id, before in told.items() if before != telling]:
            await self._host.history_reached(
                channel_id, reached=since, complete=not is_gap, at=datetime.now(UTC), partial=is_gap
            )
            note = await self._host.notebook.read(self._source, f"{_NOTE}{channel_id}") or {}
            await self._host.notebook.write(
                self._source, f"{_NOTE}{channel_id}", {"room": text_of(note, "room"), "told": telling}
            )
            told[channel_id] = telling

    async def rooms(self) -> Collection[str]:
        """Every group, by ``roomid``."""
        notes = await self._host.notebook.all(self._source, _NOTE)
        return [room_id for note in notes.values() if (room_id := text_of(note, "room"))]

    async def _known(self) -> dict[ChannelId, str]:
        if self._told is None:
            notes = await self._host.notebook.all(self._source, _NOTE)
            self._told = {ChannelId(key.removeprefix(_NOTE)): text_of(note, "told") for key, note in notes.items()}
        return self._told
