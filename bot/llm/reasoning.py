"""Keeps what a reasoning model thinks to itself: removes ``<think>…</think>`` from a stream of text."""

import re
from typing import Final

_TAG: Final = re.compile(r"<(/?)think>", re.IGNORECASE)
_TAGS: Final = ("<think>", "</think>")


class ReasoningFilter:
    """Feed it pieces, show what comes out. The result does not depend on how the text was cut into pieces::

        reasoning = ReasoningFilter()
        shown = reasoning.feed("<thi") + reasoning.feed("nk>hm</think>Yes") + reasoning.finish()   # "Yes"

    ``opens_inside`` is for models whose chat template already wrote ``<think>``: they send only the closing tag.
    Blanks before the first shown character are dropped.
    """

    def __init__(self, *, opens_inside: bool = False) -> None:
        self._depth = 1 if opens_inside else 0
        self._may_repeat_opening = opens_inside
        self._held = ""
        self._has_shown = False
        self._leaked = False
        self._saw_tag = False

    @property
    def leaked(self) -> bool:
        """Whether a closing tag came without an opening one: what was shown before it had been thoughts."""
        return self._leaked

    @property
    def saw_reasoning(self) -> bool:
        """Whether the stream has held any tag so far."""
        return self._saw_tag

    def feed(self, piece: str) -> str:
        """Take the next piece and return what may be shown now; possibly nothing yet."""
        text = self._held + piece
        shown: list[str] = []
        start = 0
        for tag in _TAG.finditer(text):
            shown.append(self._pass(text[start : tag.start()]))
            self._take_tag(closes=bool(tag.group(1)))
            start = tag.end()
        rest = text[start:]
        keep = _length_of_possible_tag(rest)
        shown.append(self._pass(rest[: len(rest) - keep]))
        self._held = rest[len(rest) - keep :]
        return "".join(shown)

    def finish(self) -> str:
        """The stream has ended: return what was held back. A thought that was never closed stays hidden."""
        held, self._held = self._held, ""
        return self._pass(held)

    def _take_tag(self, *, closes: bool) -> None:
        self._saw_tag = True
        if closes:
            if self._depth:
                self._depth -= 1
            elif self._has_shown:
                self._leaked = True
        elif not self._may_repeat_opening:
            self._depth += 1
        self._may_repeat_opening = False

    def _pass(self, text: str) -> str:
        if self._depth:
            if text.strip():
                self._may_repeat_opening = False
            return ""
        if not self._has_shown:
            text = text.lstrip()
            self._has_shown = bool(text)
        return text


def without_reasoning(text: str) -> str:
    """The whole text without thoughts, also when the opening tag is missing."""
    reasoning = ReasoningFilter()
    shown = reasoning.feed(text) + reasoning.finish()
    if not reasoning.leaked:
        return shown
    closing = next(tag for tag in _TAG.finditer(text) if tag.group(1))
    return without_reasoning(text[closing.end() :])


def _length_of_possible_tag(text: str) -> int:
    """How many characters at the end could be the beginning of a tag."""
    begin = text.rfind("<", max(0, len(text) - len("</think>") + 1))
    if begin < 0:
        return 0
    tail = text[begin:].lower()
    return len(tail) if any(tag.startswith(tail) for tag in _TAGS) else 0
