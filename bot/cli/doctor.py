"""``doctor``: checks the installation and says what to do."""

from dataclasses import asdict
from typing import Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import OUT, print_json, run


def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Queue again what the searched archive lacks or has too much.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check settings, disk, models, database and archive."""
    from bot.cli.examination import examine

    findings = run(examine(fix=fix))
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        marks = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}
        for finding in findings:
            OUT.print(f"{marks[finding.state]} {finding.check}: ", end="")
            OUT.print(finding.fact, markup=False)
            if finding.advice:
                OUT.print(f"  → {finding.advice}", markup=False)
    if any(finding.state == "failed" for finding in findings):
        raise SystemExit(1)
