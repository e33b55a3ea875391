"""Who wrote: members by their names, people outside as guests, robots as bots."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable

from connectors.events import PersonRef
from connectors.live_host import LiveHost
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.ids import person_id
from connectors.wecom.message_archive.asking import Asking, Call, NameOf
from connectors.wecom.message_archive.fields import object_of, on_one_line, text_of

_KNOWN_SECONDS = 24 * 3600.0
_UNKNOWN_SECONDS = 600.0
_MOST_KNOWN = 20_000
_OUTSIDE_CHARACTERS = 30
"""Ids that WeCom makes for people outside are at least so long; shorter ones that begin like them may be members'."""

_log = logging.getLogger(__name__)


def is_outside(user_id: str) -> bool:
    """Whether an id is of somebody outside the company, by its form."""
    return user_id.startswith(("wm", "wo"))


def is_robot(user_id: str) -> bool:
    """Whether an id is of a robot, by its form."""
    return user_id.startswith("wb")


class People:
    """Looks names up, each once a day. Who cannot be looked up is called as before, or by their id."""

    def __init__(
        self, *, host: LiveHost, asking: Asking, call: Call | None, name_of: NameOf | None, own_robots: Iterable[str]
    ) -> None:
        self._host = host
        self._asking = asking
        self._call = call
        self._name_of = name_of
        self._own_robots = frozenset(name for name in own_robots if name)
        self._known: OrderedDict[str, tuple[PersonRef, str | None, float]] = OrderedDict()

    async def person(self, user_id: str) -> PersonRef:
        """Somebody by the id of the message archive."""
        person, _ = await self._looked_at(user_id)
        return person

    async def persons(self, user_ids: Iterable[str]) -> tuple[PersonRef, ...]:
        """Several, in the order of their ids."""
        return tuple(await asyncio.gather(*map(self.person, sorted(set(user_ids)))))

    async def is_own_robot(self, user_id: str) -> bool:
        """Whether somebody is one of our robots."""
        return is_robot(user_id) and (await self._looked_at(user_id))[1] in self._own_robots

    async def may_be_own_robot(self, user_id: str) -> bool:
        """Whether it is a robot of which nothing is known: what ours say must not be found as if people said it."""
        return is_robot(user_id) and (await self._looked_at(user_id))[1] is None

    async def _looked_at(self, user_id: str) -> tuple[PersonRef, str | None]:
        """Somebody, and the name that WeCom gives them now."""
        now = asyncio.get_running_loop().time()
        known = self._known.get(user_id)
        if known is not None and now < known[2]:
            return known[0], known[1]
        try:
            name = await self._name(user_id)
            seconds = _UNKNOWN_SECONDS if name is None else _KNOWN_SECONDS
        except WeComAway:
            name, seconds = None, self._asking.away_seconds
        person = await self._described(user_id, name)
        self._known[user_id] = (person, name, now + seconds)
        self._known.move_to_end(user_id)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return person, name

    async def _described(self, user_id: str, name: str | None) -> PersonRef:
        if name is None:
            before = await self._host.known_person(person_id(user_id))
            if before is not None and before.person.name:
                return before.person
        return PersonRef(
            person_id=person_id(user_id),
            platform="wecom",
            name=name or user_id,
            is_bot=is_robot(user_id),
            # A member may have been given an id that looks like one of somebody outside: the address book knows them.
            is_guest=is_outside(user_id) and name is None,
        )

    async def _name(self, user_id: str) -> str | None:
        """Raises ``WeComAway``."""
        try:
            if is_robot(user_id):
                return await self._robot_name(user_id)
            name_of = self._name_of
            if name_of is None or (is_outside(user_id) and len(user_id) >= _OUTSIDE_CHARACTERS):
                return None
            name = await self._asking.ask(lambda: name_of(user_id))
            return on_one_line(name or "", 100) or None
        except WeComError as error:
            _log.debug("no name for somebody: %s", error)
            return None

    async def _robot_name(self, robot_id: str) -> str | None:
        call = self._call
        if call is None:
            return None
        answer = await self._asking.ask(lambda: call("msgaudit/get_robot_info", robot_id=robot_id))
        return on_one_line(text_of(object_of(answer, "data") or answer, "name"), 100) or None
