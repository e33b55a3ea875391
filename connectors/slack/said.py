"""What a message event says to the bot, if it was said by a person at all."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.identity import Identity
from connectors.slack.ids import moment

_SPOKEN: Final = frozenset({"", "file_share", "thread_broadcast", "me_message"})
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a person. Ids and times are Slack's, the text is its markup."""

    channel: str
    channel_type: str
    """``im``, ``channel`` …; empty when the event does not say."""
    ts: str
    thread_ts: str
    """Of the thread's first message; empty outside threads, and on the first message itself."""
    user_id: str
    team_id: str
    text: str
    version: str
    """Another one after each edit."""
    mentions_bot: bool
    mentions_others: bool
    said_at: datetime

    @property
    def key(self) -> str:
        """The same for every event about this message."""
        return f"{self.channel}:{self.ts}"

    @property
    def reply_thread(self) -> str:
        """Where an answer goes: into its thread, which it begins otherwise."""
        return self.thread_ts or self.ts


def said_in(message: Payload, channel: str, channel_type: str, me: Identity) -> Said | None:
    """Read a ``message`` or ``app_mention`` event, or a message of the history.

    None for whatever no person wrote: bots and integrations (this one included, or it would talk to itself), joins and
    the like, tombstones.
    """
    user_id, ts, text = text_of(message, "user"), text_of(message, "ts"), text_of(message, "text")
    if text_of(message, "subtype") not in _SPOKEN or text_of(message, "bot_id"):
        return None
    said_at = moment(ts)
    if not channel or user_id in ("", "USLACKBOT", me.bot_user_id) or said_at is None:
        return None
    mentioned = {found[1] for found in _MENTION.finditer(text)}
    thread_ts = text_of(message, "thread_ts")
    return Said(
        channel=channel,
        channel_type=channel_type,
        ts=ts,
        thread_ts="" if thread_ts == ts else thread_ts,
        user_id=user_id,
        team_id=text_of(message, "user_team") or text_of(message, "team") or me.workspace_id,
        text=text,
        version=text_of(object_of(message, "edited"), "ts") or ts,
        mentions_bot=me.bot_user_id in mentioned,
        mentions_others=bool(mentioned - {me.bot_user_id}),
        said_at=said_at,
    )


def without_bot(text: str, me: Identity) -> str:
    """The markup without the mention of the bot before or after the words; between them it stays, as a name."""
    mention = rf"<@{re.escape(me.bot_user_id)}(?:\|[^<>]*)?>"
    text = re.sub(rf"^(?:\s*{mention}[\s,，:：、]*)+", "", text)
    return re.sub(rf"(?:\s*{mention}[\s.。!！]*)+$", "", text).strip()
