"""What ``forget`` and ``retention`` do."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer
from sqlalchemy import or_, select

from bot.application import Application, open_application
from bot.archive.forgetting import forgetting_of
from bot.archive.receipt import Receipt, counted
from bot.archive.retention import Retention
from bot.cli.draining import Drain
from bot.cli.filters import parse_moment, people_named
from bot.cli.output import ERR, OUT, print_json
from bot.errors import ArchiveError, Language, NotFound
from bot.language import system_language
from bot.settings import load_settings
from bot.training.manifest import has_exports
from bot.truth.erasing import Scope
from bot.truth.tables import ChannelRow

_LONGEST_DAYS = 36_500
_TEXTS: dict[str, dict[Language, str]] = {
    "exports": {
        "zh": "以前导出的训练数据不在这里，可能还含有这些内容：shiguang feedback check 文件 --remove",
        "en": "Data for training that were exported earlier lie elsewhere and may hold some of it: "
        "shiguang feedback check FILE --remove",
    },
    "would": {"zh": "将会删除（没有改动任何内容）：", "en": "would be removed (nothing was changed):"},
    "will": {"zh": "将会删除，无法恢复：", "en": "this will be removed, and cannot be brought back:"},
    "sure": {"zh": "继续吗？", "en": "Go on?"},
    "left_alone": {"zh": "没有删除任何内容", "en": "nothing was removed"},
    "unfinished": {"zh": "先完成上次中断的清除", "en": "an interrupted removal is finished first"},
    "forever": {"zh": "永久", "en": "forever"},
    "days": {"zh": "{days} 天", "en": "{days} days"},
    "default": {"zh": "（默认）", "en": " (default)"},
    "nothing": {"zh": "没有超过期限的内容", "en": "nothing is older than its channel keeps"},
}


async def forget(
    user: str | None,
    channel: str | None,
    before: str | None,
    *,
    yes: bool,
    only_show: bool,
    receipt: Path | None,
    as_json: bool,
) -> None:
    """Remove a scope; asks first unless told not to."""
    language = system_language()
    async with _opened() as application:
        forgetting = forgetting_of(application)
        scopes = await _scopes(application, user, channel, before)
        if only_show or not yes:
            numbers = [await forgetting.dry_run(scope) for scope in scopes]
            total = {name: sum(number[name] for number in numbers) for name in numbers[0]}
            if only_show and as_json:
                print_json({"would_remove": total, "scopes": [scope.document() for scope in scopes]})
                return
            ERR.print(_say("would" if only_show else "will", language))
            ERR.print(counted(total, language), markup=False)
            if only_show:
                return
            if not await asyncio.to_thread(typer.confirm, _say("sure", language), default=False, err=True):
                ERR.print(_say("left_alone", language))
                raise SystemExit(1)
        if await forgetting.unfinished():
            ERR.print(_say("unfinished", language))
        for scope in scopes:
            await forgetting.note(scope, requested_by="command line")
        async with Drain(application) as drain:
            receipts = await forgetting.carry_out(attend=drain.see_to_it)
    await _hand_out(receipts, receipt=receipt, as_json=as_json, language=language)


async def show_rules(*, as_json: bool) -> None:
    """List what counts for each channel."""
    language = system_language()
    async with _opened() as application:
        rules = await _retention(application).rules()
    if as_json:
        print_json(
            {
                "default_keep_days": application.settings.retention.keep_days,
                "channels": [
                    {
                        "channel_id": rule.channel_id,
                        "channel": rule.channel,
                        "keep_days": rule.keep_days,
                        "own_rule": rule.own,
                    }
                    for rule in rules
                ],
            }
        )
        return
    for rule in rules:
        kept = _say("forever", language) if rule.keep_days is None else _say("days", language, days=rule.keep_days)
        OUT.print(f"{rule.channel}  {kept}{'' if rule.own else _say('default', language)}", markup=False)


async def set_rule(channel: str, days: str) -> None:
    """Give a channel a rule."""
    keep_days = _days(days)
    language = system_language()
    async with _opened() as application:
        for channel_id in await _channel_ids(application, channel):
            await _retention(application).set(channel_id, keep_days, by="command line")
    kept = _say("forever", language) if keep_days is None else _say("days", language, days=keep_days)
    ERR.print(f"{channel}  {kept}", markup=False)


async def run_rules(*, as_json: bool) -> None:
    """Carry the rules out now."""
    language = system_language()
    async with _opened() as application, Drain(application) as drain:
        receipts = await _retention(application).run(attend=drain.see_to_it)
    if not receipts and not as_json:
        ERR.print(_say("nothing", language))
        return
    await _hand_out(receipts, receipt=None, as_json=as_json, language=language)


@asynccontextmanager
async def _opened() -> AsyncIterator[Application]:
    async with open_application(load_settings()) as application:
        yield application


def _retention(application: Application) -> Retention:
    return Retention(
        application.database,
        forgetting_of(application),
        keep_days=application.settings.retention.keep_days,
        zone=application.zone,
        purge_after_days=application.settings.slack.purge_after_days,
    )


async def _scopes(application: Application, user: str | None, channel: str | None, before: str | None) -> list[Scope]:
    """One for each channel of that name; a name that several people have must be told apart by an id."""
    moment = parse_moment(before, "--before", application.zone) or datetime.now(UTC)
    person_id = None
    if user is not None:
        people = sorted(await people_named(application.database, user, "--user"))
        if len(people) > 1:
            raise typer.BadParameter(
                f"{user!r} names {len(people)} people; use an id: {', '.join(people)}", param_hint="--user"
            )
        person_id = str(people[0])
    channel_ids = [None] if channel is None else await _channel_ids(application, channel)
    return [
        Scope(before=moment.astimezone(UTC), channel_id=channel_id, person_id=person_id) for channel_id in channel_ids
    ]


async def _channel_ids(application: Application, name: str) -> list[str]:
    statement = select(ChannelRow.channel_id).where(
        or_(ChannelRow.name == name.removeprefix("#"), ChannelRow.channel_id == name)
    )
    async with application.database.read() as connection:
        found = list(await connection.scalars(statement))
    if not found:
        raise NotFound(f"channel {name!r}")
    if len(found) > 1:
        raise typer.BadParameter(
            f"{name!r} names {len(found)} channels; use an id: {', '.join(sorted(found))}", param_hint="channel"
        )
    return found


def _days(text: str) -> int | None:
    if text in ("forever", "永久"):
        return None
    if not text.isdecimal() or not 1 <= int(text) <= _LONGEST_DAYS:
        raise typer.BadParameter(f"a number of days or forever was expected, not {text!r}", param_hint="DAYS|forever")
    return int(text)


async def _hand_out(receipts: list[Receipt], *, receipt: Path | None, as_json: bool, language: Language) -> None:
    document = {"receipts": [one.document() for one in receipts]}
    if receipt is not None:
        try:
            await asyncio.to_thread(receipt.write_text, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        except OSError as error:
            raise ArchiveError(
                f"the receipt could not be written to {receipt}: {error.strerror}",
                hint="Everything was removed; the receipt is kept in the table erasures.",
            ) from None
    if as_json:
        print_json(document)
        return
    for one in receipts:
        OUT.print(one.text(language), markup=False)
    if await asyncio.to_thread(has_exports, load_settings().home):
        ERR.print(_say("exports", language), markup=False)


def _say(name: str, language: Language, **values: object) -> str:
    return _TEXTS[name][language].format(**values)
