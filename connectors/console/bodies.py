"""What the pages may send, checked once and here."""

import json
import unicodedata
from datetime import date
from typing import Annotated, Literal, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from connectors.connector import DownReason, Language, VerdictKind
from connectors.console.errors import ConsoleError
from connectors.console.host import TimelinePeriod

MAX_TEXT_CHARS = 20_000
_MAX_BODY_BYTES = 200_000


def _visible(text: str) -> str:
    cleaned = " ".join(text.split())
    if not cleaned or any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in cleaned):
        message = "a name needs visible characters"
        raise ValueError(message)
    return cleaned


def _sound(text: str) -> str:
    if any(unicodedata.category(character) == "Cs" or character == "\0" for character in text):
        message = "text holds characters that cannot be stored"
        raise ValueError(message)
    return text


_Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_visible)]
_Identifier = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_sound)]
_ClientId = Annotated[str, Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
_Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS), AfterValidator(_sound)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Login(_Body):
    """The token, typed into the form."""

    token: str = Field(max_length=1000)


class Enter(_Body):
    """Who the person is: one of the list, or a new name."""

    person_id: _Identifier | None = None
    name: _Name | None = None


class NewChannel(_Body):
    """A channel to create; ``member_ids`` counts for private ones."""

    client_id: _ClientId
    name: _Name
    visibility: Literal["public", "private"]
    member_ids: tuple[_Identifier, ...] = Field(default=(), max_length=500)


class Membership(_Body):
    """Add a person to a private channel, or leave it."""

    channel_id: _Identifier
    person_id: _Identifier
    present: bool


class NewMessage(_Body):
    """A message to post; the same ``client_id`` again posts nothing new."""

    client_id: _ClientId
    channel_id: _Identifier
    text: _Text
    thread_id: _Identifier | None = None
    upload_ids: tuple[_Identifier, ...] = Field(default=(), max_length=10)
    language: Language = "en"


class EditedMessage(_Body):
    """A new text for one's own message."""

    record_id: _Identifier
    text: _Text
    language: Language = "en"


class Reaction(_Body):
    """An emoji by name, given or taken back."""

    record_id: _Identifier
    emoji: str = Field(pattern=r"^[a-z0-9_+-]{1,40}$")
    present: bool


class Verdict(_Body):
    """A judgement of an answer."""

    answer_id: _Identifier
    verdict: VerdictKind
    reasons: tuple[DownReason, ...] = Field(default=(), max_length=6)
    comment: Annotated[str, Field(max_length=2000), AfterValidator(_sound)] = ""


class AnsweredAgain(_Body):
    """An answer whose question is to be answered once more."""

    answer_id: _Identifier


class SaidMeant(_Body):
    """An answer that names what was meant."""

    answer_id: _Identifier


class Preference(_Body):
    """Which of two answers is better, and which of them was shown first."""

    chosen: _Identifier
    other: _Identifier
    first_shown: _Identifier


class Declined(_Body):
    """A pair that a person does not want to pick from."""

    first: _Identifier
    second: _Identifier


class Opened(_Body):
    """A source of an answer that was opened; it is named by its record."""

    answer_id: _Identifier
    record_id: Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_sound)]


class Decided(_Body):
    """What a person decides about a card."""

    card_id: _Identifier
    accepted: bool


class MessagesQuery(_Body):
    """Which messages of a channel."""

    channel: _Identifier
    before: _Identifier | None = None
    around: _Identifier | None = None
    limit: int = Field(default=50, ge=1, le=200)


class TimelineFilters(_Body):
    """Filters of the timeline page."""

    day: date | None = None
    period: TimelinePeriod = "day"
    channel: _Identifier | None = None
    author: _Identifier | None = None
    kind: Literal["message", "file", "link"] | None = None
    category: _Identifier | None = None
    text: str = Field(default="", max_length=400)
    before: _Identifier | None = None
    limit: int = Field(default=50, ge=1, le=200)


class Categorized(_Body):
    """Whether a record belongs to a category."""

    record_id: Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_sound)]
    category_id: _Identifier
    present: bool


B = TypeVar("B", bound=_Body)


async def body_of(request: web.Request, model: type[B]) -> B:
    """Read and check a JSON body; raises ``ConsoleError`` that names the first wrong field."""
    if request.content_type != "application/json":
        raise ConsoleError("not_json")
    if request.content_length is not None and request.content_length > _MAX_BODY_BYTES:
        raise ConsoleError("bad_input", f"more than {_MAX_BODY_BYTES} bytes")
    try:
        data = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise ConsoleError("not_json") from None
    return _checked(model, data)


def query_of(request: web.Request, model: type[B]) -> B:
    """Check the query string; ``as`` names the person and is not part of it."""
    return _checked(model, {name: value for name, value in request.query.items() if name != "as" and value})


def _checked(model: type[B], data: object) -> B:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConsoleError("bad_input", f"{field}: {first['msg']}" if field else str(first["msg"])) from None
