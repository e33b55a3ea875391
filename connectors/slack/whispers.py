"""What only the person who pressed something sees."""

import logging
from collections.abc import Sequence

from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.kit import Block
from connectors.slack.pressing import Press
from connectors.slack.site import Site

_log = logging.getLogger(__name__)


async def whisper(site: Site, press: Press, text: str, *, blocks: Sequence[Block] = (), replace: bool = False) -> None:
    """Say something to who pressed, where they pressed; ``replace`` puts it in the place of what was pressed.

    ``text`` is escaped markup, shown when there are no blocks and in notifications. What cannot be said is logged.
    """
    await whisper_to(site, press.response_url, text, blocks=blocks, replace=replace, thread_ts=press.thread_ts)


async def whisper_to(
    site: Site,
    response_url: str,
    text: str,
    *,
    blocks: Sequence[Block] = (),
    replace: bool = False,
    thread_ts: str = "",
) -> None:
    """As ``whisper``, by the address alone: it takes five messages within half an hour."""
    if not response_url:
        return
    message: Block = {"response_type": "ephemeral", "replace_original": replace, "text": text}
    message |= {"blocks": list(blocks)} if blocks else {}
    message |= {"thread_ts": thread_ts} if thread_ts and not replace else {}
    try:
        await site.api.respond(response_url, **message)
    except (SlackError, SlackAway) as error:
        _log.warning("a person could not be told what came of a press: %s", error)


async def take_away(site: Site, response_url: str) -> None:
    """Remove the message that was pressed, if only this person sees it."""
    try:
        await site.api.respond(response_url, delete_original=True)
    except (SlackError, SlackAway) as error:
        _log.warning("a message could not be taken away: %s", error)
