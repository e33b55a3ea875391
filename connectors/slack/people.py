"""People of a workspace, looked up when they are met and remembered until an event tells otherwise."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors.events import PersonRef
from connectors.slack.cache import Cache
from connectors.slack.cursors import by_cursor
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import Payload, first_text, is_set, number_of, object_of, objects_of, text_of
from connectors.slack.identity import Identity
from connectors.slack.person_refs import SLACKBOT, described_person, person_ref
from connectors.slack.site import Api

_log = logging.getLogger(__name__)

_KEPT_SECONDS = 6 * 3600.0
"""Events tell of changes; this is for those that were lost."""
_UNKNOWN_SECONDS = 600.0
_MOST_KEPT = 20_000
_ONE_BY_ONE = 30
"""More unknown people than this are looked for in the list of all, which is fewer calls."""
_LIST_PAGE = 500
_AT_ONCE = 8


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A user or integration. ``found`` is false when Slack does not tell who it is: then it counts as a guest."""

    person: PersonRef
    active: bool = True
    found: bool = True
    as_of: tuple[int, datetime] = (0, _LONG_AGO)
    """When Slack last changed it, in seconds since the epoch, and when this was said: the greater counts."""
    replaced: bool = False
    """Whether something older was known before, which may have been told meanwhile."""


class People:
    """Looks up users by ``U…`` and ``W…``, and integrations by ``B…``."""

    def __init__(self, *, me: Identity, api: Api) -> None:
        self._me = me
        self._api = api
        self._cache: Cache[Somebody] = Cache(
            self._look_up, seconds=lambda it: _KEPT_SECONDS if it.found else _UNKNOWN_SECONDS, most=_MOST_KEPT
        )

    async def get(self, slack_id: str, *, within: float | None = None) -> Somebody:
        """Somebody, looked up at most ``within`` seconds ago. Raises ``SlackAway`` when Slack cannot be asked."""
        return await self._cache.get(slack_id, within=within)

    async def person(self, slack_id: str) -> PersonRef:
        """Never raises: who cannot be looked up now counts as a guest, under the last name that is known."""
        try:
            return (await self.get(slack_id)).person
        except SlackAway:
            return person_ref(slack_id, self.name(slack_id) or slack_id, is_guest=True)

    def name(self, slack_id: str) -> str | None:
        """The last name that is known."""
        last = self._cache.last(slack_id)
        return last.person.name if last is not None and last.found else None

    async def several(
        self, slack_ids: Iterable[str], *, within: float | None = None, background: bool = False
    ) -> list[Somebody]:
        """Everybody of a list, in its order; many unknown people at once are read from the list of all."""
        ids = list(dict.fromkeys(slack_ids))
        found: dict[str, Somebody] = {}
        missing: set[str] = set()
        for slack_id in ids:
            fresh = self._cache.fresh(slack_id, within=within)
            if fresh is None:
                missing.add(slack_id)
            else:
                found[slack_id] = fresh
        if len(missing) > _ONE_BY_ONE:
            found |= await self._from_list(missing, background=background)
            missing -= found.keys()
        left = sorted(missing)
        for start in range(0, len(left), _AT_ONCE):
            some = left[start : start + _AT_ONCE]
            found |= zip(some, await self._each(some, within=within, background=background), strict=True)
        return [found[slack_id] for slack_id in ids]

    def take_in(self, user: Payload, *, at: datetime) -> None:
        """A user object that was told at this moment; one that comes late does not replace a newer one."""
        slack_id, told = text_of(user, "id"), self.described(user, at=at)
        last = self._cache.last(slack_id)
        if slack_id and (last is None or last.as_of < told.as_of):
            self._cache.put(slack_id, replace(told, replaced=last is not None))

    def supersedes(self, told: Somebody) -> bool:
        """Whether this is the newest that is known, after something else was."""
        last = self._cache.last(told.person.person_id.removeprefix("slack:"))
        return last is not None and last.replaced and last.as_of == told.as_of

    def described(self, user: Payload, *, at: datetime) -> Somebody:
        """Whom a user object tells of."""
        slack_id = text_of(user, "id")
        person = described_person(slack_id, user, workspace_id=self._me.workspace_id)
        if not text_of(user, "team_id") and slack_id != SLACKBOT:
            person = person.model_copy(update={"is_guest": True})
        return Somebody(person=person, active=not is_set(user, "deleted"), as_of=(number_of(user, "updated") or 0, at))

    async def _each(self, slack_ids: Sequence[str], *, within: float | None, background: bool) -> list[Somebody]:
        if background:
            return [await self._in_background(slack_id) for slack_id in slack_ids]
        return list(await asyncio.gather(*(self.get(slack_id, within=within) for slack_id in slack_ids)))

    async def _in_background(self, slack_id: str) -> Somebody:
        """Not through the cache's way: nobody in a hurry must wait for what waits its turn."""
        somebody = await self._look_up(slack_id, background=True)
        self._cache.put(slack_id, somebody)
        return somebody

    async def _from_list(self, wanted: set[str], *, background: bool) -> dict[str, Somebody]:
        found: dict[str, Somebody] = {}
        asked_at = self._api.clock.now()
        async for page in by_cursor(self._api, "users.list", background=background, limit=_LIST_PAGE):
            for user in objects_of(page, "members"):
                slack_id = text_of(user, "id")
                self.take_in(user, at=asked_at)
                newest = self._cache.last(slack_id)
                if slack_id in wanted and newest is not None:
                    found[slack_id] = newest
            if len(found) == len(wanted):
                break
        return found

    async def _look_up(self, slack_id: str, *, background: bool = False) -> Somebody:
        asked_at = self._api.clock.now()
        try:
            if slack_id.startswith("B"):
                return await self._integration(slack_id, background=background)
            answer = await self._api.call("users.info", user=slack_id, background=background)
        except SlackError as error:
            _log.info("slack does not tell who %s is: %s", slack_id, error.code)
            unknown = person_ref(slack_id, "", is_bot=slack_id.startswith("B"), is_guest=not slack_id.startswith("B"))
            return Somebody(person=unknown, found=False)
        user = object_of(answer, "user")
        return self.described({**user, "id": slack_id}, at=asked_at)

    async def _integration(self, bot_id: str, *, background: bool) -> Somebody:
        bot = object_of(await self._api.call("bots.info", bot=bot_id, background=background), "bot")
        return Somebody(
            person=person_ref(bot_id, first_text(bot, "name"), is_bot=True), active=not is_set(bot, "deleted")
        )
