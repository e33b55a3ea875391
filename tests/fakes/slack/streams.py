"""Streamed messages: begun, appended to, stopped, and dead five minutes after they began whatever happens."""

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.blocks import MARKDOWN_CHARACTERS, MESSAGE_BLOCKS
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.composition import URL_SOURCE
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.markup import as_slack_keeps_it
from tests.fakes.slack.message import Message
from tests.fakes.slack.posting import checked_blocks, kept_blocks
from tests.fakes.slack.shape import TYPE, Problems, anything, by_type, fields, many, one_of, string

LIFETIME_S = 300.0
"""From the start, appends do not prolong it; about 306 s were observed."""

_CHUNK = by_type(
    {
        "markdown_text": fields({**TYPE, "text": string(most=MARKDOWN_CHARACTERS, least=0)}),
        "task_update": fields(
            {
                **TYPE,
                "id": string(most=255),
                "title": string(most=256),
                "status": one_of("pending", "in_progress", "complete", "error"),
            },
            {
                "details": string(most=MARKDOWN_CHARACTERS, least=0),
                "output": string(most=MARKDOWN_CHARACTERS, least=0),
                "sources": many(URL_SOURCE, most=50, least=0),
            },
        ),
        "plan_update": fields({**TYPE, "title": string(most=256)}),
        "blocks": fields({**TYPE, "blocks": anything}),
    },
    what="chunk",
)


@dataclass(kw_only=True, eq=False)
class Stream:
    """``mode`` is that of the first words: a stream begun with chunks takes only chunks."""

    message: Message
    started_at: float
    mode: Literal["markdown_text", "chunks"] | None = None
    ended_by: Literal["app", "user", "age"] | None = None
    markdown: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    plan_title: str = ""
    extra_blocks: list[Json] = field(default_factory=list)


class Streams:
    """Every stream there has been, by channel and timestamp."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lifetime_s = LIFETIME_S
        self.announces_appends = True
        """Whether each append brings a ``message_changed``; not known of the real one."""
        self.all: dict[tuple[str, str], Stream] = {}

    def begin(self, stream: Stream) -> None:
        """A new one runs."""
        self.all[stream.message.channel.id, stream.message.ts] = stream
        stream.message.streaming_state = "in_progress"

    def running(self, message: Message) -> Stream:
        """The stream behind a message, if it still runs."""
        stream = self.all.get((message.channel.id, message.ts))
        if stream is not None and stream.ended_by is None and self._clock.now() - stream.started_at >= self.lifetime_s:
            self.end(stream, by="age")
        if stream is None or stream.ended_by is not None:
            raise Refused(
                "stopped_by_user" if stream and stream.ended_by == "user" else "message_not_in_streaming_state"
            )
        return stream

    def is_running(self, message: Message) -> bool:
        """Whether the message cannot be edited yet."""
        try:
            self.running(message)
        except Refused:
            return False
        return True

    def end(self, stream: Stream, *, by: Literal["app", "user", "age"]) -> None:
        """No more words."""
        stream.ended_by = by
        stream.message.streaming_state = "completed"

    def write(self, stream: Stream, arguments: Arguments) -> None:
        """Add the words of a call."""
        markdown, chunks = arguments.optional_text("markdown_text"), _chunks_of(arguments)
        if markdown is not None and chunks:
            raise Refused("cannot_provide_both_markdown_text_and_chunks")
        if markdown is not None and len(markdown) > MARKDOWN_CHARACTERS:
            raise Refused("msg_too_long")
        mode: Literal["markdown_text", "chunks"] | None = "chunks" if chunks else "markdown_text" if markdown else None
        if mode and stream.mode and mode != stream.mode:
            raise Refused("streaming_mode_mismatch")
        stream.mode = stream.mode or mode
        stream.markdown += markdown or ""
        for chunk in chunks:
            _apply(stream, chunk)
        self.show(stream)

    def show(self, stream: Stream, closing_blocks: list[Json] | None = None) -> None:
        """Let the message say what has been streamed."""
        blocks = kept_blocks([{"type": "markdown", "text": stream.markdown}] if stream.markdown.strip() else [])
        blocks += [{"type": "task_card", "block_id": f"task-{key}", **task} for key, task in stream.tasks.items()]
        stream.message.text = as_slack_keeps_it(stream.markdown)
        stream.message.blocks = blocks + stream.extra_blocks + kept_blocks(closing_blocks or [])


def _chunks_of(arguments: Arguments) -> list[Json]:
    chunks = arguments.document("chunks", error="invalid_chunks")
    if chunks is None:
        return []
    problems: Problems = []
    many(_CHUNK, most=1000, least=0)(chunks, "/chunks", problems)
    if problems:
        too_long = any("must be less than" in text and text.endswith("/text]") for text in problems)
        raise Refused("msg_too_long" if too_long else "invalid_chunks", messages=problems)
    for chunk in chunks:
        if chunk["type"] == "blocks":
            _check_block_chunk(chunk["blocks"])
    checked: list[Json] = chunks
    return checked


def _check_block_chunk(blocks: Any) -> None:
    if not isinstance(blocks, list):
        raise Refused("invalid_chunks")
    if len(blocks) > MESSAGE_BLOCKS:
        raise Refused("msg_blocks_too_many")
    checked_blocks(blocks)


def _apply(stream: Stream, chunk: Json) -> None:
    """Titles and states replace, details and output are added to."""
    if chunk["type"] == "markdown_text":
        stream.markdown += chunk["text"]
    elif chunk["type"] == "plan_update":
        stream.plan_title = chunk["title"]
    elif chunk["type"] == "blocks":
        if len(stream.extra_blocks) + len(chunk["blocks"]) > MESSAGE_BLOCKS:
            raise Refused("msg_blocks_too_many")
        stream.extra_blocks += kept_blocks(chunk["blocks"])
    else:
        task = stream.tasks.setdefault(chunk["id"], {"task_id": chunk["id"]})
        task |= {"title": chunk["title"], "status": chunk["status"]}
        for name in ("details", "output"):
            if chunk.get(name):
                task[name] = task.get(name, "") + chunk[name]
        if chunk.get("sources"):
            task["sources"] = chunk["sources"]
