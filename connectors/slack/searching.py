"""Searching the archive in a form, without leaving a word in any channel."""

import asyncio
import contextlib
import re
from collections import OrderedDict
from dataclasses import dataclass
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
from connectors.slack.opening import change_form, open_form
from connectors.slack.pressing import Press, press_of
from connectors.slack.private_commands import run_privately
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.saying import notice
from connectors.slack.site import Site

OPEN_SEARCH: Final = "open_search"
"""A button that opens the form."""
_MOST_FORMS: Final = 500
_HAN = re.compile(r"[㐀-鿿]")


@dataclass(slots=True, eq=False)
class _Search:
    press: Press
    profile: Profile
    query: str
    found: asyncio.Future[list[Block]]
    is_late: bool = False
    """The form says already that it is being searched."""


class Searching:
    """The global shortcut and the button of the home tab; each form can search again and again.

    What is found at once comes with the acknowledgement, anything else when it is found.
    """

    def __init__(
        self, site: Site, profiles: Profiles | None = None, *, patience: float = 0.3, settling: float = 0.5
    ) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)
        self._patience = patience
        self._settling = settling
        """Seconds until Slack has surely taken the acknowledgement, which would replace what is shown later."""
        self._latest: OrderedDict[str, _Search] = OrderedDict()
        """Of each form: what an earlier search finds later is not shown."""

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
        search = _Search(press, profile, query, asyncio.get_running_loop().create_future())
        self._site.tasks.spawn(self._search(search), name="search in a form")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await asyncio.shield(search.found)
        search.is_late = not search.found.done()
        below = [context(escaped(say("searching", profile.language)))] if search.is_late else search.found.result()
        await ack(response_action="update", view=search_form(profile.language, query=query, below=below))

    async def _search(self, search: _Search) -> None:
        view_id, language = text_of(search.press.view, "id"), search.profile.language
        self._latest[view_id] = search
        self._latest.move_to_end(view_id)
        if len(self._latest) > _MOST_FORMS:
            self._latest.popitem(last=False)
        below = end_blocks(await self._found(search), language)
        search.found.set_result(below)
        if search.is_late:
            await asyncio.sleep(self._settling)
            if self._latest.get(view_id) is search:
                form = search_form(language, query=search.query, below=below)
                await change_form(self._site, view_id, form)

    async def _found(self, search: _Search) -> Answer | Notice | Card | None:
        user_id = search.press.user_id
        try:
            channel = await direct_channel(self._site, user_id)
        except (SlackError, SlackAway):
            return notice("slack_internal", search.profile.language)
        command = "/找" if _HAN.search(search.query) else "/find"
        return await run_privately(self._site, search.profile, user_id, f"{command} {search.query}", channel=channel)
