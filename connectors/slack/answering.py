"""Conversations that run: a bounded number of them, each stopped when nobody wants its answer any more."""

import asyncio
import logging
import re
from dataclasses import dataclass, field
from typing import Final

from connectors.connector import Language, Utterance, UtteranceKind
from connectors.events import ChannelRef, PersonRef
from connectors.slack.again import Again
from connectors.slack.asked_notes import AskedNote, AskedNotes
from connectors.slack.command_words import CommandWords
from connectors.slack.commands_shown import COMMAND
from connectors.slack.conversations import Conversations
from connectors.slack.errors import MembershipUnknown, SlackAway, SlackError
from connectors.slack.markup import plain_text
from connectors.slack.profiles import Profiles
from connectors.slack.records import message_record
from connectors.slack.reply import SlackReply
from connectors.slack.said import Said, without_bot
from connectors.slack.saying import NoticeKey, language_of, notice, say
from connectors.slack.site import Site
from connectors.slack.surface import ReplyPlace, Surface

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 48
_OVERHEARD_AT_ONCE: Final = 8
_OF_ONE_PERSON: Final = 4
_LONGEST_SECONDS: Final = 900.0
_WORDS: Final = re.compile(r"[\u3400-\u9fff]|[A-Za-z]{2,}")


@dataclass(slots=True, eq=False)
class _Run:
    said: Said
    kind: UtteranceKind
    shown: str | None
    after: "_Run | None"
    """An earlier version of the question, whose answer is taken back first."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    is_stopped_by_person: bool = False


class Answering:
    """Owns the conversations of a workspace. The application has its own fair queue behind ``converse``."""

    def __init__(
        self,
        site: Site,
        *,
        surface: Surface,
        notes: AskedNotes,
        conversations: Conversations,
        profiles: Profiles,
        again: Again,
    ) -> None:
        self._site = site
        self._again = again
        self._surface = surface
        self._notes = notes
        self._conversations = conversations
        self._profiles = profiles
        self._commands = CommandWords([*site.host.commands("zh"), *site.host.commands("en")])
        self._runs: dict[str, _Run] = {}

    def begin(self, said: Said, kind: UtteranceKind, *, shown: str | None = None) -> None:
        """Answer; returns at once. ``shown`` is a message that shows some of the answer already."""
        former = self._runs.get(said.key)
        run = _Run(said, kind, shown, former)
        if former is None and not self._has_room(kind):
            if kind != "overheard":
                self._site.tasks.spawn(self._refuse(run, "slack_busy"), name="question refused")
            return
        if former is None and kind != "overheard" and self._of(said.user_id) >= _OF_ONE_PERSON:
            self._site.tasks.spawn(self._refuse(run, "slack_person_busy"), name="question refused")
            return
        self._runs[said.key] = run
        self._site.tasks.spawn(self._answer(run), name=f"question {said.key}")

    def stop(self, key: str) -> bool:
        """Its question was deleted or edited. Returns whether it was being answered."""
        run = self._runs.get(key)
        if run is None:
            return False
        run.stop.set()
        return True

    def stop_thread(self, channel: str, thread_ts: str) -> None:
        """Somebody pressed "stop" in this thread."""
        for run in self._runs.values():
            if (run.said.channel, run.said.reply_thread) == (channel, thread_ts):
                run.is_stopped_by_person = True
                run.stop.set()

    async def excuse(self, said: Said, note: AskedNote) -> None:
        """Say that a restart kept it from being answered."""
        language = await self._language(said, without_bot(said.text, self._site.me))
        await _fail(self._reply(_Run(said, "mention", note.shown or None, None), language), "slack_restarted", language)
        await self._notes.end(said.key)

    async def forget(self, note: AskedNote) -> None:
        """Its question is gone: take back what is shown."""
        if note.shown:
            try:
                await self._site.api.call("chat.delete", channel=note.channel, ts=note.shown)
            except (SlackError, SlackAway) as error:
                _log.info("the beginning of an answer could not be taken back: %s", error)
        await self._notes.end(note.key)

    def _has_room(self, kind: UtteranceKind) -> bool:
        overheard = sum(run.kind == "overheard" for run in self._runs.values())
        if kind == "overheard":
            return overheard < _OVERHEARD_AT_ONCE
        return len(self._runs) - overheard < _AT_ONCE

    def _of(self, user_id: str) -> int:
        return sum(run.said.user_id == user_id and run.kind != "overheard" for run in self._runs.values())

    async def _refuse(self, run: _Run, why: NoticeKey) -> None:
        language = await self._language(run.said, without_bot(run.said.text, self._site.me))
        await _fail(self._reply(run, language), why, language)
        await self._notes.end(run.said.key)

    async def _answer(self, run: _Run) -> None:
        key = run.said.key
        try:
            if run.after is not None:
                await run.after.over.wait()
            if not run.stop.is_set():
                await self._converse(run)
            if run.kind != "overheard" and self._runs.get(key) is run:
                await self._notes.end(key)
        except SlackAway as error:
            # The note stays: after a restart it is tried again.
            _log.error("an answer could not be shown, Slack is away: %s", error)
        except SlackError as error:
            _log.error("an answer could not be shown: %s", error)
            await self._notes.end(key)
        finally:
            run.over.set()
            if self._runs.get(key) is run:
                del self._runs[key]

    async def _converse(self, run: _Run) -> None:
        site, said = self._site, run.said
        channel, person = await site.directory.channel(said.channel), await site.directory.person(said.user_id)
        if person.is_bot:
            return
        words = await self._words(said)
        language = await self._language(said, words)
        reply = self._reply(run, language, title=words, is_direct=channel.visibility == "direct")
        try:
            if run.kind != "overheard":
                await reply.status(say("searching", language))
            await self._refresh(channel, said)
            await self._run(run, self._utterance(run, channel, person, words, language), reply, language)
        except MembershipUnknown:
            await (reply.drop() if run.kind == "overheard" else _fail(reply, "slack_membership_unknown", language))
        finally:
            await reply.closed()

    async def _run(self, run: _Run, utterance: Utterance, reply: SlackReply, language: Language) -> None:
        work = asyncio.create_task(self._site.host.converse(utterance, reply), name="slack conversation")
        stop = asyncio.create_task(run.stop.wait(), name="slack conversation stopped")
        try:
            await asyncio.wait({work, stop}, timeout=_LONGEST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            is_done = work.done()
            stop.cancel()
            work.cancel()
            [outcome, _] = await asyncio.gather(work, stop, return_exceptions=True)
        if reply.has_ended:
            if run.kind == "overheard" and reply.answer is not None:
                await self._conversations.asked(run.said)  # Who is answered unasked goes on without a name, too.
            elif reply.answer is not None and reply.ts is not None:
                offer = self._again.offer(utterance, reply.answer, reply.place, reply.ts)
                self._site.tasks.spawn(offer, name="a second answer, unasked")
            return
        if run.is_stopped_by_person:
            await _fail(reply, "slack_stopped", language)
        elif run.stop.is_set() or run.kind == "overheard":
            await reply.drop()
        else:
            if isinstance(outcome, Exception):
                _log.error("a conversation failed", exc_info=outcome)
            await _fail(reply, "slack_internal" if is_done and outcome is not None else "slack_no_answer", language)

    async def _refresh(self, channel: ChannelRef, said: Said) -> None:
        if channel.visibility == "direct":
            await self._site.memberships.refresh_person(said.user_id)
        else:
            await self._site.memberships.refresh_channel(said.channel)

    async def _words(self, said: Said) -> str:
        directory, text = self._site.directory, without_bot(said.text, self._site.me)
        await directory.learn_names(text)
        words = plain_text(text, directory).strip()
        door, _, line = words.partition(" ")
        # As we write our commands: Slack runs none behind a mention.
        return self._commands.line(COMMAND, line, own="en").text if door == COMMAND else words

    async def _language(self, said: Said, words: str) -> Language:
        """That of the words; of who said them where they have none."""
        return language_of(words) if _WORDS.search(words) else (await self._profiles.of(said.user_id)).language

    def _utterance(
        self, run: _Run, channel: ChannelRef, person: PersonRef, words: str, language: Language
    ) -> Utterance:
        said = run.said
        return Utterance(
            kind="direct" if channel.visibility == "direct" and run.kind != "overheard" else run.kind,
            text=words or ("/帮助" if language == "zh" else "/help"),
            channel=channel,
            person=person,
            record_id=message_record(self._site, said.channel, said.ts),
            thread_id=message_record(self._site, said.channel, said.thread_ts) if said.thread_ts else None,
            said_at=said.said_at,
            language=None if _WORDS.search(words) else language,
        )

    def _reply(self, run: _Run, language: Language, *, title: str = "", is_direct: bool | None = None) -> SlackReply:
        said = run.said

        async def on_shown(ts: str) -> None:
            await self._notes.shown(said.key, ts)

        return SlackReply(
            surface=self._surface,
            place=ReplyPlace(
                channel=said.channel,
                thread_ts=said.reply_thread,
                user_id=said.user_id,
                team_id=said.team_id,
                is_direct=said.channel_type == "im" if is_direct is None else is_direct,
                thread_has_begun=bool(said.thread_ts),
            ),
            language=language,
            title=title,
            shown=run.shown,
            on_shown=on_shown if run.kind != "overheard" else None,
        )


async def _fail(reply: SlackReply, key: NoticeKey, language: Language) -> None:
    await reply.fail(notice(key, language))
