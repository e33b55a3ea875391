"""Who wrote: members by their names, people outside as guests, robots as bots."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from connectors.events import PersonRef
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.ids import person_id
from connectors.wecom.message_archive.fields import Json, object_of, on_one_line, text_of
from connectors.wecom.message_archive.timing import Timing

Call = Callable[..., Awaitable[Json]]
"""``await call(name, **arguments)``: one call of WeCom's API with the token of the archive's own Secret.

Raises ``WeComError`` and ``WeComAway``.
"""
NameOf = Callable[[str], Awaitable[str | None]]
"""The name of a member by ``userid``; None when it is not known. Raises as ``Call``."""

_KNOWN_SECONDS = 24 * 3600.0
_UNKNOWN_SECONDS = 600.0
_MOST_KNOWN = 20_000
_AT_ONCE = 8

_log = logging.getLogger(__name__)


def is_outside(user_id: str) -> bool:
    """Whether an id is of somebody outside the company, by its form."""
    return user_id.startswith(("wm", "wo"))


def is_robot(user_id: str) -> bool:
    """Whether an id is of a robot, by its form."""
    return user_id.startswith("wb")


class People:
    """Looks names up, each once a day. Without a way to do so a person is called by their id."""

    def __init__(self, *, call: Call | None, name_of: NameOf | None, own_robots: Iterable[str], timing: Timing) -> None:
        self._call = call
        self._name_of = name_of
        self._own_robots = frozenset(name for name in own_robots if name)
        self._timing = timing
        self._known: OrderedDict[str, tuple[str | None, float]] = OrderedDict()
        self._asking = asyncio.Semaphore(_AT_ONCE)

    async def person(self, user_id: str) -> PersonRef:
        """Somebody by the id of the message archive."""
        name = await self._name(user_id)
        # A member may have been given an id that looks like one of somebody outside: then the address book knows them.
        is_member = name is not None and not is_robot(user_id)
        return PersonRef(
            person_id=person_id(user_id),
            platform="wecom",
            name=name or user_id,
            is_bot=is_robot(user_id),
            is_guest=is_outside(user_id) and not is_member,
        )

    async def persons(self, user_ids: Iterable[str]) -> tuple[PersonRef, ...]:
        """Several, in the order of their ids."""
        return tuple(await asyncio.gather(*map(self.person, sorted(set(user_ids)))))

    async def is_own_robot(self, user_id: str) -> bool:
        """Whether somebody is one of our robots."""
        return is_robot(user_id) and await self._name(user_id) in self._own_robots

    async def may_be_own_robot(self, user_id: str) -> bool:
        """Whether it is a robot of which nothing is known: what ours say must not be found as if people said it."""
        return is_robot(user_id) and await self._name(user_id) is None

    async def _name(self, user_id: str) -> str | None:
        now = asyncio.get_running_loop().time()
        known = self._known.get(user_id)
        if known is not None and now < known[1]:
            return known[0]
        async with self._asking:
            name = await self._looked_up(user_id)
        self._known[user_id] = (name, now + (_UNKNOWN_SECONDS if name is None else _KNOWN_SECONDS))
        self._known.move_to_end(user_id)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return name

    async def _looked_up(self, user_id: str) -> str | None:
        try:
            async with asyncio.timeout(self._timing.call):
                if is_robot(user_id):
                    return await self._robot_name(user_id)
                return None if self._name_of is None else on_one_line(await self._name_of(user_id) or "", 100) or None
        except (WeComError, WeComAway, TimeoutError) as error:
            _log.debug("no name for somebody: %s", error)
            return None

    async def _robot_name(self, robot_id: str) -> str | None:
        if self._call is None:
            return None
        answer: Any = await self._call("msgaudit/get_robot_info", robot_id=robot_id)
        return on_one_line(text_of(object_of(answer, "data") or answer, "name"), 100) or None
