"""A second answer to the same question, and a choice between the two that only one person sees.

Made for who presses "try again", and now and then unasked for who asked the question.
"""

import asyncio
import logging
import re
import secrets
from collections import OrderedDict
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.collecting import CollectingReply
from connectors.connector import Answer, Card, Notice, Utterance
from connectors.slack.answer_blocks import AGAIN_ACTION, answer_messages
from connectors.slack.asked_by_press import asked_by_press
from connectors.slack.desk_texts import say
from connectors.slack.errors import MembershipUnknown, SlackAway, SlackError
from connectors.slack.formatting import escaped
from connectors.slack.pairs import DECLINE, PICK, Pair, pair_blocks, picked_blocks
from connectors.slack.presenting import put_in_place
from connectors.slack.pressing import Press, press_of
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.site import Site
from connectors.slack.surface import ReplyPlace
from connectors.slack.whispers import take_away, whisper

_MOST_AT_ONCE: Final = 8
_MOST_REMEMBERED: Final = 500

_log = logging.getLogger(__name__)


class Again:
    """The button under an answer, and those under a pair.

    Both answers are shown side by side to the person who asked for the second, in an order that chance decides. The
    first stays where it is until the second is picked: then it takes its place in the conversation.
    """

    def __init__(self, site: Site, profiles: Profiles | None = None) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)
        self._under_way: set[tuple[str, str]] = set()
        self._picking = asyncio.Lock()
        self._settled: OrderedDict[tuple[str, str, str], Pair] = OrderedDict()

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        app.action(AGAIN_ACTION)(self._pressed)
        app.action(re.compile(f"^{PICK}:"))(self._picked)
        app.action(DECLINE)(self._declined)

    async def offer(self, utterance: Utterance, first: Answer, place: ReplyPlace, ts: str) -> None:
        """Now and then put a second answer beside one that was just shown, for who asked to pick from.

        What fails is logged: nobody waits for it.
        """
        host, person, channel_id = self._site.host, utterance.person, utterance.channel.channel_id
        key = (first.answer_id, place.user_id)
        if len(self._under_way) >= _MOST_AT_ONCE or not await host.wants_pair(first.answer_id, person, channel_id):
            return
        self._under_way.add(key)
        try:
            reply = CollectingReply()
            await host.answer_again(first.answer_id, utterance, reply)
            second = reply.end
            if isinstance(second, Answer) and not second.abstained and not _is_same(first, second):
                await self._put(first, second, utterance, place, ts)
        except (LookupError, PermissionError, MembershipUnknown, SlackError, SlackAway) as error:
            _log.info("a pair could not be offered: %s", error)
        finally:
            self._under_way.discard(key)

    async def _put(self, first: Answer, second: Answer, utterance: Utterance, place: ReplyPlace, ts: str) -> None:
        profile = await self._profiles.of(place.user_id, team_id=place.team_id)
        pair = _pair(first, second, ts=ts)
        await self._site.api.call(
            "chat.postEphemeral",
            channel=place.channel,
            user=place.user_id,
            thread_ts=place.thread_ts,
            text=say("pair_unasked", profile.language),
            blocks=pair_blocks(pair, first, second, profile.language, unasked=True),
        )
        await self._site.host.pair_shown(first=first.answer_id, second=second.answer_id, person=utterance.person)

    async def _declined(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        pair, _ = Pair.read(press.value)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        await self._site.host.pair_declined(first=pair.first, second=pair.second, person=profile.person)
        await ack()
        self._site.tasks.spawn(
            whisper(self._site, press, say("pair_declined", profile.language), replace=True), name="a pair is declined"
        )

    async def _pressed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        press = press_of(body)
        self._site.tasks.spawn(self._answer_again(press), name="answer again")

    async def _answer_again(self, press: Press) -> None:
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        if profile.is_outsider:
            await whisper(self._site, press, say("outsider", profile.language))
            return
        key = (press.value, press.user_id)
        if key in self._under_way or len(self._under_way) >= _MOST_AT_ONCE:
            is_waited_for = key in self._under_way
            await whisper(self._site, press, say("again_under_way" if is_waited_for else "try_later", profile.language))
            return
        self._under_way.add(key)
        try:
            await self._make_pair(press, profile)
        except Exception:  # noqa: BLE001 - whoever asked is told
            _log.exception("a second answer could not be made")
            await whisper(self._site, press, say("try_later", profile.language))
        finally:
            self._under_way.discard(key)

    async def _make_pair(self, press: Press, profile: Profile) -> None:
        first = await self._site.host.answer(press.value)
        if first is None:
            await whisper(self._site, press, say("again_gone", profile.language))
            return
        await whisper(self._site, press, say("again_under_way", profile.language))
        try:
            utterance = await asked_by_press(self._site, press, profile, first)
            reply = CollectingReply()
            await self._site.host.answer_again(first.answer_id, utterance, reply)
        except MembershipUnknown:
            await whisper(self._site, press, say("membership_unknown", profile.language))
        except (LookupError, PermissionError) as error:
            is_gone = isinstance(error, LookupError)
            await whisper(self._site, press, say("again_gone" if is_gone else "again_not_permitted", profile.language))
        else:
            await self._show(press, profile, first, reply.end)

    async def _show(self, press: Press, profile: Profile, first: Answer, end: Answer | Notice | Card | None) -> None:
        language = profile.language
        match end:
            case Answer() if _is_same(first, end):
                await whisper(self._site, press, say("again_same", language))
            case Answer():
                pair = _pair(
                    first,
                    end,
                    ts="" if press.is_ephemeral else press.message_ts,
                    response_url=press.response_url if press.is_ephemeral else "",
                )
                text = say("pair_asked", language)
                await whisper(self._site, press, text, blocks=pair_blocks(pair, first, end, language))
            case Notice():
                await whisper(self._site, press, escaped(f"{end.sentence} {end.hint}".strip()))
            case _:
                await whisper(self._site, press, say("nothing_said", language))

    async def _picked(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        pair, chosen = Pair.read(press.value)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        try:
            await self._site.host.prefer(
                chosen=chosen, other=pair.other(chosen), first_shown=pair.shown_first, person=profile.person
            )
        except (LookupError, PermissionError):
            await ack()
            self._site.tasks.spawn(
                whisper(self._site, press, say("pair_over", profile.language), replace=True), name="a pair is over"
            )
            return
        await ack()
        self._site.tasks.spawn(self._settle(press, profile, pair, chosen), name="the picked answer stays")

    async def _settle(self, press: Press, profile: Profile, pair: Pair, chosen: str) -> None:
        """Let the conversation show what was picked; who presses twice finds it done."""
        key = (pair.first, pair.second, press.user_id)
        async with self._picking:
            pair = self._settled.get(key, pair)
            answer = None if pair.shown == chosen and pair.ts else await self._site.host.answer(chosen)
            pair, is_done = await self._show_picked(press, pair, chosen, answer)
            self._settled[key] = pair
            if len(self._settled) > _MOST_REMEMBERED:
                self._settled.popitem(last=False)
        # What the conversation does not show stays with who picked it.
        alone = answer if not pair.ts or not is_done else None
        text, blocks = picked_blocks(pair, chosen, profile.language, is_done=is_done, answer=alone)
        await whisper(self._site, press, text, blocks=blocks, replace=True)

    async def _show_picked(self, press: Press, pair: Pair, chosen: str, answer: Answer | None) -> tuple[Pair, bool]:
        """The pair as it is now, and whether what was picked is shown."""
        if pair.shown == chosen and pair.ts:
            return pair, True
        if answer is None:
            return pair, False
        if not pair.ts:
            # What only this person sees cannot be exchanged: it is taken away, and the pair becomes the picked answer.
            if pair.response_url:
                await take_away(self._site, pair.response_url)
            return pair.now_showing(chosen, ts=""), True
        if not await self._may_be_shown(press, pair, answer):
            return pair, False
        # A message that begins a thread is answered beside, not below.
        thread_ts = press.thread_ts if press.thread_ts not in ("", pair.ts) else None
        try:
            ts = await put_in_place(self._site, press.channel, pair.ts, answer, thread_ts=thread_ts)
        except (SlackError, SlackAway) as error:
            _log.warning("the picked answer could not take the place of the other: %s", error)
            return pair, False
        return pair.now_showing(chosen, ts=ts), True

    async def _may_be_shown(self, press: Press, pair: Pair, answer: Answer) -> bool:
        """Whether everybody here may read it still, and the other one is a single message that can be taken away."""
        other = await self._site.host.answer(pair.shown)
        if other is not None and len(answer_messages(other)) > 1:
            return False
        try:
            channel = await self._site.directory.channel(press.channel)
            # An answer that abstains quotes what it found, if anything.
            if channel.visibility == "direct" or (answer.abstained and not answer.citations):
                return True
            await self._site.memberships.refresh_channel(press.channel)
        except (MembershipUnknown, SlackError, SlackAway):
            return False
        return await self._site.host.may_share(answer.answer_id, channel.channel_id)


def _pair(first: Answer, second: Answer, *, ts: str, response_url: str = "") -> Pair:
    return Pair(
        first=first.answer_id,
        second=second.answer_id,
        shown_first=secrets.choice((first.answer_id, second.answer_id)),
        shown=first.answer_id,
        ts=ts,
        response_url=response_url,
    )


def _is_same(first: Answer, second: Answer) -> bool:
    return first.answer_id == second.answer_id or "".join(first.text.split()) == "".join(second.text.split())
