"""``/换个答法``: a second answer to the same question beside the first, and a vote between the two."""

import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from connectors.collecting import CollectingReply
from connectors.connector import Answer, Card, Language, Notice, Utterance
from connectors.events import ChannelId, PersonId, PersonRef
from connectors.wecom.cards import LONGEST_KEY_BYTES, ended_card, new_task_id, option, short
from connectors.wecom.confirmations import over_card
from connectors.wecom.markdown import literal
from connectors.wecom.presence import Presence
from connectors.wecom.reply import WeComReply
from connectors.wecom.site import CardChange, Json, Site
from connectors.wecom.texts import NoticeKey, notice, say

_log = logging.getLogger(__name__)

AGAIN: Final = ("/换个答法", "/again")
PREFER: Final = "prefer:"
_QUESTION: Final = "pick"
_PREFIX: Final = "last:"
_KEPT_SECONDS: Final = 30 * 86_400.0


class Again:
    """Knows the last answer to each person in each chat, also after a restart."""

    def __init__(self, site: Site, presence: Presence) -> None:
        self._site = site
        self._presence = presence

    async def answered(self, answer: Answer, *, channel_id: ChannelId, person_id: PersonId) -> None:
        """This is now the last answer that a person got in a chat."""
        note = {"answer": answer.answer_id, "at": time.time()}
        await self._site.host.notebook.write(self._site.source, _key(channel_id, person_id), note)

    async def forget_old(self) -> None:
        """After 30 days nobody asks for another way to answer."""
        for key, note in (await self._site.host.notebook.all(self._site.source, _PREFIX)).items():
            at = note.get("at")
            if not isinstance(at, int | float) or at < time.time() - _KEPT_SECONDS:
                await self._site.host.notebook.write(self._site.source, key, None)

    async def answer(self, utterance: Utterance, reply: WeComReply, language: Language) -> None:
        """Answer the last question of this person here once more, and let whoever reads it pick one of the two."""
        first = await self._first(utterance)
        if isinstance(first, str):
            await reply.fail(notice(first, language))
            return
        await reply.status(say("again_making", language))
        collecting = CollectingReply(progress=reply)
        asked = replace(utterance, text=first.question, record_id=None, language=first.language)
        try:
            await self._site.host.answer_again(first.answer_id, asked, collecting)
        except LookupError:
            await reply.fail(notice("wecom_again_gone", language))
        except PermissionError:
            await reply.fail(notice("wecom_again_not_permitted", language))
        else:
            await self._show(first, collecting.end, utterance.channel.channel_id, reply, language)

    async def _first(self, utterance: Utterance) -> Answer | NoticeKey:
        key = _key(utterance.channel.channel_id, utterance.person.person_id)
        note = await self._site.host.notebook.read(self._site.source, key)
        if note is None:
            return "wecom_nothing_again"
        return await self._site.host.answer(str(note.get("answer", ""))) or "wecom_again_gone"

    async def _show(
        self,
        first: Answer,
        second: Answer | Notice | Card | None,
        channel_id: ChannelId,
        reply: WeComReply,
        language: Language,
    ) -> None:
        match second:
            case Answer() if is_same(first, second):
                await reply.end(literal(say("again_same", language)))
            case Answer():
                await self._show_both(first, second, channel_id, reply, language)
            case Notice():
                await reply.fail(second)
            case Card():
                await reply.confirm(second)
            case _:
                await reply.drop()

    async def show_unasked(self, first: Answer, second: Answer, utterance: Utterance, reply: WeComReply) -> None:
        """End a reply with both, and ask which is better."""
        channel_id, language = utterance.channel.channel_id, first.language
        await reply.saying(first)
        await self._show_both(first, second, channel_id, reply, language)
        await reply.said(first)
        await self._site.host.pair_shown(first=first.answer_id, second=second.answer_id, person=utterance.person)

    async def _show_both(
        self, first: Answer, second: Answer, channel_id: ChannelId, reply: WeComReply, language: Language
    ) -> None:
        shown = [first, second] if secrets.randbelow(2) else [second, first]
        card = vote_card(f"{shown[0].answer_id}:{shown[1].answer_id}:{channel_id}", language)
        has_card = card is not None and await reply.show_card(card)
        half = reply.dialect.limit // 2 - 64
        parts = [
            f"**{name}**\n{reply.markdown_of(answer, limit=half)}"
            for name, answer in zip((say("again_a", language), say("again_b", language)), shown, strict=True)
        ]
        parts.append(f"> {say('choose' if has_card else 'again_no_card', language)}")
        await reply.end("\n\n".join(parts))
        await reply.said(second)

    async def picked(
        self, key: str, *, task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]], language: Language
    ) -> CardChange:
        """Somebody voted; others may still. Raises ``LookupError`` for a key that is none of a vote."""
        shown_first, _, rest = key.removeprefix(PREFER).partition(":")
        shown_second, _, channel_id = rest.partition(":")
        if not (shown_first and shown_second and channel_id):
            raise LookupError(key[:40])
        picked = next((each for options in chosen.values() for each in options if each in ("a", "b")), None)
        if picked is None:
            pair, hint = key.removeprefix(PREFER), say("again_choose", language)
            again = vote_card(pair, language, task_id=task_id, hint=hint)
            return CardChange(card=again, alone=True) if again else over_card(task_id=task_id, language=language)
        await self._presence.pressed(ChannelId(channel_id), person)
        winner, other = (shown_first, shown_second) if picked == "a" else (shown_second, shown_first)
        await self._site.host.prefer(chosen=winner, other=other, first_shown=shown_first, person=person)
        which = say("again_a" if picked == "a" else "again_b", language)
        done = short(say("again_done", language, which=which), 26)
        return CardChange(
            card=ended_card(
                done, say("again_thanks", language), say("confirmed", language), task_id=task_id, language=language
            ),
            alone=True,
        )


def vote_card(pair: str, language: Language, *, task_id: str = "", hint: str = "") -> Json | None:
    """A vote between two answers; None when ``pair`` does not fit on a button.

    ``pair`` holds their ids in the order in which they are shown, and the channel, with colons between.
    """
    key = f"{PREFER}{pair}"
    if len(key.encode()) > LONGEST_KEY_BYTES:
        return None
    return {
        "card_type": "vote_interaction",
        "source": {"desc": say("name", language), "desc_color": 0},
        "main_title": {
            "title": short(say("again_title", language), 26),
            "desc": short(hint or say("again_desc", language), 30),
        },
        "checkbox": {
            "question_key": _QUESTION,
            "mode": 0,
            "option_list": [option(say("again_a", language), "a"), option(say("again_b", language), "b")],
        },
        "submit_button": {"text": short(say("again_submit", language), 10), "key": key},
        "task_id": task_id or new_task_id("vote"),
    }


def _key(channel_id: ChannelId, person_id: PersonId) -> str:
    return f"{_PREFIX}{channel_id}:{person_id}"


def is_same(first: Answer, second: Answer) -> bool:
    """Whether there is nothing to pick."""
    return first.answer_id == second.answer_id or "".join(first.text.split()) == "".join(second.text.split())
