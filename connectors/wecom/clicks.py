"""Buttons of cards: whatever a button carries, what takes the place of its card comes within WeCom's five seconds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from connectors.collecting import CollectingReply
from connectors.connector import Answer, Card, Decision, Language, Notice, Utterance
from connectors.events import ChannelId, PersonId, PersonRef
from connectors.wecom.again import PREFER, Again
from connectors.wecom.cards import ended_card
from connectors.wecom.confirmations import choice_in, decided_card, over_card, refused_card
from connectors.wecom.settings_card import digest_command, place_in
from connectors.wecom.site import CardChange, Site
from connectors.wecom.texts import notice, say
from connectors.wecom.welcome import HELP, turned

_log = logging.getLogger(__name__)

T = TypeVar("T")

CLICK_SECONDS: Final = 3.0
"""A card event that is not answered within five is dropped by WeCom."""
LanguageOf = Callable[[PersonId], Language]


class Clicks:
    """What buttons do. What takes longer goes on, and the card says how to see what came of it."""

    def __init__(
        self, site: Site, *, again: Again, language_of: LanguageOf, sees_all: bool, seconds: float = CLICK_SECONDS
    ) -> None:
        self._site = site
        self._again = again
        self._language_of = language_of
        self._sees_all = sees_all
        self._seconds = seconds

    async def clicked(
        self, *, key: str, task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]]
    ) -> CardChange:
        """Never raises: a key of another time, or of somebody's making, leads to a card that says so."""
        language = self._language_of(person.person_id)
        try:
            return await self._done(key, task_id, person, chosen, language)
        except LookupError:
            return over_card(task_id=task_id, language=language)
        except PermissionError:
            return refused_card(task_id=task_id, language=language)
        except Exception:  # noqa: BLE001 - the edge: whoever pressed is told, whatever happened
            _log.exception("a button could not be carried out")
            failed = notice("wecom_internal", language)
            text = f"{failed.hint} {say('code', language, code=failed.code)}"
            card = ended_card(failed.sentence, text, say("failed", language), task_id=task_id, language=language)
            return CardChange(card=card, alone=True)

    async def _done(
        self, key: str, task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]], language: Language
    ) -> CardChange:
        if (choice := choice_in(key)) is not None:
            card_id, accepted = choice
            deciding = self._site.host.decide(card_id, person, accepted=accepted)
            decision = await self._within(deciding) or Decision(card_id, "running", "")
            return decided_card(decision, task_id=task_id, language=language)
        if key.startswith(PREFER):
            return await self._again.picked(key, task_id=task_id, person=person, chosen=chosen, language=language)
        if key.startswith(HELP):
            return turned(key, task_id=task_id, sees_all=self._sees_all, language=language)
        if (place := place_in(key)) is not None:
            return await self._set(place, task_id, person, chosen)
        raise LookupError(key[:40])

    async def _set(
        self, place: tuple[Language, str], task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]]
    ) -> CardChange:
        language, channel_id = place[0], ChannelId(place[1])
        channel = (await self._site.host.known_channels([channel_id])).get(channel_id)
        if channel is None:
            raise LookupError(channel_id)
        utterance = Utterance(
            kind="direct" if channel.visibility == "direct" else "mention",
            text=digest_command(chosen, language),
            channel=channel,
            person=person,
            record_id=None,
            thread_id=None,
            said_at=datetime.now(UTC),
            language=language,
        )
        said = await self._within(self._carried_out(utterance)) or say("settings_sent", language)
        done = say("settings_done", language)
        return CardChange(card=ended_card(utterance.text, said, done, task_id=task_id, language=language))

    async def _carried_out(self, utterance: Utterance) -> str:
        """What the command said. A question back is answered with yes: on this card everything was chosen already."""
        reply = CollectingReply()
        await self._site.host.converse(utterance, reply)
        match reply.end:
            case Answer(text=text):
                return text
            case Notice(sentence=sentence, hint=hint):
                return f"{sentence} {hint}".strip()
            case Card(card_id=card_id):
                return (await self._site.host.decide(card_id, utterance.person, accepted=True)).text
            case _:
                return ""

    async def _within(self, work: Awaitable[T]) -> T | None:
        """What comes of it in time; None when it goes on by itself."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def run() -> None:
            try:
                outcome = await work
            except Exception as error:
                if done.cancelled():
                    raise
                done.set_exception(error)
            else:
                if not done.cancelled():
                    done.set_result(outcome)

        self._site.tasks.spawn(run(), name="button of a card")
        try:
            return await asyncio.wait_for(done, self._seconds)
        except TimeoutError:
            return None
