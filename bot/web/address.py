"""Where people open the pages, for links that leave the browser."""

from urllib.parse import urlencode

from bot.settings import WebSettings

_HERE = "127.0.0.1"
_ANY_ADDRESS = frozenset({"localhost", "0.0.0.0", "::", ""})  # noqa: S104 - compared, not listened on


def page_url(web: WebSettings, *, port: int | None = None) -> str:
    """``web.public_url``, or the address that is listened on, without a slash at the end.

    ``port`` is the one that was found when ``web.port`` leaves it open. Empty when it is not known.
    """
    if web.public_url:
        return web.public_url
    number = web.port if port is None else port
    if not number:
        return ""
    host = _HERE if web.host in _ANY_ADDRESS else web.host
    return f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"


def message_url(permalink: str | None, record_id: str, web: WebSettings) -> str | None:
    """The platform's own permalink; for messages of the console, and those that came without one, the console's."""
    if permalink and not permalink.startswith("/"):
        return permalink
    base = page_url(web)
    if not base:
        return permalink
    return base + (permalink or f"/?{urlencode({'message': record_id})}")
