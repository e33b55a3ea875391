"""Threads in which somebody talks with the bot: there its name need not be said again."""

import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.slack.said import Said
from connectors.slack.site import Site

_PREFIX: Final = "thread:"
_MOST: Final = 2_000
_KEPT_SECONDS: Final = 30 * 86_400.0
_ASKS: Final = re.compile(r"[?？]\s*$|[吗呢么]\s*[。!！~～]*\s*$")


@dataclass(frozen=True, slots=True)
class _Talk:
    people: frozenset[str]
    """Who asked the bot in this thread."""
    has_others: bool
    """Whether people have talked among themselves since the bot was last asked."""
    at: float


class Conversations:
    """Known again after a restart; only ids and times are kept.

    Whoever asked the bot goes on talking with it, as long as nobody else joins in. Once people talk among themselves
    there, only what ends as a question is taken for one, and what names somebody else never is.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._talks: OrderedDict[str, _Talk] = OrderedDict()

    async def load(self) -> None:
        """Remember; threads that nobody asked in for a month are forgotten."""
        notebook, source = self._site.host.notebook, self._site.source
        notes = await notebook.all(source, _PREFIX)
        for key, talk in sorted(((key, _talk(note)) for key, note in notes.items()), key=lambda item: item[1].at):
            if talk.at < time.time() - _KEPT_SECONDS:
                await notebook.write(source, key, None)
            else:
                self._talks[key] = talk

    async def asked(self, said: Said) -> None:
        """Somebody asks in this thread."""
        key = _key(said)
        known = self._talks.get(key)
        people = (known.people if known else frozenset()) | {said.user_id}
        await self._set(key, _Talk(people=people, has_others=False, at=time.time()))

    async def is_turn(self, said: Said) -> bool:
        """Whether a reply in a thread, which does not name the bot, goes on with its conversation."""
        key = _key(said)
        talk = self._talks.get(key)
        if talk is None or not said.thread_ts:
            return False
        if said.mentions_others or said.user_id not in talk.people:
            if not talk.has_others:
                await self._set(key, _Talk(people=talk.people, has_others=True, at=talk.at))
            return not said.mentions_others and _ASKS.search(said.text) is not None
        return not talk.has_others or _ASKS.search(said.text) is not None

    async def _set(self, key: str, talk: _Talk) -> None:
        self._talks[key] = talk
        self._talks.move_to_end(key)
        notebook, source = self._site.host.notebook, self._site.source
        note = {"people": sorted(talk.people), "has_others": talk.has_others, "at": talk.at}
        await notebook.write(source, key, note)
        while len(self._talks) > _MOST:
            oldest, _ = self._talks.popitem(last=False)
            await notebook.write(source, oldest, None)


def _key(said: Said) -> str:
    return f"{_PREFIX}{said.channel}:{said.reply_thread}"


def _talk(note: Mapping[str, object]) -> _Talk:
    people, at = note.get("people"), note.get("at")
    return _Talk(
        people=frozenset(map(str, people)) if isinstance(people, list | tuple) else frozenset(),
        has_others=bool(note.get("has_others")),
        at=float(at) if isinstance(at, int | float) else 0.0,
    )
