"""How far this machine's clock is from WeCom's: callbacks of another time are refused as played again."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from connectors.proxying import proxy_for
from connectors.wecom.checkup_findings import Finding, Voice
from connectors.wecom.configuration import WeComConfiguration

_SECONDS = 10.0
_FAR_SECONDS = 300.0
"""Half of what a callback may be old."""


async def clock_finding(
    session: aiohttp.ClientSession, configuration: WeComConfiguration, say: Voice, *, matters: bool
) -> Finding:
    """By the ``Date`` of any answer. Only with callbacks a wrong clock keeps something from working."""
    host = URL(configuration.api_url).host or ""
    try:
        async with session.get(
            configuration.api_url,
            allow_redirects=False,
            proxy=proxy_for(configuration.api_url, configuration.proxy),
            timeout=aiohttp.ClientTimeout(total=_SECONDS),
        ) as response:
            told = parsedate_to_datetime(response.headers.get("Date", ""))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return say.warning("clock", "clock_unknown", advice="network", told=type(error).__name__, host=host)
    seconds = round(abs((datetime.now(UTC) - told.astimezone(UTC)).total_seconds()))
    if seconds <= _FAR_SECONDS:
        return say.ok("clock", "clock_right", seconds=seconds)
    failed = say.failed if matters else say.warning
    return failed("clock", "clock_off", advice="clock", seconds=seconds)
