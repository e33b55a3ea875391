"""What people choose from a message's menu: ask about its thread, file it, make it a standard answer."""

import asyncio
import contextlib
import logging
import re
from datetime import UTC, datetime
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.connector import Utterance
from connectors.events import RecordId
from connectors.slack.asking_here import ask_here
from connectors.slack.desk_texts import say
from connectors.slack.directs import channel_or_direct
from connectors.slack.errors import MembershipUnknown, SlackAway, SlackError
from connectors.slack.fields import object_of, text_of
from connectors.slack.kit import typed
from connectors.slack.markup import plain_text
from connectors.slack.modals import (
    ASK,
    CATEGORY,
    EVERYBODY,
    KEEP,
    QUESTION,
    STANDARD,
    TEXT,
    WHERE,
    ask_form,
    carried,
    carried_by,
    category_form,
    said_form,
    standard_form,
)
from connectors.slack.opening import open_form
from connectors.slack.pressing import Press, press_of
from connectors.slack.private_reply import PrivateReply
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.records import message_record
from connectors.slack.saying import notice
from connectors.slack.sharing import share_blocks
from connectors.slack.site import Site
from connectors.slack.surface import Surface
from connectors.slack.whispers import whisper

_MARK: Final = re.compile(r"\s*\[\d{1,3}\]")
_NAMES_SECONDS: Final = 1.0
"""The form must be open within three."""

_log = logging.getLogger(__name__)


class Shortcuts:
    """Each opens a form at once; what is sent in is done before the form closes, or answered in the conversation."""

    def __init__(self, site: Site, profiles: Profiles | None = None, surface: Surface | None = None) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)
        self._surface = surface or Surface(site)

    def register(self, app: AsyncApp) -> None:
        """Listen to the shortcuts and to their forms."""
        for name, opened, sent in (
            (ASK, self._ask, self._asked),
            (KEEP, self._keep, self._kept),
            (STANDARD, self._make_standard, self._made_standard),
        ):
            app.shortcut(name)(opened)
            app.view(name)(sent)

    async def _ask(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        press = press_of(body)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        thread_ts = press.thread_ts or press.message_ts
        await self._open(
            press, profile, ask_form(profile.language, carried(press.channel, thread_ts, press.response_url))
        )

    async def _asked(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        state = object_of(press.view, "state")
        question, in_public = typed(state, QUESTION), typed(state, WHERE) == EVERYBODY
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        if not question or profile.is_outsider:
            why = say("outsider" if profile.is_outsider else "field_empty", profile.language)
            await ack(response_action="errors", errors={QUESTION: why})
            return
        await ack()
        work = self._answer(press, profile, question, in_public=in_public)
        self._site.tasks.spawn(work, name="question about a thread")

    async def _answer(self, press: Press, profile: Profile, question: str, *, in_public: bool) -> None:
        site = self._site
        channel, thread_ts, response_url = carried_by(press.view)
        reply = PrivateReply(
            site=site,
            response_url=response_url,
            user_id=press.user_id,
            language=profile.language,
        )
        try:
            place, is_here = await channel_or_direct(site, channel, press.user_id)
            is_chinese = re.search(r"[㐀-鿿]", question) is not None
            utterance = Utterance(
                kind="mention" if in_public else "command",
                text=question if in_public else f"{'/问' if is_chinese else '/ask'} {question}",
                channel=place,
                person=profile.person,
                record_id=None,
                thread_id=message_record(site, channel, thread_ts) if is_here else None,
                said_at=datetime.now(UTC),
            )
            if in_public:
                await ask_here(
                    self._surface,
                    utterance,
                    channel=channel,
                    thread_ts=thread_ts,
                    user_id=press.user_id,
                    response_url=response_url,
                    language=profile.language,
                )
                return
            if is_here and place.visibility != "direct":
                reply.more = share_blocks
            await site.memberships.refresh_person(press.user_id)
            await site.host.converse(utterance, reply)
        except MembershipUnknown:
            await reply.fail(notice("slack_membership_unknown", profile.language))
        except (SlackError, SlackAway) as error:
            _log.warning("a question about a thread was not answered: %s", error)
            await reply.fail(notice("slack_internal", profile.language))

    async def _keep(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        press = press_of(body)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        categories = await self._site.host.categories(profile.language)
        record = message_record(self._site, press.channel, press.message_ts)
        await self._open(press, profile, category_form(categories, profile.language, carried(record)))

    async def _kept(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        [record] = carried_by(press.view)
        category_id = typed(object_of(press.view, "state"), CATEGORY)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        if profile.is_outsider:
            await ack(response_action="errors", errors={CATEGORY: say("outsider", profile.language)})
            return
        try:
            await self._site.host.categorize(profile.person, RecordId(record), category_id)
        except (PermissionError, LookupError) as error:
            is_unknown = isinstance(error, LookupError)
            why = say("keep_unknown" if is_unknown else "keep_not_permitted", profile.language)
            await ack(response_action="errors", errors={CATEGORY: why})
            return
        categories = await self._site.host.categories(profile.language)
        name = next((one.name for one in categories if one.category_id == category_id), category_id)
        done = say("keep_done", profile.language, category=name)
        await ack(response_action="update", view=said_form("keep_title", done, profile.language))

    async def _make_standard(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        press = press_of(body)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        record = message_record(self._site, press.channel, press.message_ts)
        answer_id = await self._site.host.answer_shown_in(record) if self._is_own(press) else None
        answer = await self._site.host.answer(answer_id) if answer_id else None
        if answer is not None:
            # The sources are those of the answer; their numbers mean nothing in another text.
            question, text, metadata = answer.question, _MARK.sub("", answer.text), carried("", answer.answer_id)
        else:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_NAMES_SECONDS):
                    await self._site.directory.learn_names(text_of(press.message, "text"))
            text = plain_text(text_of(press.message, "text"), self._site.directory)
            question, metadata = "", carried(record, "")
        await self._open(press, profile, standard_form(question, text, profile.language, metadata))

    async def _made_standard(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        record, answer_id = carried_by(press.view)
        state = object_of(press.view, "state")
        question, text = typed(state, QUESTION), typed(state, TEXT)
        profile = await self._profiles.of(press.user_id, team_id=press.team_id)
        missing = [block for block, words in ((QUESTION, question), (TEXT, text)) if not words]
        if missing:
            await ack(response_action="errors", errors=dict.fromkeys(missing, say("field_empty", profile.language)))
            return
        if profile.is_outsider:
            await ack(response_action="errors", errors={TEXT: say("outsider", profile.language)})
            return
        try:
            outcome = await self._site.host.propose_standard_answer(
                person=profile.person,
                question=question,
                text=text,
                record_id=RecordId(record) if record else None,
                answer_id=answer_id or None,
            )
        except (PermissionError, LookupError) as error:
            is_unknown = isinstance(error, LookupError)
            why = say("standard_unknown" if is_unknown else "standard_not_permitted", profile.language)
            await ack(response_action="errors", errors={TEXT: why})
            return
        await ack(response_action="update", view=said_form("standard_title", outcome, profile.language))

    def _is_own(self, press: Press) -> bool:
        return text_of(press.message, "user") == self._site.me.bot_user_id

    async def _open(self, press: Press, profile: Profile, form: dict[str, Any]) -> None:
        if await open_form(self._site, press.trigger_id, form) is None:
            await whisper(self._site, press, say("try_later", profile.language))
