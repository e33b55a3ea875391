"""``curate``: standard answers, given before the model is asked."""

from typing import Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import run

app = typer.Typer(help="Standard answers: given as they are, before the model is asked.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(help="Its id, as `curate list` shows it.")]
Until = Annotated[str | None, typer.Option("--until", help="Given until this day (2026-12-31), then no more.")]
Owner = Annotated[str | None, typer.Option("--owner", help="Who answers for it; shown with it.")]


@app.command("add")
def add(
    question: Annotated[str, typer.Argument(help="The question.")],
    text: Annotated[str, typer.Argument(help="The answer.")],
    variant: Annotated[list[str] | None, typer.Option("--variant", help="Another way to ask it; repeatable.")] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option("--channel", help="Only for those who may read this channel; repeatable. Default: everybody."),
    ] = None,
    owner: Owner = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Add an approved standard answer."""
    from bot.cli.curation import add_one

    run(
        add_one(
            question, text, variants=variant or [], channels=channel or [], owner=owner, until=until, as_json=as_json
        )
    )


@app.command("list")
def listing(as_json: Json = False) -> None:
    """Those that people proposed, and those that are given."""
    from bot.cli.curation import show_all

    run(show_all(as_json=as_json))


@app.command("approve")
def approve(standard_answer_id: _Id, owner: Owner = None, until: Until = None) -> None:
    """Give a proposed one from now on."""
    from bot.cli.curation import approve_one

    run(approve_one(standard_answer_id, owner=owner, until=until))


@app.command("remove")
def remove(standard_answer_id: _Id) -> None:
    """Give one no more; its words go."""
    from bot.cli.curation import remove_one

    run(remove_one(standard_answer_id))
