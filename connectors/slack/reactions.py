"""Reactions: one event a person and emoji, of what history lists and of what happens."""

from collections.abc import Iterator

from connectors.slack.fields import Payload, objects_of, text_of, texts_of, without_controls


def reactions_of(message: Payload) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each emoji (skin tones are part of its name) of a message with those who are named for it, each once.

    Of many people only the first are named, so nobody follows to be gone from not being named.
    """
    for reaction in objects_of(message, "reactions"):
        emoji = emoji_name(text_of(reaction, "name"))
        if emoji:
            yield emoji, tuple(dict.fromkeys(texts_of(reaction, "users")))


def emoji_name(name: str) -> str:
    """A name such as ``+1::skin-tone-3`` on one line."""
    return without_controls(name, limit=100)
