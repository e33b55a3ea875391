"""What people say to robots and apps goes into the archive, before it is answered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from connectors.events import Event, FileFetched
from connectors.wecom.ids import message_id
from connectors.wecom.presence import Presence
from connectors.wecom.robot_messages import OwnWords, bot_ref, command_of, direct_chat, posted
from connectors.wecom.site import Heard, Site

_MOST_CHATS: Final = 20_000


class Keeping:
    """Tells the archive who said what where, and who reads there."""

    def __init__(self, site: Site, *, presence: Presence, own_words: OwnWords, archive_covers_groups: bool) -> None:
        self._site = site
        self._presence = presence
        self._own_words = own_words
        self._archive_covers_groups = archive_covers_groups
        self._direct_chats: set[str] = set()

    def keeps(self, heard: Heard) -> bool:
        """Whether the message is kept by us; what a message archive brings is not kept twice."""
        return not (heard.is_group and self._archive_covers_groups)

    async def as_known(self, heard: Heard) -> Heard:
        """With the names that the archive knows: a robot is told ids alone, and must not overwrite names with them."""
        host, channel, person = self._site.host, heard.channel, heard.person
        known = (await host.known_channels([channel.channel_id])).get(channel.channel_id)
        if known is not None and _is_bare(channel.name, channel.channel_id):
            channel = known
        if _is_bare(person.name, person.person_id):
            known_person = await host.known_person(person.person_id)
            person = known_person.person if known_person else person
        return replace(heard, channel=channel, person=person)

    async def keep(self, heard: Heard) -> None:
        """When this returns the archive knows who reads an answer. Raises ``TimeoutError`` when that takes long."""
        channel, person, host = heard.channel, heard.person, self._site.host
        place: Event | None = None
        if heard.is_group:
            place = self._presence.joined(channel, person, at=heard.said_at)
        elif channel.channel_id not in self._direct_chats:
            place = direct_chat(heard, bot_ref(self._site.configuration, heard.of))
        events = [place] if place is not None else []
        if self.keeps(heard):
            quoted = "" if self._own_words.includes(heard.quoted_text) else heard.quoted_text
            is_command = command_of(heard, self._site.configuration) is not None
            events.append(posted(heard, quoted=quoted, is_command=is_command))
        if place is not None:
            await host.accept_and_apply(events)
        elif events:
            await host.accept(events)
        if heard.is_group:
            await self._presence.spoke(channel.channel_id, person.person_id, at=heard.said_at)
            return
        if len(self._direct_chats) >= _MOST_CHATS:
            self._direct_chats.clear()
        self._direct_chats.add(channel.channel_id)

    async def fetch(self, heard: Heard) -> Sequence[FileFetched]:
        """The files of a message that is kept; what became of them."""
        if not heard.media or not self.keeps(heard):
            return ()
        return await self._site.media.fetch(heard, at=message_id(heard.msgid))


def _is_bare(name: str, our_id: str) -> bool:
    """Whether a name is but the id, or none."""
    return not name or our_id.endswith(f":{name}")
