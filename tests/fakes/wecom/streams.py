"""Streamed answers: each frame replaces the whole text, until the last one or until time is up."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from tests.fakes.wecom.clock import MINUTE, Clock
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.refusals import Json, Refusal, feedback_id, part, text_field
from tests.fakes.wecom.screen import Screen, Shown
from tests.fakes.wecom.world import Chat

LONGEST_TEXT = 20480
_IMAGE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(kw_only=True)
class Stream:
    """One streamed message; ``started_at`` is when its time began to run."""

    stream_id: str
    shown: Shown
    started_at: float


@dataclass(kw_only=True)
class Streams:
    """The streams of the robot, by the conversation turn they answer."""

    clock: Clock
    screen: Screen
    ledger: Ledger
    minutes: float
    """How long one may be updated: 6 by the older documents and the official plugin, 10 by the newest."""
    takes_images: bool
    """``msg_item`` exists in the callback's passive replies, and not on the long connection."""
    by_turn: dict[str, Stream] = field(default_factory=dict)

    def expired(self, stream: Stream) -> bool:
        """Whether its time is up."""
        return self.clock.time() - stream.started_at > self.minutes * MINUTE

    async def frame(self, turn: str, chat: Chat, body: Json, *, number: int, asked_at: float | None = None) -> Stream:
        """Take one frame for a turn, or raise what is wrong with it.

        ``asked_at`` lets the time run from the person's message instead of the first frame.
        """
        given = part(body, "stream")
        stream_id = text_field(given, "id", limit=256, name="stream.id", empty=40058)
        content = given.get("content", "")
        if content != "":
            text_field(given, "content", limit=LONGEST_TEXT, name="stream.content")
        if not isinstance(given.get("finish", False), bool):
            raise Refusal(40058, "stream.finish is no boolean")
        finish = bool(given.get("finish", False))
        images = self._images(given, finish=finish)
        stream = self.by_turn.get(turn)
        if stream is None:
            shown = Shown(number=number, chat=chat, via="robot", msgtype="stream", finished=False)
            shown.feedback_id = feedback_id(given)
            stream = Stream(
                stream_id=stream_id,
                shown=shown,
                started_at=self.clock.time() if asked_at is None else asked_at,
            )
            self._check_goes_on(stream, stream_id)
            self.by_turn[turn] = stream
            self.screen.messages.append(shown)
        else:
            self._check_goes_on(stream, stream_id)
            if "feedback" in given:
                self.ledger.warnings.append("stream.feedback counts in the first frame only")
        stream.shown.text = content
        stream.shown.frames.append(content)
        stream.shown.images = images
        stream.shown.finished = finish
        await self.screen.changed()
        return stream

    def _check_goes_on(self, stream: Stream, stream_id: str) -> None:
        if stream.shown.finished:
            raise Refusal(846605, "the stream is finished")
        if stream_id != stream.stream_id:
            raise Refusal(846605, f"the stream is {stream.stream_id!r}, not {stream_id!r}")
        if self.expired(stream):
            raise Refusal(846608)

    def _images(self, given: Json, *, finish: bool) -> list[bytes]:
        items = given.get("msg_item", [])
        if not items:
            return []
        if not self.takes_images:
            raise Refusal(40058, "stream.msg_item is not supported here")
        if not finish or not isinstance(items, list) or len(items) > 10:
            raise Refusal(40058, "stream.msg_item: at most 10, with the last frame")
        images = []
        for item in items:
            if not isinstance(item, dict) or item.get("msgtype") != "image":
                raise Refusal(40058, "stream.msg_item holds images only")
            images.append(inline_image(part(item, "image"), limit=10 * 1024 * 1024))
        return images


def inline_image(image: Json, *, limit: int) -> bytes:
    """The bytes of an image given as base64 with the md5 of the raw bytes. Raises ``Refusal``."""
    try:
        data = base64.b64decode(text_field(image, "base64", limit=2 * limit, name="image.base64"), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(40058, "image.base64 is no base64") from None
    if len(data) > limit:
        raise Refusal(40009, f"image of {len(data)} bytes")
    if hashlib.md5(data, usedforsecurity=False).hexdigest() != image.get("md5"):
        raise Refusal(40058, "image.md5 is not that of the raw bytes")
    if not data.startswith(_IMAGE_STARTS):
        raise Refusal(40009, "neither PNG nor JPEG")
    return data
