"""What people type after a slash: persisted before it was acknowledged, answered to them alone."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.connector import Answer, Utterance
from connectors.slack.asking_here import ask_here
from connectors.slack.command_words import CommandWords
from connectors.slack.desk_texts import say
from connectors.slack.directs import channel_or_direct
from connectors.slack.errors import MembershipUnknown
from connectors.slack.fields import Payload, text_of
from connectors.slack.kit import Block
from connectors.slack.markup import plain_text
from connectors.slack.private_reply import PrivateReply
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.saying import notice
from connectors.slack.sharing import share_blocks
from connectors.slack.site import Site
from connectors.slack.surface import Surface
from connectors.slack.whispers import whisper_to

_NOTE: Final = "command:"
_ADDRESS_LIVES: Final = timedelta(minutes=29)
_IN_PUBLIC: Final = re.compile(
    r"[\s,，]*(?:in public|publicly|to (?:the )?channel|for everybody"
    r"|(?:发|放|贴)?(?:到|在|给)(?:频道|群里|群|大家)|公开)\s*$",
    re.IGNORECASE,
)
_MAY_BE_PUBLIC: Final = frozenset({"/digest", "/日报", "/summary", "/总结", "/timeline", "/时间线", "/status", "/状态"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """A command as it came."""

    command: str
    text: str
    channel: str
    user_id: str
    team_id: str
    response_url: str
    note: str


class SlashCommands:
    """``/shiguang …`` and whatever commands of their own the manifest has.

    The raw command is a letter in the mailbox; while it is answered only a note without its words remains, so that
    after a restart its person is told to type it again.
    """

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
        self._words = CommandWords([*site.host.commands("zh"), *site.host.commands("en")])
        self._told: set[str] = set()
        """Commands of the time before the restart whose people were told to type them again."""

    def register(self, app: AsyncApp) -> None:
        """Acknowledge every command: the letter is kept already."""
        app.command(re.compile(r".*"))(_acknowledge)

    async def start(self) -> None:
        """Tell those whose commands a restart cut off. Called before letters are handled."""
        source = self._site.source
        for key, note in (await self._site.host.notebook.all(source, _NOTE)).items():
            self._told.add(key)
            self._site.tasks.spawn(self._tell_restarted(note), name="a command was cut off")
            await self._site.host.notebook.write(source, key, None)

    async def heard(self, event: Payload, body: Payload) -> None:
        """Take a command out of its letter."""
        command = text_of(body, "command")
        if not command:
            return
        typed = _Typed(
            command=command,
            text=text_of(body, "text"),
            channel=text_of(body, "channel_id"),
            user_id=text_of(body, "user_id"),
            team_id=text_of(body, "team_id"),
            response_url=text_of(body, "response_url"),
            note=f"{_NOTE}{text_of(body, 'trigger_id')}",
        )
        if typed.note in self._told:
            return
        note = {"response_url": typed.response_url, "user": typed.user_id, "at": self._now().isoformat()}
        await self._site.host.notebook.write(self._site.source, typed.note, note)
        self._site.tasks.spawn(self._answer(typed), name=f"command {command}")

    async def _answer(self, typed: _Typed) -> None:
        profile = await self._profiles.of(typed.user_id, team_id=typed.team_id)
        try:
            if profile.is_outsider:
                await whisper_to(self._site, typed.response_url, say("outsider", profile.language))
            else:
                await self._converse(typed, profile)
        except Exception:  # noqa: BLE001 - whoever typed is told
            _log.exception("a command was not answered")
            await whisper_to(self._site, typed.response_url, say("try_later", profile.language))
        await self._site.host.notebook.write(self._site.source, typed.note, None)

    async def _converse(self, typed: _Typed, profile: Profile) -> None:
        site = self._site
        await site.directory.learn_names(typed.text)
        words = plain_text(typed.text, site.directory)
        line = self._words.line(typed.command, words, own=profile.language)
        channel, is_here = await channel_or_direct(site, typed.channel, typed.user_id)
        in_public = False
        if line.text.split(maxsplit=1)[0] in _MAY_BE_PUBLIC and (asked := _IN_PUBLIC.sub("", words)) != words:
            line = self._words.line(typed.command, asked, own=profile.language)
            in_public = is_here and channel.visibility != "direct"
        utterance = Utterance(
            kind="mention" if in_public else "command",
            text=line.text,
            channel=channel,
            person=profile.person,
            record_id=None,
            thread_id=None,
            said_at=self._now(),
            language=line.language,
        )
        if in_public:
            await ask_here(
                self._surface,
                utterance,
                channel=typed.channel,
                thread_ts="",
                user_id=typed.user_id,
                response_url=typed.response_url,
                language=profile.language,
            )
            return
        await self._answer_alone(typed, profile, utterance, may_share=is_here)

    async def _answer_alone(self, typed: _Typed, profile: Profile, utterance: Utterance, *, may_share: bool) -> None:
        def more(answer: Answer) -> tuple[Block, ...]:
            return tuple(share_blocks(answer)) if may_share and utterance.channel.visibility != "direct" else ()

        language = utterance.language or profile.language
        reply = PrivateReply(
            site=self._site,
            response_url=typed.response_url,
            user_id=typed.user_id,
            language=language,
            more=more,
        )
        try:
            await self._site.memberships.refresh_person(typed.user_id)
        except MembershipUnknown:
            await reply.fail(notice("slack_membership_unknown", language))
            return
        await self._site.host.converse(utterance, reply)

    async def _tell_restarted(self, note: Payload) -> None:
        try:
            began = datetime.fromisoformat(text_of(note, "at"))
        except ValueError:
            return
        if self._now() - began > _ADDRESS_LIVES:
            return
        profile = await self._profiles.of(text_of(note, "user"))
        await whisper_to(self._site, text_of(note, "response_url"), say("restarted", profile.language))


async def _acknowledge(ack: AsyncAck) -> Any:
    await ack()
