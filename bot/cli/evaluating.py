"""``eval``: figures for search, answers and summaries on files of questions and conversations."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.options import Json
from bot.cli.output import run

app = typer.Typer(help="Measure search, answers and summaries on what is known to be right.", no_args_is_help=True)

Scope = Literal["channel", "all"]
Questions = Annotated[Path, typer.Argument(help="Questions, one JSON object a line.")]
ScopeOption = Annotated[Scope, typer.Option("--scope", help="channel: search the question's channel; all: everything.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write one JSON line a question.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Only the first questions.")]


@app.command()
def retrieval(
    questions: Questions,
    scope: ScopeOption = "channel",
    out: Out = None,
    limit: LimitOption = None,
    as_json: Json = False,
) -> None:
    """Recall, hits and reciprocal rank of the search."""
    from bot.cli.measuring import measure_retrieval

    run(measure_retrieval(questions, scope, out, limit=limit, as_json=as_json))


@app.command()
def answers(
    questions: Questions,
    scope: ScopeOption = "channel",
    out: Out = None,
    limit: LimitOption = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", help="Write the answers with what they cite as Markdown, to be judged.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Overlap with the expected answer, citations, support, abstentions and times of the whole path with the model."""
    from bot.cli.measuring import measure_answers

    run(measure_answers(questions, scope, out, limit=limit, as_json=as_json, sheet_path=sheet))


@app.command()
def summaries(
    conversations: Annotated[
        Path, typer.Argument(help="Dialogues, or first and last messages in the archive, with a summary, one a line.")
    ],
    out: Out = None,
    limit: LimitOption = None,
    as_json: Json = False,
) -> None:
    """Summaries beside those people wrote, the model's plain one and the first three sentences."""
    from bot.cli.measuring_summaries import measure_summaries

    run(measure_summaries(conversations, out, limit=limit, as_json=as_json))


@app.command()
def compare(
    left: Annotated[
        list[str] | None, typer.Option("--left", help="KEY=VALUE that differs from the settings; repeatable.")
    ] = None,
    right: Annotated[list[str] | None, typer.Option("--right", help="The same of the other side.")] = None,
    limit: LimitOption = None,
    judge: Annotated[bool, typer.Option("--judge", help="Have the model judge, too, in both orders.")] = False,
    as_json: Json = False,
) -> None:
    """Two configurations on the team's own questions: those whose right answer people have shown."""
    from bot.cli.comparing import compare as compare_sides

    if not left and not right:
        raise typer.BadParameter("--left or --right must name what differs")
    run(compare_sides(left or [], right or [], limit=limit, judge=judge, as_json=as_json))
