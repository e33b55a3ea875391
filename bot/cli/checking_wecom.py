"""``doctor wecom``: whether robots, apps, webhooks and the message archive of WeCom are set up as they must be."""

from collections.abc import Mapping

import aiohttp
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.archive.lock import ArchivistLock
from bot.errors import SettingsError, ShiguangError
from bot.language import system_language
from bot.settings import Settings, load_settings
from bot.truth.database import Database
from bot.truth.tables import ChannelRow
from connectors.wecom.checkup import Surroundings, check_up
from connectors.wecom.checkup_callbacks import Served
from connectors.wecom.checkup_findings import Finding
from connectors.wecom.checkup_texts import CONNECTOR_OFF, INCOMPLETE

_SECONDS = 5.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what is listened on, not where
_NO_GROUPS = ("wecom:direct:", "wecom:pair:", "wecom:several:")


async def check_wecom() -> list[Finding]:
    """Run every check; raises ``SettingsError`` when the settings cannot be read at all."""
    settings, missing = _settings()
    language = system_language()
    findings: list[Finding] = []
    if missing:
        fact, advice = INCOMPLETE[language]
        findings.append(
            Finding(way="", check="settings", state="failed", fact=fact.format(told=missing), advice=advice)
        )
    elif "wecom" not in settings.connectors:
        fact, advice = CONNECTOR_OFF[language]
        findings.append(Finding(way="", check="connectors", state="warning", fact=fact, advice=advice))
    configuration = settings.wecom.configuration(
        home=settings.home, max_file_bytes=settings.files.max_bytes, timezone=settings.timezone
    )
    surroundings = Surroundings(served=await _served(settings), groups=await _groups(settings))
    return [*findings, *await check_up(configuration, surroundings, language=language)]


def _settings() -> tuple[Settings, str]:
    """The settings, and what is missing to serve with them; the checks tell of the rest, with advice."""
    try:
        return load_settings(), ""
    except SettingsError as error:
        return load_settings(connectors=("console",)), str(error)


async def _served(settings: Settings) -> Served:
    host = _ANYWHERE.get(settings.web.host, settings.web.host)
    base = f"http://{host}:{settings.web.port}"
    if not _is_running(settings):
        return Served(is_running=False, base=base, public_url=settings.web.public_url)
    state = ""
    try:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{base}/readyz") as response:
            state = str((await response.json()).get("wecom", "off"))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        state = type(error).__name__
    return Served(is_running=True, base=base, public_url=settings.web.public_url, state=state)


def _is_running(settings: Settings) -> bool:
    """Whether a process archives into this home now."""
    if not settings.home.is_dir():
        return False
    lock = ArchivistLock(settings.home)
    try:
        return not lock.acquire()
    except OSError:
        return False
    finally:
        lock.release()


async def _groups(settings: Settings) -> Mapping[str, str]:
    """Groups of WeCom that are archived, by ``chat_id``; none when there is no archive yet."""
    if settings.truth.url is None and not (settings.home / "truth.db").is_file():
        return {}
    found = select(ChannelRow.channel_id, ChannelRow.name).where(
        ChannelRow.platform == "wecom", ChannelRow.visibility != "direct", ChannelRow.deleted_at.is_(None)
    )
    database = Database(settings.truth_url)
    try:
        async with database.read() as connection:
            rows = (await connection.execute(found)).all()
    except (SQLAlchemyError, ShiguangError):
        return {}
    finally:
        await database.close()
    return {
        channel_id.removeprefix("wecom:"): name for channel_id, name in rows if not channel_id.startswith(_NO_GROUPS)
    }
