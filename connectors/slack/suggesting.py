"""What one might ask, offered when somebody opens their chat with the bot."""

import time
from collections import OrderedDict
from typing import Final

from connectors.slack.fields import Payload, text_of
from connectors.slack.profiles import Profiles
from connectors.slack.saying import Key, say
from connectors.slack.site import Site
from connectors.slack.surface import ReplyPlace, Surface

_PROMPTS: Final[tuple[tuple[Key, Key], ...]] = (
    ("missed", "missed_ask"),
    ("decided", "decided_ask"),
    ("files", "files_ask"),
    ("can", "can_ask"),
)
_SESSION_SECONDS: Final = 6 * 3600.0
_PEOPLE: Final = 5_000


class Suggesting:
    """Once for each person and session: the event comes whenever they look."""

    def __init__(self, site: Site, *, surface: Surface, profiles: Profiles) -> None:
        self._site = site
        self._surface = surface
        self._profiles = profiles
        self._suggested: OrderedDict[str, float] = OrderedDict()

    def opened(self, event: Payload) -> None:
        """``app_home_opened``."""
        user_id, channel = text_of(event, "user"), text_of(event, "channel")
        if text_of(event, "tab") != "messages" or not user_id or not channel:
            return
        now = time.monotonic()
        if now - self._suggested.get(user_id, float("-inf")) < _SESSION_SECONDS:
            return
        self._suggested[user_id] = now
        self._suggested.move_to_end(user_id)
        if len(self._suggested) > _PEOPLE:
            self._suggested.popitem(last=False)
        self._site.tasks.spawn(self._suggest(user_id, channel), name="suggested prompts")

    async def _suggest(self, user_id: str, channel: str) -> None:
        language = (await self._profiles.of(user_id)).language
        place = ReplyPlace(
            channel=channel, thread_ts=None, user_id=user_id, team_id=self._site.me.workspace_id, is_direct=True
        )
        # With a thread_ts Slack would say ok and show nothing.
        await self._surface.attempt(
            "assistant.threads.setSuggestedPrompts",
            place,
            channel_id=channel,
            title=say("prompts", language),
            prompts=[{"title": say(title, language), "message": say(ask, language)} for title, ask in _PROMPTS],
        )
