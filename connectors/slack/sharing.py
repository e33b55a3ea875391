"""Sharing: an answer that only one person saw is posted for everybody, if everybody may read its sources."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.connector import Answer, Utterance
from connectors.slack.answer_blocks import is_saying
from connectors.slack.asking_here import NOT_HERE, ask_here
from connectors.slack.desk_texts import DeskText, say
from connectors.slack.errors import MembershipUnknown, SlackAway, SlackError
from connectors.slack.formatting import escaped, small
from connectors.slack.kit import Block, actions, button, context, section
from connectors.slack.presenting import present
from connectors.slack.pressing import Press, press_of
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.site import Site
from connectors.slack.splitting import cut
from connectors.slack.surface import Surface
from connectors.slack.whispers import whisper

SHARE: Final = "share_answer"
ASK_HERE: Final = "ask_here"
_NOTE: Final = "shared:"
_QUESTION_CHARACTERS: Final = 300

_log = logging.getLogger(__name__)


def share_blocks(answer: Answer) -> Sequence[Block]:
    """The button under an answer that only who asked sees; nothing under what rests on no sources."""
    if is_saying(answer) or answer.abstained:
        return ()
    return (actions([button(say("share", answer.language), action_id=SHARE, value=answer.answer_id)]),)


class Sharing:
    """The button, and the one that is offered instead when not everybody may read what the answer rests on."""

    def __init__(
        self,
        site: Site,
        profiles: Profiles | None = None,
        surface: Surface | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)
        self._surface = surface or Surface(site)
        self._now = now
        self._under_way: set[str] = set()

    def register(self, app: AsyncApp) -> None:
        """Listen to both buttons."""
        app.action(SHARE)(self._pressed)
        app.action(ASK_HERE)(self._pressed)

    async def _pressed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        press = press_of(body)
        self._site.tasks.spawn(self._do(press), name=press.action_id)

    async def _do(self, press: Press) -> None:
        try:
            await (self._share(press) if press.action_id == SHARE else self._ask(press))
        except Exception:  # noqa: BLE001 - whoever pressed is told
            _log.exception("an answer could not be brought into a channel")
            profile = await self._profiles.of(press.user_id, team_id=press.team_id)
            await whisper(self._site, press, say("try_later", profile.language))

    async def _share(self, press: Press) -> None:
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        key = f"{_NOTE}{press.value}:{press.channel}"
        if key in self._under_way:
            return
        self._under_way.add(key)
        try:
            outcome = await self._shared(press, profile, key)
        finally:
            self._under_way.discard(key)
        text = say(outcome, profile.language)
        if outcome == "share_not_permitted":
            offer = button(say("ask_here", profile.language), action_id=ASK_HERE, value=press.value, style="primary")
            await whisper(self._site, press, text, blocks=[section(escaped(text)), actions([offer])])
        else:
            await whisper(self._site, press, text)

    async def _shared(self, press: Press, profile: Profile, key: str) -> DeskText:
        site, answer_id = self._site, press.value
        if profile.is_outsider:
            return "outsider"
        if await site.host.notebook.read(site.source, key) is not None:
            return "shared_before"
        try:
            await site.memberships.refresh_channel(press.channel)
            answer = await site.host.answer(answer_id)
            if answer is None or answer.abstained:
                return "share_gone"
            if not await site.host.may_share(answer_id, site.directory.our_channel(press.channel)):
                return "share_not_permitted"
            question = small(cut(answer.question, _QUESTION_CHARACTERS))
            intro = context(say("shared_by", answer.language, name=f"<@{press.user_id}>", question=question))
            await present(site, press.channel, answer, thread_ts=press.thread_ts or None, intro=intro)
        except MembershipUnknown:
            return "membership_unknown"
        except (SlackError, SlackAway) as error:
            _log.info("an answer could not be shared: %s", error)
            return "bot_not_here" if isinstance(error, SlackError) and error.code in NOT_HERE else "try_later"
        await site.host.notebook.write(site.source, key, {"at": self._now().isoformat()})
        try:
            our_channel = site.directory.our_channel(press.channel)
            await site.host.shared(answer_id=answer_id, person=profile.person, channel_id=our_channel)
        except (LookupError, PermissionError):
            _log.info("an answer was shared by who may not judge it")
        return "shared"

    async def _ask(self, press: Press) -> None:
        """Ask the question anew, for everybody in the channel."""
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        answer = await self._site.host.answer(press.value)
        if answer is None or profile.is_outsider:
            await whisper(self._site, press, say("outsider" if answer else "again_gone", profile.language))
            return
        channel = await self._site.directory.channel(press.channel)
        utterance = Utterance(
            kind="mention",
            text=answer.question,
            channel=channel,
            person=profile.person,
            record_id=None,
            thread_id=None,
            said_at=self._now(),
            language=answer.language,
        )
        await ask_here(
            self._surface,
            utterance,
            channel=press.channel,
            thread_ts=press.thread_ts,
            user_id=press.user_id,
            response_url=press.response_url,
            language=profile.language,
        )
