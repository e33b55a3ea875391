"""Identifiers of the console: unique over all platforms, and the same again when a client repeats itself."""

import hashlib
import unicodedata

from connectors.events import ChannelId, PersonId, RecordId

GENERAL_CHANNEL_ID = ChannelId("console:channel:general")


def derived(kind: str, *parts: str) -> str:
    """``console:<kind>:<digest>`` of the parts: a request sent twice names the same thing twice."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"console:{kind}:{digest[:24]}"


def person_id(name: str) -> PersonId:
    """The id of a person who typed this name; letter case and width make no difference."""
    return PersonId(derived("person", unicodedata.normalize("NFKC", name).casefold()))


def direct_channel_id(person: PersonId) -> ChannelId:
    """The direct chat between a person and the bot."""
    return ChannelId(derived("direct", person))


def message_id(person: PersonId, client_id: str) -> RecordId:
    """The message that a client calls ``client_id``."""
    return RecordId(derived("message", person, client_id))


def answer_record_id(answer_id: str) -> RecordId:
    """The message that posts an answer."""
    return RecordId(f"console:answer:{answer_id}")


def post_record_id(post_id: str) -> RecordId:
    """The message that shows a post: the same again when it is posted again."""
    return RecordId(derived("post", post_id))
