"""What ``feedback export``, ``check``, ``consent`` and ``arms`` do."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from bot.application import team_zone
from bot.cli.filters import people_named
from bot.cli.output import ERR, OUT, print_json
from bot.cli.truth import open_truth
from bot.desk.auditing import Auditing
from bot.errors import BadInput, Language, NotFound
from bot.feedback.arms import arms
from bot.language import system_language
from bot.training.checking import Checking
from bot.training.consent import Subject, TrainingConsents
from bot.training.example import Format
from bot.training.exporting import Exporting
from bot.truth.database import Database
from bot.truth.tables import ChannelRow

_TEXTS: dict[str, dict[Language, str]] = {
    "written": {"zh": "已写出 {rows} 行：{out}", "en": "{rows} rows written: {out}"},
    "left_out": {"zh": "没有收入 {count} 个，原因见 {card}", "en": "{count} left out; {card} tells why"},
    "nobody": {
        "zh": "没有频道同意用于训练。可以这样同意：shiguang feedback consent --channel 名称 --say yes",
        "en": "No channel allows it. To allow it: shiguang feedback consent --channel NAME --say yes",
    },
    "none_gone": {"zh": "没有要去掉的行", "en": "no row must go"},
    "gone": {"zh": "要去掉 {count} 行：{lines}", "en": "{count} rows must go: {lines}"},
    "removed": {"zh": "已去掉 {count} 行", "en": "{count} rows taken out"},
    "kept": {"zh": "已记下", "en": "kept"},
    "unsaid": {
        "zh": "还没有谁说过什么，所以什么都不导出",
        "en": "nobody has said anything yet, so nothing is exported",
    },
    "no_arms": {"zh": "还没有适配器回答过问题", "en": "no adapter has answered anything yet"},
    "arm": {
        "zh": "{model}  {answers} 个回答，👍 {liked}",
        "en": "{model}  {answers} answers, 👍 {liked}",
    },
    "better": {"zh": "有适配器更好", "en": "better with the adapter"},
    "worse": {"zh": "有适配器更差", "en": "worse with the adapter"},
    "too_early": {"zh": "现在还说不准", "en": "too early to say"},
    "yes": {"zh": "同意", "en": "yes"},
    "no": {"zh": "不同意", "en": "no"},
}
_LINES_SHOWN = 20


async def write_export(wanted: Format, out: Path, *, supported_only: bool, as_json: bool) -> None:
    """Write it, and say what was left out."""
    language = system_language()
    async with open_truth() as (settings, database):
        exporting = Exporting(database, home=settings.home, zone=team_zone(settings))
        made = await exporting.export(
            wanted, out, now=datetime.now(UTC), language=language, supported_only=supported_only
        )
        left_out = dict(sorted(made.counts.left_out.items()))
        detail = {"rows": made.counts.rows, "left_out": left_out}
        await Auditing(database).note(_operator(), "training_exported", wanted, detail)
        allowed = (await TrainingConsents(database).in_force()).channels
    if as_json:
        print_json(
            {
                "format": wanted,
                "rows": made.counts.rows,
                "kinds": dict(made.counts.kinds),
                "left_out": left_out,
                "hidden": made.masked,
                "unsupported": made.counts.unsupported,
                "file": str(made.out),
                "card": str(made.card),
                "dataset_info": str(made.dataset_info),
                "llamafactory": str(made.llamafactory) if made.llamafactory else None,
            }
        )
        return
    OUT.print(_TEXTS["written"][language].format(rows=made.counts.rows, out=made.out), markup=False)
    if left_out:
        told = _TEXTS["left_out"][language].format(count=sum(left_out.values()), card=made.card)
        OUT.print(told, markup=False)
    if not allowed:
        ERR.print(_TEXTS["nobody"][language], markup=False)


async def check_export(file: Path, *, remove: bool, as_json: bool) -> None:
    """Tell which rows must go; raises ``NotFound`` for a file that is not an export of this home."""
    language = system_language()
    async with open_truth() as (settings, database):
        checking = Checking(database, home=settings.home, zone=team_zone(settings))
        now = datetime.now(UTC)
        gone = await (checking.remove(file, now=now) if remove else checking.gone(file, now=now))
        if remove and gone:
            await Auditing(database).note(_operator(), "training_rows_removed", detail={"rows": len(gone)})
    if as_json:
        print_json({"gone": list(gone), "removed": remove})
    elif not gone:
        OUT.print(_TEXTS["none_gone"][language], markup=False)
    else:
        shown = ", ".join(map(str, gone[:_LINES_SHOWN])) + ("…" if len(gone) > _LINES_SHOWN else "")
        told = "removed" if remove else "gone"
        OUT.print(_TEXTS[told][language].format(count=len(gone), lines=shown), markup=False)


async def keep_consent(
    *, channel: str | None, person: str | None, say: Literal["yes", "no", "unsaid"] | None, as_json: bool
) -> None:
    """Keep what a channel or person says, or list what was said; raises ``NotFound`` and ``BadInput``."""
    language = system_language()
    async with open_truth() as (_, database):
        consents = TrainingConsents(database)
        if say is not None:
            kind: Subject = "person" if channel is None else "channel"
            for subject_id in await _subjects(database, channel, person):
                allowed = None if say == "unsaid" else say == "yes"
                await consents.say(kind, subject_id, allowed=allowed, changed_by=_operator())
                await Auditing(database).note(_operator(), "training_consent_said", subject_id, {"say": say})
        said = await consents.listed()
    if as_json:
        print_json(
            {
                "consents": [
                    {"kind": one.kind, "id": one.subject_id, "name": one.name, "allowed": one.allowed} for one in said
                ]
            }
        )
    elif say is not None:
        OUT.print(_TEXTS["kept"][language], markup=False)
    elif not said:
        OUT.print(_TEXTS["unsaid"][language], markup=False)
    else:
        for one in said:
            OUT.print(f"{_TEXTS['yes' if one.allowed else 'no'][language]}  {one.name}  {one.subject_id}", markup=False)


async def show_arms(*, as_json: bool) -> None:
    """Print how each adapter is liked beside its model."""
    language = system_language()
    async with open_truth() as (_, database):
        found = await arms(database)
    if as_json:
        print_json({"comparisons": [one.document() for one in found]})
        return
    if not found:
        OUT.print(_TEXTS["no_arms"][language], markup=False)
    for both in found:
        for arm in (both.adapted, both.plain):
            low, high = arm.liked.interval or (0.0, 1.0)
            liked = f"{arm.liked.hits}/{arm.liked.of} ({low:.0%}–{high:.0%})"
            told = _TEXTS["arm"][language].format(model=arm.model, answers=arm.answers, liked=liked)
            OUT.print(told, markup=False)
        OUT.print(f"→ {_TEXTS[both.finding][language]}", markup=False)


async def _subjects(database: Database, channel: str | None, person: str | None) -> list[str]:
    if channel is None:
        return [str(one) for one in await people_named(database, person, "--person")]
    statement = select(ChannelRow.channel_id).where(
        (ChannelRow.channel_id == channel) | (ChannelRow.name == channel.lstrip("#＃")), ChannelRow.deleted_at.is_(None)
    )
    async with database.read() as connection:
        found = list(await connection.scalars(statement.limit(2)))
    if not found:
        raise NotFound(f"--channel {channel}")
    if len(found) > 1:
        raise BadInput(f"--channel {channel}: several channels have this name; give the id")
    return found


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"
