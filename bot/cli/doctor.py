"""``doctor``: checks the installation and says what to do."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import OUT, print_json, run

if TYPE_CHECKING:
    from bot.cli.examination import Finding
    from connectors.slack.checkup import Finding as SlackFinding
    from connectors.wecom.checkup_findings import Finding as WeComFinding

app = typer.Typer(help="Check settings, disk, models, database and archive.", invoke_without_command=True)


@app.callback(invoke_without_command=True)
def doctor(
    context: typer.Context,
    fix: Annotated[
        bool, typer.Option("--fix", help="Queue again what the searched archive lacks or has too much.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check settings, disk, models, database and archive."""
    if context.invoked_subcommand is not None:
        return
    from bot.cli.examination import examine

    _show(run(examine(fix=fix)), as_json=as_json)


@app.command("archive")
def archive(
    fix: Annotated[bool, typer.Option("--fix", help="Mend what does not agree.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Also read every shared file and compare its checksum.")] = False,
    as_json: Json = False,
) -> None:
    """Prove that database, shared files and Qdrant agree, word by word."""
    from bot.cli.inspecting import inspect

    run(inspect(fix=fix, deep=deep, as_json=as_json))


@app.command("slack")
def slack(as_json: Json = False) -> None:
    """Check tokens, scopes, socket, clock and file host of Slack, and say what to click."""
    from bot.cli.checking_slack import check_slack

    _show(run(check_slack()), as_json=as_json)


@app.command("wecom")
def wecom(as_json: Json = False) -> None:
    """Check robots, apps, webhooks and message archive of WeCom, and say what to click and what each cannot do."""
    from bot.cli.checking_wecom import check_wecom

    _show(run(check_wecom()), as_json=as_json)


def _show(findings: "Sequence[Finding | SlackFinding | WeComFinding]", *, as_json: bool) -> None:
    """Print what was found; exit status 1 when something failed."""
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        marks = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}
        several = len({_place(finding) for finding in findings} - {""}) > 1
        for finding in findings:
            place = f"{_place(finding)}: " if several and _place(finding) else ""
            OUT.print(f"{marks[finding.state]} {place}{finding.check}: ", end="")
            OUT.print(finding.fact, markup=False)
            if finding.advice:
                OUT.print(f"  → {finding.advice}", markup=False)
    if any(finding.state == "failed" for finding in findings):
        raise SystemExit(1)


def _place(finding: object) -> str:
    """What a finding is about, where there may be several: a workspace of Slack, a way to WeCom."""
    return str(getattr(finding, "workspace", "") or getattr(finding, "way", ""))
