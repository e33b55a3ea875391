"""Settings of a channel, changed from the home tab: the same commands that people type there, run from a form."""

import logging
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.connector import Answer, Card, Language, Notice
from connectors.slack.desk_texts import say
from connectors.slack.errors import SlackAway
from connectors.slack.fields import object_of, text_of
from connectors.slack.home import Home
from connectors.slack.home_blocks import SETTINGS
from connectors.slack.home_texts import HomeText, home_text
from connectors.slack.kit import Block, field, modal, option, section, typed
from connectors.slack.modals import CARD, carried, carried_by, end_form, said_form
from connectors.slack.opening import Forms, change_form, open_form
from connectors.slack.pressing import Press, press_of
from connectors.slack.private_commands import run_privately
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.saying import notice
from connectors.slack.saying import say as said
from connectors.slack.site import Site

DIGEST: Final = "set_digest"
WHEN: Final = "when"
DAY: Final = "day"
TIME: Final = "time"
_DAYS: Final[tuple[HomeText, ...]] = (
    "day_mon", "day_tue", "day_wed", "day_thu", "day_fri", "day_sat", "day_sun",
)  # fmt: skip
_USUAL_TIME: Final = "09:00"

_log = logging.getLogger(__name__)


class ChannelSettings:
    """The menu beside each channel. Who may change what is decided where the commands are carried out."""

    def __init__(self, site: Site, home: Home, profiles: Profiles | None = None, forms: Forms | None = None) -> None:
        self._site = site
        self._home = home
        self._profiles = profiles or Profiles(site)
        self._forms = forms or Forms(site)

    def register(self, app: AsyncApp) -> None:
        """Listen to the menus and to what they open."""
        app.action(SETTINGS)(self._chosen)
        app.view(DIGEST)(self._digest_sent)
        app.view(CARD)(self._confirmed)

    async def _chosen(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        press = press_of(body)
        what, _, channel = press.value.partition(":")
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        if what == "digest":
            await open_form(self._site, press.trigger_id, digest_form(channel, profile.language))
            return
        busy = said_form("result_title", say("working", profile.language), profile.language)
        opened = await open_form(self._site, press.trigger_id, busy)
        if opened is not None:
            text = "/listen on" if what == "listen_on" else "/listen off"
            self._site.tasks.spawn(self._run(press, profile, channel, text, opened), name="setting of a channel")

    async def _run(self, press: Press, profile: Profile, channel: str, text: str, opened: tuple[str, str]) -> None:
        view_id, known_hash = opened
        form = await self._outcome(press, profile, channel, text)
        await change_form(self._site, view_id, form, known_hash=known_hash)

    async def _end_of(self, press: Press, profile: Profile, channel: str, text: str) -> Answer | Notice | Card | None:
        try:
            place = await self._site.directory.channel(channel)
        except SlackAway:
            return notice("slack_internal", profile.language)
        return await run_privately(self._site, profile, press.user_id, text, channel=place, language=profile.language)

    async def _digest_sent(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        state = object_of(press.view, "state")
        when, day, time = (typed(state, block) for block in (WHEN, DAY, TIME))
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        [channel] = carried_by(press.view)
        text = {
            "weekly": f"/digest weekly {day or 'mon'} {time or _USUAL_TIME}",
            "daily": f"/digest daily {time or _USUAL_TIME}",
        }.get(when, "/digest off")
        busy = said_form("result_title", say("working", profile.language), profile.language)
        making = self._outcome(press, profile, channel, text)
        await self._forms.show(ack, text_of(press.view, "id"), busy=busy, making=making)

    async def _outcome(self, press: Press, profile: Profile, channel: str, text: str) -> Block:
        end = await self._end_of(press, profile, channel, text)
        self._home.refresh(press.user_id)
        return end_form(end, profile.language)

    async def _confirmed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        busy = said_form("result_title", say("working", profile.language), profile.language)
        # What is confirmed may take longer than Slack waits.
        await self._forms.show(ack, text_of(press.view, "id"), busy=busy, making=self._decided(press, profile))

    async def _decided(self, press: Press, profile: Profile) -> Block:
        [card_id] = carried_by(press.view)
        try:
            outcome = (await self._site.host.decide(card_id, profile.person, accepted=True)).text
        except LookupError:
            outcome = said("expired", profile.language)
        except PermissionError:
            outcome = notice("slack_card_of_another", profile.language).sentence
        except Exception:  # noqa: BLE001 - whoever confirmed is told
            _log.exception("what was confirmed in a form could not be decided")
            outcome = notice("slack_internal", profile.language).sentence
        self._home.refresh(press.user_id)
        return said_form("result_title", outcome, profile.language)


def digest_form(channel: str, language: Language) -> Block:
    """When the digest of a channel comes."""
    daily = option(home_text("digest_daily", language), "daily")
    rhythms = [
        daily,
        option(home_text("digest_weekly", language), "weekly"),
        option(home_text("digest_off", language), "off"),
    ]
    days = [option(home_text(day, language), day.removeprefix("day_")) for day in _DAYS]
    when = {"type": "radio_buttons", "action_id": "when", "options": rhythms, "initial_option": daily}
    on = {"type": "static_select", "action_id": "day", "options": days, "initial_option": days[0]}
    at = {"type": "timepicker", "action_id": "time", "initial_time": _USUAL_TIME}
    return modal(
        home_text("digest_title", language),
        [
            section(f"*<#{channel}>*"),
            field(home_text("digest_when", language), when, block_id=WHEN),
            field(home_text("digest_time", language), at, block_id=TIME),
            field(home_text("digest_day", language), on, block_id=DAY, optional=True),
        ],
        close=say("cancel", language),
        submit=home_text("digest_send", language),
        callback_id=DIGEST,
        private_metadata=carried(channel),
    )
