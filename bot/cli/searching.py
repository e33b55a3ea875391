"""What ``search``, ``ask`` and ``timeline`` do, and the JSON of their results as the design has it."""

import time
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.answering.answerer import AnswerResult, Question
from bot.answering.evidence import Evidence
from bot.application import open_application
from bot.cli.filters import resolve
from bot.cli.options import Filters
from bot.cli.output import ERR, OUT, print_json
from bot.language import system_language
from bot.settings import WebSettings, load_settings
from bot.truth.categories import categories_of
from bot.truth.database import Database
from bot.truth.places import Place
from bot.web.address import message_url
from connectors.connector import Citation


async def show_search(query: str, filters: Filters, *, limit: int, as_json: bool) -> None:
    """Search and print what was found."""
    settings = load_settings()
    async with open_application(settings) as application:
        audience, where = await resolve(application, filters)
        started = time.perf_counter()
        searched = await application.finder.find(query, audience=audience, where=where, limit=limit)
        found = searched.results
        took_ms = round((time.perf_counter() - started) * 1000)
        categories = await _categories(application.database, found) if as_json else {}
    if as_json:
        results = [record_json(item, settings.web, categories[item.record_id]) for item in found]
        print_json({"query": query, "took_ms": took_ms, "results": results})
        return
    _print_records(found, application.zone)
    told = searched.understood.told(system_language(), application.zone)
    if told:
        ERR.print(told, markup=False, soft_wrap=True)
    ERR.print(f"{len(found)} results in {took_ms} ms")


async def show_answer(question: str, filters: Filters, *, as_json: bool) -> None:
    """Ask and print the answer with its sources."""
    settings = load_settings()
    async with open_application(settings) as application:
        audience, where = await resolve(application, filters)
        with ERR.status("loading the language model"):
            await application.model.start()
        try:
            result = await application.answerer.answer(Question(text=question, audience=audience, where=where))
        finally:
            await application.model.close()
    if as_json:
        print_json(answer_json(result, settings.web))
        return
    OUT.print(result.answer.text, markup=False)
    for citation in result.answer.citations:
        place = f" {citation.file_name}" if citation.file_name else ""
        said_at = f"{citation.time.astimezone(application.zone):%Y-%m-%d %H:%M}"
        head = f"  [{citation.n}] {said_at} {citation.author} #{citation.channel_name}{place}"
        OUT.print(f"{head}: {citation.quote}", markup=False, style="dim")


async def show_timeline(filters: Filters, *, limit: int, as_json: bool) -> None:
    """Print the latest records."""
    settings = load_settings()
    async with open_application(settings) as application:
        audience, where = await resolve(application, filters)
        found = await application.finder.latest(audience=audience, where=where, limit=limit)
        categories = await _categories(application.database, found) if as_json else {}
    if as_json:
        print_json({"records": [record_json(item, settings.web, categories[item.record_id]) for item in found]})
        return
    _print_records(found, application.zone)


def answer_json(result: AnswerResult, web: WebSettings) -> dict[str, Any]:
    """An answer as in the contract; ``first_token`` is null when no model spoke."""
    answer, timings = result.answer, result.timings_ms
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "citations": [_citation_json(citation, web) for citation in answer.citations],
        "answer_id": answer.answer_id,
        "model": answer.model,
        "timings_ms": {name: timings.get(name) for name in ("search", "first_token", "total")},
    }


def record_json(item: Evidence, web: WebSettings, categories: Sequence[str]) -> dict[str, Any]:
    """A record found, as in the contract."""
    return {
        "rank": item.n,
        "score": round(item.score, 4),
        "kind": item.kind,
        "record_ids": list(dict.fromkeys([item.record_id, item.message_id])),
        "channel": item.channel_name,
        "author": item.author,
        "time": item.time.isoformat(),
        "text": item.text,
        "permalink": message_url(item.permalink, item.message_id, web),
        "file": {"name": item.file_name, "page": item.page} if item.file_name else None,
        "outdated_by": item.outdated_by.record_id if item.outdated_by else None,
        "categories": list(categories),
        "also_in": [_place_json(place, web) for place in item.also_in],
    }


async def _categories(database: Database, found: Sequence[Evidence]) -> dict[str, list[str]]:
    async with database.read() as connection:
        return await connection.run_sync(lambda sync: categories_of(Session(sync), [item.record_id for item in found]))


def _place_json(place: Place, web: WebSettings) -> dict[str, Any]:
    return {
        "record_id": place.record_id,
        "channel": place.channel_name,
        "time": place.time.isoformat(),
        "permalink": message_url(place.permalink, place.message_id, web),
    }


def _citation_json(citation: Citation, web: WebSettings) -> dict[str, Any]:
    return {
        "n": citation.n,
        "record_id": citation.record_id,
        "permalink": message_url(citation.permalink, citation.record_id, web),
        "quote": citation.quote,
    }


def _print_records(found: Sequence[Evidence], zone: tzinfo) -> None:
    for item in found:
        place = f" · {item.file_name}{f' p.{item.page}' if item.page else ''}" if item.file_name else ""
        said_at = f"{item.time.astimezone(zone):%Y-%m-%d %H:%M}"
        OUT.print(f"{item.n:>3}  {said_at}  {item.author}  #{item.channel_name}{place}", markup=False, style="bold")
        OUT.print(f"     {' '.join(item.text.split())[:400]}", markup=False)
        if item.outdated_by is not None:
            when = f"{item.outdated_by.time.astimezone(zone):%Y-%m-%d %H:%M}"
            OUT.print(f"     outdated: see {item.outdated_by.record_id}, {when}", markup=False, style="yellow")
        if item.also_in:
            places = ", ".join(
                f"#{place.channel_name} {place.time.astimezone(zone):%Y-%m-%d}" for place in item.also_in
            )
            OUT.print(f"     also in: {places}", markup=False, style="dim")
