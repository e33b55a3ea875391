"""✅ on a reply: who gave it is told when that proposes the reply as a standard answer."""

import logging
from typing import Final

from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.formatting import escaped
from connectors.slack.profiles import Profiles
from connectors.slack.reaction_events import reaction_event_id
from connectors.slack.reactions import emoji_name
from connectors.slack.records import message_record
from connectors.slack.site import Site

_log = logging.getLogger(__name__)
_TICKS: Final = frozenset({"white_check_mark", "heavy_check_mark"})


class Ticks:
    """What comes of a tick is the application's to say; here it is only told, to nobody but who gave it."""

    def __init__(self, site: Site, profiles: Profiles | None = None) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)

    async def heard(self, event: Payload, body: Payload) -> None:
        """A tick that was given; what comes of it is waited for beside other work."""
        item, user_id = object_of(event, "item"), text_of(event, "user")
        if text_of(event, "type") != "reaction_added" or text_of(item, "type") != "message":
            return
        if emoji_name(text_of(event, "reaction")) not in _TICKS or user_id == self._site.me.bot_user_id:
            return
        self._site.tasks.spawn(self._tell(event, item, user_id), name="what comes of a tick")

    async def _tell(self, event: Payload, item: Payload, user_id: str) -> None:
        profile = await self._profiles.of(user_id)
        if profile.person.is_bot:
            return
        channel, emoji = text_of(item, "channel"), emoji_name(text_of(event, "reaction"))
        record = message_record(self._site, channel, text_of(item, "ts"))
        event_id = reaction_event_id(record, emoji, user_id, present=True, event_ts=text_of(event, "event_ts"))
        try:
            said = await self._site.host.proposed_by_tick(event_id, record, profile.person, profile.language)
            if said is not None:
                await self._site.api.call("chat.postEphemeral", channel=channel, user=user_id, text=escaped(said))
        except TimeoutError:
            return  # The proposal is kept all the same.
        except (SlackError, SlackAway) as error:
            _log.warning("a person could not be told what came of a tick: %s", error)
