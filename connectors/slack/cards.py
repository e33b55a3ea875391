"""Cards: the two buttons of a question that the bot asks back."""

import asyncio
import logging
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.connector import Decision
from connectors.events import PersonRef
from connectors.slack.answer_blocks import (
    CARD_CANCEL_ACTION,
    CARD_CONFIRM_ACTION,
    Shown,
    notice_message,
    plain_message,
)
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.pressing import Press, press_of
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.saying import NoticeKey, notice, say
from connectors.slack.sending import change
from connectors.slack.site import Site
from connectors.slack.whispers import whisper

_log = logging.getLogger(__name__)
_LOOKS: Final = 30
_LOOK_SECONDS: Final = 2.0


class Cards:
    """Decides a card for the person who asked, and puts what came of it in its place."""

    def __init__(self, site: Site, profiles: Profiles | None = None, *, look_seconds: float = _LOOK_SECONDS) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)
        self._look_seconds = look_seconds

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        app.action(CARD_CONFIRM_ACTION)(self._confirmed)
        app.action(CARD_CANCEL_ACTION)(self._cancelled)

    async def _confirmed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._pressed(ack, body, accepted=True)

    async def _cancelled(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._pressed(ack, body, accepted=False)

    async def _pressed(self, ack: AsyncAck, body: dict[str, Any], *, accepted: bool) -> None:
        await ack()
        self._site.tasks.spawn(self._decide(press_of(body), accepted=accepted), name="card decided")

    async def _decide(self, press: Press, *, accepted: bool) -> None:
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        try:
            await self._tell(press, plain_message(await self._outcome(press, profile, accepted=accepted)))
        except PermissionError:
            await self._refuse(press, profile, "slack_card_of_another")
        except LookupError:
            await self._tell(press, plain_message(say("expired", profile.language)))
        except (SlackError, SlackAway) as error:
            _log.warning("what came of a card could not be shown: %s", error)
        except Exception:  # noqa: BLE001 - the edge: whoever pressed is told, whatever happened
            _log.exception("a card could not be decided")
            await self._refuse(press, profile, "slack_internal")

    async def _outcome(self, press: Press, profile: Profile, *, accepted: bool) -> str:
        decision = await self._ask(press, profile.person, accepted=accepted)
        for look in range(_LOOKS):
            if decision.state != "running":
                break
            if look == 0:
                await self._tell(press, plain_message(decision.text or say("running", profile.language)))
            await asyncio.sleep(self._look_seconds)
            decision = await self._ask(press, profile.person, accepted=accepted)
        return decision.text

    async def _ask(self, press: Press, person: PersonRef, *, accepted: bool) -> Decision:
        return await self._site.host.decide(press.value, person, accepted=accepted)

    async def _refuse(self, press: Press, profile: Profile, key: NoticeKey) -> None:
        shown = notice_message(notice(key, profile.language), profile.language)
        await whisper(self._site, press, shown.text, blocks=shown.blocks)

    async def _tell(self, press: Press, shown: Shown) -> None:
        """In the place of the card; one that only its person sees is reached by the address of the press alone."""
        if press.is_ephemeral:
            await whisper(self._site, press, shown.text, blocks=shown.blocks, replace=True)
        else:
            await change(self._site, press.channel, press.message_ts, shown)
