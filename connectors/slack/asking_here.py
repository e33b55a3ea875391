"""A question that somebody puts to the bot in front of everybody, from a button, form or command."""

import logging
from typing import Final

from connectors.connector import Language, Utterance
from connectors.slack.answer_blocks import Shown
from connectors.slack.commands_shown import as_typed
from connectors.slack.desk_texts import say as say_text
from connectors.slack.errors import MembershipUnknown, SlackAway, SlackError
from connectors.slack.formatting import escaped, small
from connectors.slack.kit import context
from connectors.slack.reply import SlackReply
from connectors.slack.saying import notice
from connectors.slack.sending import send
from connectors.slack.splitting import cut
from connectors.slack.surface import ReplyPlace, Surface
from connectors.slack.whispers import whisper_to

NOT_HERE: Final = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})
_QUESTION_CHARACTERS: Final = 500

_log = logging.getLogger(__name__)


async def ask_here(
    surface: Surface,
    utterance: Utterance,
    *,
    channel: str,
    thread_ts: str,
    user_id: str,
    response_url: str,
    language: Language,
) -> None:
    """Post who asks what, and answer below it. ``channel`` is Slack's id; an empty ``thread_ts`` begins a thread.

    The utterance names the thread that it is about, which a thread that begins with it is not.
    ``language`` is that of who asked: what keeps it from being asked is told to them alone.
    """
    site = surface.site
    try:
        await site.memberships.refresh_channel(channel)
        ts = await send(site, channel, _question(utterance, user_id, language), thread_ts=thread_ts or None)
    except MembershipUnknown:
        await whisper_to(site, response_url, say_text("membership_unknown", language))
        return
    except (SlackError, SlackAway) as error:
        is_not_here = isinstance(error, SlackError) and error.code in NOT_HERE
        _log.info("a question could not be asked in a channel: %s", error)
        await whisper_to(site, response_url, say_text("bot_not_here" if is_not_here else "try_later", language))
        return
    place = ReplyPlace(
        channel=channel,
        thread_ts=thread_ts or ts,
        user_id=user_id,
        team_id=site.me.workspace_id,
        is_direct=utterance.channel.visibility == "direct",
        thread_has_begun=bool(thread_ts),
    )
    reply = SlackReply(surface=surface, place=place, language=language, title=utterance.text)
    try:
        await site.host.converse(utterance, reply)
    except Exception:  # noqa: BLE001 - whoever asked is told
        _log.exception("a question asked in a channel was not answered")
        if not reply.has_ended:
            await reply.fail(notice("slack_internal", language))
    finally:
        await reply.closed()


def _question(utterance: Utterance, user_id: str, language: Language) -> Shown:
    """Only talk around an answer: it carries no id of one, so the archive does not search it."""
    question = cut(as_typed(utterance.text) if utterance.text.startswith("/") else utterance.text, _QUESTION_CHARACTERS)
    line = say_text("asked_by", language, name=f"<@{user_id}>", question=small(question))
    return Shown(escaped(question), (context(line),))
