"""👍 and 👎: the buttons under an answer, and reactions on it."""

import asyncio
import json
import logging
import re
from collections.abc import Sequence
from typing import Any, Final
from weakref import WeakValueDictionary

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.connector import DownReason, VerdictKind
from connectors.slack.answer_blocks import FEEDBACK_ACTION
from connectors.slack.desk_texts import DeskText, say
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.kit import typed
from connectors.slack.pressing import Press, press_of
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.reasons import COMMENT, COMMENT_FIELD, REASON, UNDO, chosen_in, comment_form, switched, thanks
from connectors.slack.records import message_record
from connectors.slack.site import Site
from connectors.slack.whispers import whisper, whisper_to

_log = logging.getLogger(__name__)
_SIDES: Final[dict[str, VerdictKind]] = {
    "+1": "up",
    "thumbsup": "up",
    "👍": "up",
    "-1": "down",
    "thumbsdown": "down",
    "👎": "down",
}
_SKIN_TONES: Final = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


class Feedback:
    """Verdicts of people on answers: the last one of each person counts.

    A verdict is stored before Slack is told that the press arrived, so what a person saw succeed is kept.
    """

    def __init__(self, site: Site, profiles: Profiles | None = None) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons and to the form behind "other…"."""
        app.action(FEEDBACK_ACTION)(self._pressed)
        app.action(UNDO)(self._undone)
        app.action(re.compile(f"^{REASON}"))(self._reasoned)
        app.view(COMMENT)(self._commented)

    async def heard(self, event: Payload, body: Payload) -> None:
        """A thumb as a reaction on an answer is a verdict, and taking it away withdraws it."""
        kind, item, user_id = text_of(event, "type"), object_of(event, "item"), text_of(event, "user")
        side = _side_of(text_of(event, "reaction"))
        if kind not in ("reaction_added", "reaction_removed") or side is None or user_id == self._site.me.bot_user_id:
            return
        if text_of(item, "type") != "message" or text_of(event, "item_user") not in ("", self._site.me.bot_user_id):
            return
        channel, ts = text_of(item, "channel"), text_of(item, "ts")
        answer_id = await self._site.host.answer_shown_in(message_record(self._site, channel, ts))
        if answer_id is None:
            return
        profile = await self._profiles.of(user_id)
        async with self._turn(answer_id, user_id):
            is_known = await self._site.host.verdict(answer_id, profile.person) == side
            if kind == "reaction_added" and not is_known:
                await self._judge(answer_id, profile, side)
            elif kind == "reaction_removed" and is_known:
                await self._judge(answer_id, profile, "withdrawn")

    async def _pressed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        side, _, answer_id = press.value.partition(":")
        verdict: VerdictKind = "up" if side == "up" else "down"
        async with self._turn(answer_id, press.user_id):
            profile = await self._profiles.of(press.user_id, team_id=press.team_id)
            refused = await self._judge_press(answer_id, profile, verdict)
        await ack()
        self._site.tasks.spawn(self._thank(press, profile, answer_id, verdict, refused), name="thanks for a verdict")

    async def _undone(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        async with self._turn(press.value, press.user_id):
            profile = await self._profiles.of(press.user_id, team_id=press.team_id)
            refused = await self._judge_press(press.value, profile, "withdrawn")
        await ack()
        thanking = self._thank(press, profile, press.value, "withdrawn", refused, replace=True)
        self._site.tasks.spawn(thanking, name="a verdict is withdrawn")

    async def _reasoned(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        chosen, answer_id = chosen_in(press.value)
        if press.action_id == f"{REASON}other":
            await self._ask_for_words(ack, press, answer_id, chosen)
            return
        chosen = switched(chosen, press.action_id)
        async with self._turn(answer_id, press.user_id):
            profile = await self._profiles.of(press.user_id, team_id=press.team_id)
            refused = await self._judge_press(answer_id, profile, "down", reasons=chosen)
        await ack()
        thanking = self._thank(press, profile, answer_id, "down", refused, chosen=chosen, replace=True)
        self._site.tasks.spawn(thanking, name="reasons of a verdict")

    async def _ask_for_words(self, ack: AsyncAck, press: Press, answer_id: str, chosen: Sequence[DownReason]) -> None:
        await ack()
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        form = comment_form(answer_id, chosen, press.response_url, profile.language)
        try:
            await self._site.api.call("views.open", trigger_id=press.trigger_id, view=form)
        except (SlackError, SlackAway) as error:
            _log.warning("a form could not be opened: %s", error)
            await whisper(self._site, press, say("try_later", profile.language))

    async def _commented(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        answer_id, before, response_url = json.loads(text_of(press.view, "private_metadata"))
        chosen = tuple(dict.fromkeys([*before, "other"]))
        comment = typed(object_of(press.view, "state"), COMMENT_FIELD)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        if not comment:
            await ack(response_action="errors", errors={COMMENT_FIELD: say("comment_empty", profile.language)})
            return
        async with self._turn(answer_id, press.user_id):
            refused = await self._judge_press(answer_id, profile, "down", reasons=chosen, comment=comment)
        if refused is not None:
            await ack(response_action="errors", errors={COMMENT_FIELD: say(refused, profile.language)})
            return
        await ack()
        text, blocks = thanks(answer_id, "down", profile.language, commented=True)
        thanking = whisper_to(self._site, response_url, text, blocks=blocks, replace=True)
        self._site.tasks.spawn(thanking, name="thanks for a comment")

    async def _judge_press(
        self,
        answer_id: str,
        profile: Profile,
        verdict: VerdictKind,
        *,
        reasons: Sequence[DownReason] | None = None,
        comment: str = "",
    ) -> DeskText | None:
        """As ``_judge``; who pressed is told when it could not be kept.

        Pressed again on the same side it is still that verdict, with the reasons given before.
        """
        try:
            if reasons is None and await self._site.host.verdict(answer_id, profile.person) == verdict:
                return None
            return await self._judge(answer_id, profile, verdict, reasons=reasons or (), comment=comment)
        except Exception:  # noqa: BLE001 - the edge
            _log.exception("a verdict could not be kept")
            return "try_later"

    async def _judge(
        self,
        answer_id: str,
        profile: Profile,
        verdict: VerdictKind,
        *,
        reasons: Sequence[DownReason] = (),
        comment: str = "",
    ) -> DeskText | None:
        """Store it; why not, when it is refused."""
        if profile.is_outsider:
            return "verdict_outsider"
        try:
            await self._site.host.judge(
                answer_id=answer_id, person=profile.person, verdict=verdict, reasons=reasons, comment=comment
            )
        except PermissionError:
            return "verdict_not_permitted"
        except LookupError:
            return "verdict_unknown"
        return None

    async def _thank(
        self,
        press: Press,
        profile: Profile,
        answer_id: str,
        verdict: VerdictKind,
        refused: DeskText | None,
        *,
        chosen: Sequence[DownReason] = (),
        replace: bool = False,
    ) -> None:
        if refused is not None:
            await whisper(self._site, press, say(refused, profile.language))
            return
        text, blocks = thanks(answer_id, verdict, profile.language, chosen=chosen)
        await whisper(self._site, press, text, blocks=blocks, replace=replace)

    def _turn(self, answer_id: str, user_id: str) -> asyncio.Lock:
        """Presses of one person on one answer count in the order in which they came."""
        return self._turns.setdefault((answer_id, user_id), asyncio.Lock())


def _side_of(reaction: str) -> VerdictKind | None:
    """``+1::skin-tone-3`` is up; any other emoji is no verdict."""
    return _SIDES.get(
        reaction.partition("::")[0].strip(":").rstrip("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
    )
