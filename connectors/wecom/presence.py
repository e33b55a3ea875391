"""Who is in a group, as far as a robot can know: WeCom never tells who left, so that silence counts as leaving."""

import logging
import time
from datetime import UTC, datetime
from typing import Final

from connectors.events import ChannelId, ChannelRef, MembershipChanged, PersonId, PersonRef
from connectors.wecom.site import Site

_log = logging.getLogger(__name__)

_PREFIX: Final = "spoke:"
_DAY_SECONDS: Final = 86_400.0
_MEMBER_SECONDS: Final = 30 * _DAY_SECONDS


class Presence:
    """Notes of who spoke where and when; unknown means no."""

    def __init__(self, site: Site, *, has_lists: bool) -> None:
        """``has_lists``: a message archive knows who is in groups, so that nobody is taken out here."""
        self._site = site
        self._has_lists = has_lists
        self._spoke: dict[str, float] = {}

    async def load(self) -> None:
        """Remember."""
        if self._has_lists:
            return
        for key, note in (await self._site.host.notebook.all(self._site.source, _PREFIX)).items():
            at = note.get("at")
            self._spoke[key] = float(at) if isinstance(at, int | float) else 0.0

    def joined(self, channel: ChannelRef, person: PersonRef, *, at: datetime) -> MembershipChanged | None:
        """What the archive must be told of somebody who speaks in a group; None when it knows."""
        if _key(channel.channel_id, person.person_id) in self._spoke:
            return None
        return MembershipChanged(
            event_id=f"wecom:spoke:{channel.channel_id}:{person.person_id}:{int(at.timestamp())}",
            occurred_at=at,
            channel=channel,
            person=person,
            present=True,
        )

    async def spoke(self, channel_id: ChannelId, person_id: PersonId, *, at: datetime) -> None:
        """They were there, and the archive knows. Written once a day: nobody stops counting for hours."""
        key, moment = _key(channel_id, person_id), at.timestamp()
        if moment - self._spoke.get(key, 0.0) < _DAY_SECONDS:
            return
        self._spoke[key] = moment
        if not self._has_lists:
            note = {"channel": channel_id, "person": person_id, "at": moment}
            await self._site.host.notebook.write(self._site.source, key, note)

    async def pressed(self, channel_id: ChannelId, person: PersonRef) -> None:
        """Who presses something in a group is in it, too, although they may never have said a word to the robot."""
        if self._has_lists:
            # A list of members knows better: who was let out of a group may still see its old cards.
            return
        host, at = self._site.host, datetime.now(UTC)
        channel = (await host.known_channels([channel_id])).get(channel_id)
        if channel is None or channel.visibility == "direct":
            return
        event = self.joined(channel, person, at=at)
        if event is not None:
            known = await host.known_person(person.person_id)
            await host.accept_and_apply([event.model_copy(update={"person": known.person}) if known else event])
        await self.spoke(channel_id, person.person_id, at=at)

    async def sweep(self, *, now: float | None = None) -> None:
        """Who has not spoken for 30 days no longer counts as a member."""
        now = time.time() if now is None else now
        if self._has_lists:
            return
        for key, at in list(self._spoke.items()):
            if now - at >= _MEMBER_SECONDS:
                await self._leave(key, at, now)

    async def _leave(self, key: str, at: float, now: float) -> None:
        host, source = self._site.host, self._site.source
        note = await host.notebook.read(source, key) or {}
        channel_id, person_id = ChannelId(str(note.get("channel", ""))), PersonId(str(note.get("person", "")))
        channel = (await host.known_channels([channel_id])).get(channel_id)
        known = await host.known_person(person_id)
        if channel is not None and known is not None:
            left = MembershipChanged(
                event_id=f"wecom:silent:{channel_id}:{person_id}:{int(at)}",
                occurred_at=datetime.fromtimestamp(now, UTC),
                channel=channel,
                person=known.person,
                present=False,
            )
            await host.accept([left])
            _log.info("somebody who was silent for 30 days no longer counts as a member of a group")
        self._spoke.pop(key, None)
        await host.notebook.write(source, key, None)


def _key(channel_id: ChannelId, person_id: PersonId) -> str:
    return f"{_PREFIX}{channel_id}:{person_id}"
