"""Answers that become messages of their own: shared by somebody, or in the place of another one."""

from connectors.connector import Answer
from connectors.slack.answer_blocks import ANSWER_BLOCK, Shown, answer_messages
from connectors.slack.errors import SlackError
from connectors.slack.kit import Block
from connectors.slack.revising import note_parts
from connectors.slack.sending import GONE, keep, send
from connectors.slack.site import Site


async def present(
    site: Site, channel: str, answer: Answer, *, thread_ts: str | None = None, intro: Block | None = None
) -> str:
    """Post an answer, below a line that says why it comes; returns the ``ts`` of the message that carries its id.

    Raises as ``Api.call``.
    """
    first, *rest = answer_messages(answer)
    messages = [Shown(first.text, (intro, *first.blocks)) if intro else first, *rest]
    parts: list[str] = []
    for shown in messages:
        marker = f"{ANSWER_BLOCK}{answer.answer_id}" if shown is messages[-1] else ""
        parts.append(await send(site, channel, shown, thread_ts=thread_ts, marker=marker))
    await note_parts(site, answer.answer_id, parts)
    await keep(site, channel, parts[-1], thread_ts=thread_ts, said=answer)
    return parts[-1]


async def put_in_place(site: Site, channel: str, ts: str, answer: Answer, *, thread_ts: str | None = None) -> str:
    """Post an answer and take another message away. Raises as ``Api.call``; returns the ``ts`` of the new one.

    Not an edit: the archive knows each message of the bot by the one answer that it shows.
    """
    posted = await present(site, channel, answer, thread_ts=thread_ts)
    try:
        await site.api.call("chat.delete", channel=channel, ts=ts)
    except SlackError as error:
        if error.code not in GONE:
            raise
    return posted
