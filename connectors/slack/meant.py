"""“Did you mean …?” under an answer: whoever says yes gets the standard answer into the same conversation."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.collecting import CollectingReply
from connectors.connector import Answer, Notice
from connectors.slack.answer_blocks import MEANT_ACTION, answer_messages
from connectors.slack.asked_by_press import asked_by_press
from connectors.slack.desk_texts import say
from connectors.slack.errors import MembershipUnknown
from connectors.slack.formatting import escaped
from connectors.slack.presenting import present
from connectors.slack.pressing import Press, press_of
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.site import Site
from connectors.slack.whispers import whisper

_log = logging.getLogger(__name__)


class Meant:
    """The button beside the question; who presses it after another is told that the answer is there."""

    def __init__(self, site: Site, profiles: Profiles | None = None) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)

    def register(self, app: AsyncApp) -> None:
        """Listen to the button."""
        app.action(MEANT_ACTION)(self._pressed)

    async def _pressed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._site.tasks.spawn(self._give(press_of(body)), name="a standard answer that was meant")

    async def _give(self, press: Press) -> None:
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        try:
            told = await self._given(press, profile)
        except MembershipUnknown:
            told = say("membership_unknown", profile.language)
        except PermissionError:
            told = say("meant_not_permitted", profile.language)
        except LookupError:
            told = say("meant_gone", profile.language)
        except Exception:  # noqa: BLE001 - whoever asked is told
            _log.exception("a standard answer that was meant could not be given")
            told = say("try_later", profile.language)
        if told:
            await whisper(self._site, press, told)

    async def _given(self, press: Press, profile: Profile) -> str:
        """Give it; returns what who pressed is to be told besides."""
        if profile.is_outsider:
            return say("outsider", profile.language)
        site = self._site
        beside = await site.host.answer(press.value)
        if beside is None:
            raise LookupError(press.value)
        reply = CollectingReply()
        utterance = await asked_by_press(site, press, profile, beside)
        if not await site.host.meant(beside.answer_id, utterance, reply):
            return say("meant_there", profile.language)
        match reply.end:
            case Answer() as given if press.is_ephemeral:
                # Made from what this person may read, it is for nobody else.
                [*_, shown] = answer_messages(given)
                await whisper(site, press, shown.text, blocks=shown.blocks)
                return ""
            case Answer() as given:
                # A message that begins a thread is answered beside, not below.
                thread_ts = press.thread_ts if press.thread_ts not in ("", press.message_ts) else None
                await present(site, press.channel, given, thread_ts=thread_ts)
                return ""
            case Notice() as notice:
                return escaped(f"{notice.sentence} {notice.hint}".strip())
            case _:
                return say("try_later", profile.language)
