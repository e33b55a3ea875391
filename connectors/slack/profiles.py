"""Who somebody is to the bot: their language, and whether they belong to this workspace."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from connectors.connector import Language
from connectors.events import PersonRef
from connectors.slack import ids
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import is_set, object_of, text_of
from connectors.slack.person_refs import is_outsider
from connectors.slack.site import Site

DEFAULT_LANGUAGE: Language = "en"
_KEPT_SECONDS = 3600.0
_MOST_KEPT = 5000
_PATIENCE_SECONDS = 1.0
"""A press must be acknowledged within three seconds, so nobody is looked up for longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """``is_outsider``: of another organisation, met in a shared channel."""

    person: PersonRef
    language: Language
    is_outsider: bool


class Profiles:
    """Looks people up, and remembers what it found for an hour."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._found: OrderedDict[str, tuple[float, Language, bool]] = OrderedDict()

    async def of(self, user_id: str, *, team_id: str = "") -> Profile:
        """Never raises: who cannot be looked up in time is a guest, and of the workspace that ``team_id`` says."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                person = await self._site.directory.person(user_id)
                language, outside = await self._read(user_id)
        except (TimeoutError, SlackError, SlackAway):
            unknown = PersonRef(person_id=ids.person_id(user_id), platform="slack", name=user_id, is_guest=True)
            return Profile(
                person=unknown,
                language=DEFAULT_LANGUAGE,
                is_outsider=bool(team_id) and team_id != self._site.me.workspace_id,
            )
        return Profile(person=person, language=language, is_outsider=outside)

    async def _read(self, user_id: str) -> tuple[Language, bool]:
        now = time.monotonic()
        if (kept := self._found.get(user_id)) is not None and kept[0] > now:
            return kept[1], kept[2]
        answer = await self._site.api.call("users.info", user=user_id, include_locale=True)
        user = object_of(answer, "user")
        language = language_of_locale(text_of(user, "locale"))
        outside = is_outsider(user, workspace_id=self._site.me.workspace_id) or is_set(user, "is_stranger")
        self._found[user_id] = (now + _KEPT_SECONDS, language, outside)
        self._found.move_to_end(user_id)
        if len(self._found) > _MOST_KEPT:
            self._found.popitem(last=False)
        return language, outside


def language_of_locale(locale: str) -> Language:
    """``zh-CN`` and ``zh-TW`` are Chinese; everybody else reads English."""
    if not locale:
        return DEFAULT_LANGUAGE
    return "zh" if locale.lower().startswith("zh") else "en"
