"""Who is in a group, as far as a robot can know: WeCom never tells who left, so that silence counts as leaving."""

import logging
import time
from datetime import UTC, datetime
from typing import Final

from connectors.events import ChannelId, MembershipChanged, PersonId
from connectors.wecom.site import Heard, Site

_log = logging.getLogger(__name__)

_PREFIX: Final = "spoke:"
_DAY_SECONDS: Final = 86_400.0
_MEMBER_SECONDS: Final = 30 * _DAY_SECONDS


class Presence:
    """Notes of who spoke where and when; unknown means no."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._spoke: dict[str, float] = {}

    async def load(self) -> None:
        """Remember."""
        for key, note in (await self._site.host.notebook.all(self._site.source, _PREFIX)).items():
            at = note.get("at")
            self._spoke[key] = float(at) if isinstance(at, int | float) else 0.0

    def is_news(self, heard: Heard) -> bool:
        """Whether the archive must be told that this person is in this group."""
        return _key(heard) not in self._spoke

    async def spoke(self, heard: Heard) -> None:
        """They were there. Written once a day: nobody stops counting for hours."""
        key, at = _key(heard), heard.said_at.timestamp()
        if at - self._spoke.get(key, 0.0) < _DAY_SECONDS:
            return
        self._spoke[key] = at
        note = {"channel": heard.channel.channel_id, "person": heard.person.person_id, "at": at}
        await self._site.host.notebook.write(self._site.source, key, note)

    async def sweep(self, *, now: float | None = None) -> None:
        """Who has not spoken for 30 days no longer counts as a member."""
        now = time.time() if now is None else now
        host, source = self._site.host, self._site.source
        for key, at in list(self._spoke.items()):
            if now - at < _MEMBER_SECONDS:
                continue
            note = await host.notebook.read(source, key) or {}
            channel_id, person_id = ChannelId(str(note.get("channel", ""))), PersonId(str(note.get("person", "")))
            channel = (await host.known_channels([channel_id])).get(channel_id)
            known = await host.known_person(person_id)
            if channel is not None and known is not None:
                # Their name is not at hand without the archive, which then knows of no membership either.
                left = MembershipChanged(
                    event_id=f"wecom:silent:{channel_id}:{person_id}:{int(at)}",
                    occurred_at=datetime.fromtimestamp(now, UTC),
                    channel=channel,
                    person=known.person,
                    present=False,
                )
                await host.accept([left])
                _log.info("somebody who was silent for 30 days no longer counts as a member of a group")
            del self._spoke[key]
            await host.notebook.write(source, key, None)


def _key(heard: Heard) -> str:
    return f"{_PREFIX}{heard.channel.channel_id}:{heard.person.person_id}"
