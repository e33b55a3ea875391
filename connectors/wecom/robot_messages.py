"""What was said to a robot or an app becomes events and an utterance; and what it answered becomes an event."""

import re
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final

from connectors.connector import Answer, Language, Utterance
from connectors.events import FILE_NOT_FETCHED_YET, ChannelChanged, ChannelRef, FileRef, MessagePosted, PersonRef
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.ids import file_id, message_id, own_message_id, person_id
from connectors.wecom.media_names import UNNAMED
from connectors.wecom.site import Heard, MediaRef
from connectors.wecom.text_commands import command_text
from connectors.wecom.texts import language_of, say

_LONGEST_QUOTE: Final = 2_000
_QUOTE_ASKED: Final = 500
_KNOWN_WORDS: Final = 500
_RECOGNISED_BY: Final = 24
_RECOGNISED_BEGINNING: Final = 8
_NOT_WORDS: Final = re.compile(r"(?:\[\d+\]|[\W_])")
_OUR_ENDINGS: Final = ("来源", "Sources")


def bot_ref(configuration: WeComConfiguration, of: str) -> PersonRef:
    """One of our robots or apps as the author of what it says; ``of`` is its name in the settings."""
    shown = next((robot.shown_name for robot in configuration.robots if robot.name == of), "")
    return PersonRef(person_id=person_id(f"bot:{of}"), platform="wecom", name=shown or say("name", "zh"), is_bot=True)


def command_of(heard: Heard, configuration: WeComConfiguration) -> str | None:
    """The command that somebody typed, as the application understands it."""
    return command_text(heard.text, names=[robot.shown_name for robot in configuration.robots])


def posted(heard: Heard, *, quoted: str, is_command: bool) -> MessagePosted:
    """The message itself. What it quotes is told with it: of a group nothing else may ever bring those words here."""
    return MessagePosted(
        event_id=f"wecom:heard:{heard.msgid}",
        occurred_at=heard.said_at,
        record_id=message_id(heard.msgid),
        channel=heard.channel,
        author=heard.person,
        text=_with_quote(heard.text, quoted, language_of(heard.text) or "zh", _LONGEST_QUOTE),
        files=tuple(_file_ref(heard, media) for media in heard.media),
        system=is_command,
    )


def direct_chat(heard: Heard, bot: PersonRef) -> ChannelChanged:
    """The direct chat of a person: nobody else is in it."""
    return ChannelChanged(
        event_id=f"wecom:chat:{heard.msgid}",
        occurred_at=heard.said_at,
        channel=heard.channel,
        members=(heard.person, bot),
    )


def said_by_us(answer: Answer, channel: ChannelRef, bot: PersonRef) -> MessagePosted:
    """Our answer: WeCom never sends it back."""
    record_id = own_message_id(answer.answer_id)
    return MessagePosted(
        event_id=f"{record_id}:said",
        occurred_at=datetime.now(UTC),
        record_id=record_id,
        channel=channel,
        author=bot,
        text=answer.text,
        answer_id=answer.answer_id,
    )


def asked(heard: Heard, *, command: str | None, is_archived: bool, language: Language) -> Utterance:
    """What the application is asked.

    Never as a ``command``: its reply would be made of what one person may read, and here everybody in the chat sees it.
    """
    if command is not None:
        text = command
        if command.split()[0] in ("/问", "/ask"):
            text = _with_quote(command, heard.quoted_text, language, _QUOTE_ASKED)
    elif heard.text.strip():
        text = _with_quote(heard.text.strip(), heard.quoted_text, language, _QUOTE_ASKED)
    else:
        text = heard.quoted_text.strip()[:_LONGEST_QUOTE] or ("/帮助" if language == "zh" else "/help")
    return Utterance(
        kind="mention" if heard.is_group else "direct",
        text=text,
        channel=heard.channel,
        person=heard.person,
        record_id=message_id(heard.msgid) if is_archived else None,
        thread_id=None,
        said_at=heard.said_at,
        # Words tell the application more than what is guessed here.
        language=None if language_of(text) else language,
        quoted=heard.quoted_text.strip()[:_LONGEST_QUOTE],
    )


class OwnWords:
    """Tells our own answers among what people quote: an answer must not come back as if somebody had said it."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, None] = OrderedDict()

    def add(self, text: str) -> None:
        """We said this."""
        if words := _words(text)[:_RECOGNISED_BY]:
            self._said[words] = None
        while len(self._said) > _KNOWN_WORDS:
            self._said.popitem(last=False)

    def includes(self, text: str) -> bool:
        """Whether it is ours. After a restart only what shows its sources is recognised."""
        if any(line.strip(" *>") in _OUR_ENDINGS for line in text.splitlines()):
            return True
        words = _words(text)
        return words in self._said or any(
            words.startswith(said) for said in self._said if len(said) >= _RECOGNISED_BEGINNING
        )


def _words(text: str) -> str:
    return _NOT_WORDS.sub("", text)


def _with_quote(text: str, quoted: str, language: Language, most: int) -> str:
    quoted = quoted.strip()
    if not quoted:
        return text
    shown = quoted if len(quoted) <= most else f"{quoted[:most]}…"
    return "\n".join(part for part in (text, say("quoted", language, text=shown)) if part)


def _file_ref(heard: Heard, media: MediaRef) -> FileRef:
    return FileRef(
        file_id=file_id(heard.msgid, media.place),
        name=media.name or UNNAMED[media.kind],
        unavailable_reason=FILE_NOT_FETCHED_YET,
    )
