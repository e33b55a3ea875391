"""``search``, ``ask`` and ``timeline``."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.answering.answerer import Question
from bot.answering.evidence import Evidence
from bot.application import open_application
from bot.cli.filters import Filters, resolve
from bot.cli.output import ERR, OUT, print_json, run
from bot.settings import load_settings
from connectors.connector import Citation

Channel = Annotated[str | None, typer.Option("--channel", help="Only this channel, by name or id.")]
Since = Annotated[str | None, typer.Option("--since", help="Not before: a date, or words such as 'last Tuesday'.")]
Until = Annotated[str | None, typer.Option("--until", help="Until this day, included.")]
Kind = Annotated[str | None, typer.Option("--kind", help="message or file.")]
Author = Annotated[str | None, typer.Option("--author", help="Only what this person said or shared.")]
As = Annotated[str | None, typer.Option("--as", help="See only what this person may see.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="How many results.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def search(
    query: Annotated[str, typer.Argument(help="Words or a question, in any language.")],
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    author: Author = None,
    as_user: As = None,
    limit: Limit = 10,
    as_json: Json = False,
) -> None:
    """Find messages and files by words and meaning."""
    filters = Filters(channel=channel, since=since, until=until, kind=kind, author=author, as_user=as_user)
    run(_search(query, filters, limit=limit, as_json=as_json))


def ask(
    question: Annotated[str, typer.Argument(help="A question, in Chinese or English.")],
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    author: Author = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the archive, with citations."""
    filters = Filters(channel=channel, since=since, until=until, kind=kind, author=author, as_user=as_user)
    run(_ask(question, filters, as_json=as_json))


def timeline(
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    author: Author = None,
    as_user: As = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """What was said and shared, newest first."""
    filters = Filters(channel=channel, since=since, until=until, kind=kind, author=author, as_user=as_user)
    run(_timeline(filters, limit=limit, as_json=as_json))


async def _search(query: str, filters: Filters, *, limit: int, as_json: bool) -> None:
    async with open_application(load_settings()) as application:
        audience, where = await resolve(application, filters)
        started = time.perf_counter()
        found = await application.finder.search(
            query, audience=audience, where=where, limit=limit, now=datetime.now(UTC)
        )
        took_ms = round((time.perf_counter() - started) * 1000)
    if as_json:
        print_json({"query": query, "took_ms": took_ms, "results": [_result(item) for item in found]})
        return
    _print_records(found)
    ERR.print(f"{len(found)} results in {took_ms} ms")


async def _ask(question: str, filters: Filters, *, as_json: bool) -> None:
    async with open_application(load_settings()) as application:
        audience, where = await resolve(application, filters)
        with ERR.status("loading the language model"):
            await application.model.start()
        try:
            result = await application.answerer.answer(Question(text=question, audience=audience, where=where))
        finally:
            await application.model.close()
    answer, timings = result.answer, result.timings_ms
    if as_json:
        print_json(
            {
                "question": question,
                "answer": answer.text,
                "abstained": answer.abstained,
                "reason": answer.reason,
                "citations": [citation_json(citation) for citation in answer.citations],
                "answer_id": answer.answer_id,
                "model": answer.model,
                "timings_ms": timings_json(timings),
            }
        )
        return
    OUT.print(answer.text, markup=False)
    for citation in answer.citations:
        place = f" {citation.file_name}" if citation.file_name else ""
        head = f"  [{citation.n}] {citation.time:%Y-%m-%d %H:%M} {citation.author} #{citation.channel_name}{place}"
        OUT.print(f"{head}: {citation.quote}", markup=False, style="dim")


async def _timeline(filters: Filters, *, limit: int, as_json: bool) -> None:
    async with open_application(load_settings()) as application:
        audience, where = await resolve(application, filters)
        found = await application.finder.latest(audience=audience, where=where, limit=limit)
    if as_json:
        print_json({"records": [_result(item) for item in found]})
        return
    _print_records(found)


def timings_json(timings: dict[str, int]) -> dict[str, int | None]:
    """The three times of the contract, in milliseconds; ``first_token`` is null when no model spoke."""
    return {"search": timings.get("search"), "first_token": timings.get("first_token"), "total": timings.get("total")}


def citation_json(citation: Citation) -> dict[str, object]:
    """A citation as in the contract."""
    return {
        "n": citation.n,
        "record_id": citation.record_id,
        "permalink": citation.permalink,
        "quote": citation.quote,
    }


def _result(item: Evidence) -> dict[str, object]:
    record_ids = list(dict.fromkeys([item.record_id, item.message_id]))
    return {
        "rank": item.n,
        "score": round(item.score, 4),
        "kind": item.kind,
        "record_ids": record_ids,
        "channel": item.channel_name,
        "author": item.author,
        "time": item.time.isoformat(),
        "text": item.text,
        "permalink": item.permalink,
        "file": {"name": item.file_name, "page": item.page} if item.file_name else None,
    }


def _print_records(found: Sequence[Evidence]) -> None:
    for item in found:
        place = f" · {item.file_name}{f' p.{item.page}' if item.page else ''}" if item.file_name else ""
        head = f"{item.n:>3}  {item.time:%Y-%m-%d %H:%M}  {item.author}  #{item.channel_name}{place}"
        OUT.print(head, markup=False, style="bold")
        OUT.print(f"     {' '.join(item.text.split())[:400]}", markup=False)
