"""What ``eval compare`` does."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from bot.application import open_application, prepare_home
from bot.cli.output import ERR, OUT, print_json
from bot.desk.auditing import Auditing
from bot.errors import Language
from bot.evaluation.comparing import Comparing
from bot.evaluation.comparisons import Comparisons, ComparisonView, Picks
from bot.evaluation.configuration import Configuration
from bot.evaluation.from_use import questions_from_use
from bot.language import system_language
from bot.settings import load_settings
from bot.truth.database import Database

_TEXTS: dict[str, dict[Language, str]] = {
    "measure": {"zh": "机器检查", "en": "machine checks"},
    "left": {"zh": "左", "en": "left"},
    "right": {"zh": "右", "en": "right"},
    "difference": {"zh": "右 − 左", "en": "right − left"},
    "as_set": {"zh": "（现有设置）", "en": "(as set)"},
    "judge": {
        "zh": "模型评判（两种顺序一致才算）：左 {left}，右 {right}，不分 {neither}",
        "en": "a model as judge, in both orders: left {left}, right {right}, neither {neither}",
    },
    "desk": {
        "zh": "请人来盲选：管理台的「比较」页，编号 {id}",
        "en": "now let people pick without knowing which is which: page Compare at the desk, {id}",
    },
    "count": {"zh": "{count} 个问题", "en": "{count} questions"},
}


async def compare(left: Sequence[str], right: Sequence[str], *, limit: int | None, judge: bool, as_json: bool) -> None:
    """Compare and print; raises ``BadInput``, ``SettingsError`` and ``NotFound``."""
    sides = Configuration.of(left), Configuration.of(right)
    settings = load_settings()
    prepare_home(settings)
    database = Database(settings.truth_url)
    operator = _operator()
    try:
        await database.migrate()
        with ERR.status("…") as status:
            comparing = Comparing(
                database,
                opened=open_application,
                progress=lambda what, done, of: status.update(f"{what} {done}/{of}"),
            )
            comparison_id = await comparing.compare(
                *sides, settings=settings, limit=limit, created_by=operator, judge=judge
            )
        await Auditing(database).note(operator, "comparison_made", comparison_id)
        kept = Comparisons(database)
        found = await kept.get(comparison_id)
        verdicts = await kept.picks(comparison_id, by_model=True) if judge else None
        asked = len(await questions_from_use(database, now=datetime.now(UTC), limit=limit))
    finally:
        await database.close()
    if as_json:
        print_json(_as_json(found, verdicts, asked=asked))
    else:
        _print(found, verdicts)


def _as_json(found: ComparisonView, verdicts: Picks | None, *, asked: int) -> dict[str, Any]:
    return {
        "comparison_id": found.comparison_id,
        "left": dict(found.left),
        "right": dict(found.right),
        "asked": asked,
        "questions": found.questions,
        "figures": dict(found.figures),
        "judge": None if verdicts is None else verdicts.document(),
    }


def _print(found: ComparisonView, verdicts: Picks | None) -> None:
    language = system_language()
    for side, differs in (("left", found.left), ("right", found.right)):
        told = " ".join(f"{key}={value}" for key, value in differs.items()) or _TEXTS["as_set"][language]
        OUT.print(f"{_TEXTS[side][language]}: {told}", markup=False)
    OUT.print(_TEXTS["count"][language].format(count=found.questions), markup=False)
    table = Table(*(_TEXTS[name][language] for name in ("measure", "left", "right", "difference")))
    for name, values in found.figures.items():
        table.add_row(name, *(_figure(values[side], name) for side in ("left", "right", "difference")))
    OUT.print(table)
    if verdicts is not None:
        told = _TEXTS["judge"][language].format(left=verdicts.left, right=verdicts.right, neither=verdicts.neither)
        OUT.print(told, markup=False)
    OUT.print(_TEXTS["desk"][language].format(id=found.comparison_id), markup=False)


def _figure(value: dict[str, float], name: str) -> str:
    digits = 0 if name.endswith("_ms") else 3
    return f"{value['mean']:.{digits}f} ({value['low']:.{digits}f}…{value['high']:.{digits}f})"


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"
