"""Searching the archive in a form, without leaving a word in any channel."""

import re
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.connector import Answer, Card, Notice
from connectors.slack.desk_texts import say
from connectors.slack.directs import direct_channel
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import object_of, text_of
from connectors.slack.formatting import escaped
from connectors.slack.kit import Block, context, typed
from connectors.slack.modals import QUERY, SEARCH, end_blocks, search_form
from connectors.slack.opening import Forms, open_form
from connectors.slack.pressing import press_of
from connectors.slack.private_commands import run_privately
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.saying import notice
from connectors.slack.site import Site

OPEN_SEARCH: Final = "open_search"
"""A button that opens the form."""
_HAN = re.compile(r"[㐀-鿿]")


class Searching:
    """The global shortcut and the button of the home tab; each form can search again and again."""

    def __init__(self, site: Site, profiles: Profiles | None = None, forms: Forms | None = None) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)
        self._forms = forms or Forms(site)

    def register(self, app: AsyncApp) -> None:
        """Listen."""
        app.shortcut(SEARCH)(self._opened)
        app.action(OPEN_SEARCH)(self._opened)
        app.view(SEARCH)(self._sent)

    async def _opened(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        press = press_of(body)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        await open_form(self._site, press.trigger_id, search_form(profile.language))

    async def _sent(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        query = typed(object_of(press.view, "state"), QUERY)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        if not query or profile.is_outsider:
            why = say("outsider" if profile.is_outsider else "field_empty", profile.language)
            await ack(response_action="errors", errors={QUERY: why})
            return
        language, searching = profile.language, [context(escaped(say("searching", profile.language)))]
        await self._forms.show(
            ack,
            text_of(press.view, "id"),
            busy=search_form(language, query=query, below=searching),
            making=self._result(press.user_id, profile, query),
        )

    async def _result(self, user_id: str, profile: Profile, query: str) -> Block:
        found = end_blocks(await self._found(user_id, profile, query), profile.language)
        return search_form(profile.language, query=query, below=found)

    async def _found(self, user_id: str, profile: Profile, query: str) -> Answer | Notice | Card | None:
        try:
            channel = await direct_channel(self._site, user_id)
        except (SlackError, SlackAway):
            return notice("slack_internal", profile.language)
        command = "/找" if _HAN.search(query) else "/find"
        return await run_privately(self._site, profile, user_id, f"{command} {query}", channel=channel)
