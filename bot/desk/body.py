"""What pages send, checked before a handler sees it."""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot.errors import BadInput


def _sound(text: str) -> str:
    if any(unicodedata.category(character) == "Cs" or character == "\0" for character in text):
        message = "text holds characters that cannot be stored"
        raise ValueError(message)
    return text


Identifier = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_sound)]
Line = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_sound)]
Text = Annotated[str, Field(max_length=20_000), AfterValidator(_sound)]


class Body(BaseModel):
    """A body or a query string: what it does not name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


B = TypeVar("B", bound=Body)


def checked(model: type[B], data: Mapping[str, Any]) -> B:
    """The body as ``model``; raises ``BadInput`` that names the first wrong field, never its value."""
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        told = str(first["msg"]).removeprefix("Value error, ")
        raise BadInput(f"{field}: {told}" if field else told) from None
