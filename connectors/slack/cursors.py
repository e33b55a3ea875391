"""Lists that come in pages."""

from collections.abc import AsyncGenerator
from typing import Any

from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.site import Api

_MOST_PAGES = 10_000


async def by_cursor(api: Api, method: str, *, background: bool = False, **arguments: Any) -> AsyncGenerator[Payload]:
    """Every page, until there is no next cursor: a page may be short or empty before the last one.

    Raises as ``Api.call``.
    """
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await api.call(method, background=background, cursor=cursor, **arguments)
        yield page
        cursor = text_of(object_of(page, "response_metadata"), "next_cursor")
        if not cursor:
            return
