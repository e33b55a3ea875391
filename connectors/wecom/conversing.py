"""What robots and apps share: archiving what was said to them, and answering, once, also after a restart."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.connector import Answer, Card, Language
from connectors.events import FileFetched, PersonId, PersonRef
from connectors.wecom.again import AGAIN, Again
from connectors.wecom.asked_notes import AskedNotes
from connectors.wecom.clicks import CLICK_SECONDS, Clicks
from connectors.wecom.confirmations import card_of
from connectors.wecom.errors import ReplyExpired, WeComAway, WeComError
from connectors.wecom.feedback import Feedback
from connectors.wecom.ids import file_id, reply_feedback_id
from connectors.wecom.keeping import Keeping
from connectors.wecom.markdown import literal
from connectors.wecom.media_names import UNNAMED
from connectors.wecom.media_reasons import reason
from connectors.wecom.pairing import PairingReply
from connectors.wecom.presence import Presence
from connectors.wecom.reply import DELIVERY_SECONDS, WeComReply, dialect_of
from connectors.wecom.robot_messages import OwnWords, asked, bot_ref, command_of, said_by_us
from connectors.wecom.settings_card import SETTINGS, settings_card
from connectors.wecom.site import CardChange, Heard, Json, Site, Voice
from connectors.wecom.texts import NoticeKey, language_of, notice, say
from connectors.wecom.welcome import help_card

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 48
_OF_ONE_PERSON: Final = 4
_ANSWERED_AFTER_RESTART_SECONDS: Final = 900.0
_LONGEST_SECONDS: Final = 900.0
_DAY_SECONDS: Final = 86_400.0
_MOST_LANGUAGES: Final = 20_000
_FILES_SECONDS: Final = 20.0


class RobotConversing:
    """Implements ``connectors.wecom.site.Conversing``. ``await start()`` before the first message is handed in.

    A way keeps a message in the mailbox before it acknowledges it, and marks it as done when ``heard`` returns; what
    was not done it hands in again after a restart. What ``heard`` raises means: later, once more.
    """

    def __init__(
        self,
        site: Site,
        *,
        archive_covers_groups: bool = False,
        delivery_seconds: float = DELIVERY_SECONDS,
        click_seconds: float = CLICK_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``archive_covers_groups``: a message archive brings what people say in groups; it is not kept twice then.

        ``delivery_seconds``: so long an answer is tried to be shown before ``heard`` raises ``WeComAway``;
        ``click_seconds``: so long a button waits for what it does before its card says that it goes on.
        """
        self._site = site
        self._archive_covers_groups = archive_covers_groups
        self._clock = clock
        self._delivery_seconds = delivery_seconds
        self._zone = ZoneInfo(site.configuration.timezone)
        self._notes = AskedNotes(site)
        self._presence = Presence(site, has_lists=archive_covers_groups)
        self._feedback = Feedback(site, self._presence)
        self._again = Again(site, self._presence)
        self._own_words = OwnWords()
        self._keeping = Keeping(
            site,
            presence=self._presence,
            own_words=self._own_words,
            archive_covers_groups=archive_covers_groups,
        )
        self._languages: dict[PersonId, Language] = {}
        self._running: list[PersonId] = []
        self._clicks = Clicks(
            site,
            again=self._again,
            language_of=self._language_of,
            sees_all=archive_covers_groups,
            seconds=click_seconds,
        )

    async def start(self) -> None:
        """Remember what was answered and who spoke where; from now on what is old is forgotten once a day."""
        await self._notes.load()
        await self._presence.load()
        self._site.tasks.spawn(self._forget_daily(), name="daily forgetting")

    async def heard(self, heard: Heard, voice: Voice) -> None:
        """Archive it and answer through ``voice``; returns when the reply has ended and the files are fetched.

        Raises ``WeComAway`` when the answer could not be shown for now.
        """
        if not await self._notes.take(heard.msgid):
            return
        try:
            heard = await self._keeping.as_known(heard)
            if self._notes.is_answered(heard.msgid):
                await self._keeping.fetch(heard)
            else:
                await self._handle(heard, voice)
            await self._notes.end(heard.msgid)
        finally:
            self._notes.let_go(heard.msgid)

    async def clicked(
        self, *, key: str, task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]]
    ) -> CardChange:
        """What takes the place of the card; never raises."""
        return await self._clicks.clicked(key=key, task_id=task_id, person=person, chosen=chosen)

    async def judged(
        self, *, feedback_id: str, person: PersonRef, kind: int, reasons: Sequence[int], comment: str
    ) -> None:
        """Keep a verdict."""
        await self._feedback.judged(feedback_id=feedback_id, person=person, kind=kind, reasons=reasons, comment=comment)

    def welcome(self, person: PersonRef) -> Json:
        """The help card, in the language that this person last used."""
        return help_card(self._language_of(person.person_id), sees_all=self._archive_covers_groups)

    def card_of(self, card: Card, language: Language) -> Json:
        """A question with two buttons."""
        return card_of(card, language)

    async def _handle(self, heard: Heard, voice: Voice) -> None:
        language = self._learned_language(heard)
        reply = self._reply(heard, voice, language)
        try:
            refusal = self._refusal(heard)
            if refusal is not None:
                with contextlib.suppress(TimeoutError):
                    await self._keeping.keep(heard)
                await reply.fail(notice(refusal, language))
                return
            self._running.append(heard.person.person_id)
            try:
                await reply.status(say("receiving" if heard.media else "searching", language))
                await self._keep_and_answer(heard, reply, language)
            finally:
                self._running.remove(heard.person.person_id)
        except (ReplyExpired, WeComError) as error:
            _log.error("an answer could not be shown: %s", error)
        finally:
            await reply.closed()

    async def _keep_and_answer(self, heard: Heard, reply: WeComReply, language: Language) -> None:
        try:
            await self._keeping.keep(heard)
        except TimeoutError:
            await reply.fail(notice("wecom_archive_busy", language))
            return
        fetching = asyncio.create_task(self._keeping.fetch(heard), name="files of a message")
        try:
            if heard.text.strip() or heard.quoted_text.strip() or not heard.media:
                # Who asks about a file asks about this one; but not for minutes.
                await asyncio.wait({fetching}, timeout=_FILES_SECONDS)
                await self._answer(heard, reply, language)
                if not fetching.done():
                    await self._notes.answered(heard.msgid)
                await asyncio.wait({fetching})
                if not fetching.cancelled() and (error := fetching.exception()) is not None:
                    # Raised here it would bring the question again, which has its answer.
                    _log.error("files of a message could not be fetched: %s", type(error).__name__, exc_info=error)
            else:
                await reply.end(_receipt(heard, await fetching, language))
        finally:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)

    def _refusal(self, heard: Heard) -> NoticeKey | None:
        if (self._clock() - heard.said_at).total_seconds() > _ANSWERED_AFTER_RESTART_SECONDS:
            return "wecom_restarted"
        if len(self._running) >= _AT_ONCE:
            return "wecom_busy"
        return "wecom_person_busy" if self._running.count(heard.person.person_id) >= _OF_ONE_PERSON else None

    async def _answer(self, heard: Heard, reply: WeComReply, language: Language) -> None:
        command = command_of(heard, self._site.configuration)
        utterance = asked(heard, command=command, is_archived=self._keeping.keeps(heard), language=language)
        name = command.split()[0] if command else ""
        if name in SETTINGS:
            card = settings_card(heard.channel, language)
            is_shown = card is not None and await reply.show_card(card)
            await reply.end(say("settings_above" if is_shown else "card_elsewhere", language))
        elif name in AGAIN:
            await self._told(self._again.answer(utterance, reply, language), reply, language)
        else:
            pairing = PairingReply(self._site, self._again, reply, utterance)
            await self._told(self._site.host.converse(utterance, pairing), reply, language)

    async def _told(self, work: Coroutine[Any, Any, None], reply: WeComReply, language: Language) -> None:
        """Do the work; whoever waits is told when nothing came of it."""
        failure: NoticeKey = "wecom_no_answer"
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                await work
        except (ReplyExpired, WeComError, WeComAway):
            raise
        except TimeoutError:
            _log.error("a conversation took too long")
        except Exception:  # noqa: BLE001 - the edge: nothing raw reaches a chat
            _log.exception("a conversation failed")
            failure = "wecom_internal"
        if not reply.has_ended:
            await reply.fail(notice(failure, language))

    def _reply(self, heard: Heard, voice: Voice, language: Language) -> WeComReply:
        feedback_id = reply_feedback_id(heard.msgid)
        voice.judged_as(feedback_id)

        async def before_said(answer: Answer) -> None:
            if not _is_saying(answer):
                await self._feedback.join(feedback_id, answer.answer_id, heard.channel.channel_id)

        async def on_said(answer: Answer) -> None:
            self._own_words.add(answer.text)
            bot = bot_ref(self._site.configuration, heard.of)
            await self._site.host.accept([said_by_us(answer, heard.channel, bot)])
            if not _is_saying(answer):
                await self._again.answered(
                    answer, channel_id=heard.channel.channel_id, person_id=heard.person.person_id
                )

        return WeComReply(
            voice=voice,
            language=language,
            timezone=self._zone,
            dialect=dialect_of(heard.way),
            before_said=before_said,
            on_said=on_said,
            delivery_seconds=self._delivery_seconds,
        )

    def _learned_language(self, heard: Heard) -> Language:
        found = language_of(heard.text)
        if found is None:
            return self._language_of(heard.person.person_id)
        if len(self._languages) >= _MOST_LANGUAGES:
            self._languages.clear()
        self._languages[heard.person.person_id] = found
        return found

    def _language_of(self, person_id: PersonId) -> Language:
        return self._languages.get(person_id, "zh")

    async def _forget_daily(self) -> None:
        while True:
            for forget in (
                self._presence.sweep,
                self._notes.forget_old,
                self._feedback.forget_old,
                self._again.forget_old,
            ):
                try:
                    await forget()
                except Exception:  # noqa: BLE001 - tomorrow is another day, and the others are not held up
                    _log.exception("old notes could not be forgotten")
            await asyncio.sleep(_DAY_SECONDS)


def _is_saying(answer: Answer) -> bool:
    """Whether it is no answer from the archive (help, lists, outcomes of commands): nobody judges it."""
    return answer.reason == "said" and not answer.abstained


def _receipt(heard: Heard, told: Sequence[FileFetched], language: Language) -> str:
    """What became of files that came without words; all is well with those of which nothing new is told."""
    names = {file_id(heard.msgid, media.place): media.name or UNNAMED[media.kind] for media in heard.media}
    failed = {event.file_id: event.unavailable_reason for event in told if event.unavailable_reason is not None}
    names |= {event.file_id: event.name for event in told if event.name}
    got = [say("file_name", language, name=name) for file, name in names.items() if file not in failed]
    lines = [say("got_files", language, names=("、" if language == "zh" else ", ").join(got))] if got else []
    lines += [
        say("got_none", language, name=say("file_name", language, name=names[file]), reason=reason(code, language))
        for file, code in failed.items()
    ]
    return literal("\n".join(lines))
