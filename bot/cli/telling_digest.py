"""What ``digest`` does."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.progress import Progress as Bars
from sqlalchemy.orm import Session

from bot.application import Application, open_application
from bot.archive.lock import ArchivistLock
from bot.cli.filters import resolve
from bot.cli.options import Filters
from bot.cli.output import ERR, OUT, print_json
from bot.digests.digest import Digest
from bot.digests.keeping import KeptDigests
from bot.digests.showing import permalinks, shown
from bot.digests.texts import told
from bot.errors import BadInput, Language, ModelError, ServerNotRunning
from bot.language import system_language
from bot.settings import Settings, load_settings
from bot.summaries.lines import SECTIONS
from bot.web.address import message_url

_USUAL = timedelta(days=1)
_POSTED_SECONDS = 20.0
_POLL_SECONDS = 0.5
_TEXTS: dict[str, dict[Language, str]] = {
    "loading": {"zh": "正在载入语言模型", "en": "loading the language model"},
    "posted": {"zh": "已发到频道", "en": "posted in the channel"},
    "later": {
        "zh": "已交给正在运行的服务，稍后发出",
        "en": "handed to the running server, which will post it",
    },
    "several": {
        "zh": "有几个频道叫 {name!r}，请用 id：{ids}",
        "en": "{name!r} names several channels; use an id: {ids}",
    },
}


async def show_digest(
    channel: str,
    *,
    since: str | None,
    until: str | None,
    language: Language | None,
    as_user: str | None,
    post: bool,
    as_json: bool,
) -> None:
    """Make a digest and print it; with ``post`` the running server posts it, too."""
    settings = load_settings()
    if post:
        await asyncio.to_thread(_require_server, settings)
    spoken = language or (settings.language if settings.language != "auto" else system_language())
    async with open_application(settings) as application:
        _, where = await resolve(application, Filters(channel=channel, since=since, until=until, as_user=as_user))
        channel_ids = sorted(str(channel_id) for channel_id in where.channel_ids)
        if len(channel_ids) > 1:
            raise BadInput(_TEXTS["several"][system_language()].format(name=channel, ids=", ".join(channel_ids)))
        end = min(where.until or datetime.now(UTC), datetime.now(UTC))
        began = time.perf_counter()
        async with _model(application):
            digest = await _made(
                application, channel_ids, since=where.since or end - _USUAL, until=end, language=spoken
            )
        took_ms = round((time.perf_counter() - began) * 1000)
        posted = await _post(application, digest, channel_ids[0]) if post else None
        async with application.database.read() as connection:
            answer = await connection.run_sync(lambda sync: shown(Session(sync), digest))
            links = await connection.run_sync(lambda sync: permalinks(Session(sync), digest.record_ids))
    if as_json:
        urls = {record_id: message_url(link, record_id, settings.web) for record_id, link in links.items()}
        print_json({**digest_json(digest, urls, channel=channel, took_ms=took_ms), "posted": posted})
    else:
        OUT.print(answer.text, markup=False)
        for citation in answer.citations:
            said_at = f"{citation.time.astimezone(application.zone):%Y-%m-%d %H:%M}"
            link = message_url(citation.permalink, citation.record_id, settings.web) or citation.record_id
            OUT.print(f"  [{citation.n}] {said_at} {citation.author}: {link}", markup=False, style="dim")
    if post:
        ERR.print(_TEXTS["posted" if posted else "later"][system_language()])


def digest_json(digest: Digest, urls: dict[str, str | None], *, channel: str, took_ms: int) -> dict[str, Any]:
    """A digest as one document; sections without a line are left out."""
    return {
        "channel": channel.removeprefix("#"),
        "since": digest.since.isoformat(),
        "until": digest.until.isoformat(),
        "language": digest.language,
        "quiet": digest.quiet,
        "sections": [
            {
                "section": section,
                "lines": [
                    {
                        "text": one.line.text,
                        "owner": one.line.owner,
                        "due": one.line.due.isoformat() if one.line.due else None,
                        "time": one.line.time.isoformat(),
                        "record_ids": list(one.line.record_ids),
                        "permalinks": [urls.get(record_id) for record_id in one.line.record_ids],
                    }
                    for one in digest.lines
                    if one.line.section == section
                ],
            }
            for section in SECTIONS
            if any(one.line.section == section for one in digest.lines)
        ],
        "more": digest.facts.more,
        "conversations": digest.facts.conversations,
        "conversations_left_out": digest.facts.left_out,
        "messages": digest.facts.messages,
        "model": digest.model,
        "without_model": digest.facts.extractive,
        "took_ms": took_ms,
    }


def _require_server(settings: Settings) -> None:
    """Whoever holds the lock of the home posts what is kept there."""
    lock = ArchivistLock(settings.home)
    if lock.acquire():
        lock.release()
        raise ServerNotRunning(str(settings.home))


@asynccontextmanager
async def _model(application: Application) -> AsyncIterator[None]:
    """The language model where there is one: without it a digest is made of the messages' own words."""
    try:
        with ERR.status(_TEXTS["loading"][system_language()]):
            await application.model.start()
    except ModelError as error:
        ERR.print(error.sentence(system_language()), markup=False)
    try:
        yield
    finally:
        await application.model.close()


async def _made(
    application: Application, channel_ids: list[str], *, since: datetime, until: datetime, language: Language
) -> Digest:
    with Bars(console=ERR, disable=not ERR.is_terminal, transient=True) as bars:
        task = bars.add_task(told("reading", system_language()), total=None)

        async def progress(done: int, of: int) -> None:
            bars.update(task, completed=done, total=of)

        return await application.digest_maker.of_period(
            channel_ids,
            since=since,
            until=until,
            language=language,
            timezone=application.zone.key,
            progress=progress,
        )


async def _post(application: Application, digest: Digest, channel_id: str) -> str | None:
    """Keep it for the server, and wait a little until it is posted; returns the message's id."""
    kept = KeptDigests(application.database)
    await kept.keep(replace(digest, target_channel_id=channel_id))
    deadline = asyncio.get_running_loop().time() + _POSTED_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        if (record_id := await kept.posted_as(digest.digest_id)) is not None:
            return record_id
        await asyncio.sleep(_POLL_SECONDS)
    return None
