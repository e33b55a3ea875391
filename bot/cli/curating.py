"""``curate``: standard answers, given before the model is asked."""

from typing import Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import run

app = typer.Typer(help="Standard answers: given as they are, before the model is asked.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(help="Its id, as `curate list` shows it.")]
Until = Annotated[str | None, typer.Option("--until", help="Given until this day (2026-12-31), then no more.")]
Owner = Annotated[str | None, typer.Option("--owner", help="Who answers for it; shown with it.")]
_Variants = Annotated[list[str] | None, typer.Option("--variant", help="Another way to ask it; repeatable.")]
_Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        help="Id of a message that says it, as `search --json` shows it; repeatable, [1] in the text is the first. "
        "It is given to nobody who may not read them, and no more once one is edited or deleted.",
    ),
]
_Channels = Annotated[
    list[str] | None,
    typer.Option(
        "--channel",
        help="Only for those who may read this channel, too; repeatable. Without --source and --channel: everybody.",
    ),
]


@app.command("add")
def add(
    question: Annotated[str, typer.Argument(help="The question.")],
    text: Annotated[str, typer.Argument(help="The answer.")],
    variant: _Variants = None,
    source: _Sources = None,
    channel: _Channels = None,
    owner: Owner = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Add an approved standard answer."""
    from bot.cli.curation import Given, add_one

    given = Given(
        question=question, text=text, variants=variant, sources=source, channels=channel, owner=owner, until=until
    )
    run(add_one(given, as_json=as_json))


@app.command("edit")
def edit(
    standard_answer_id: _Id,
    question: Annotated[str | None, typer.Option("--question", help="The question.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="The answer.")] = None,
    variant: _Variants = None,
    source: _Sources = None,
    channel: _Channels = None,
    owner: Owner = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Change what is named and keep the rest; an approved one is approved as it is then."""
    from bot.cli.curation import Given, edit_one

    given = Given(
        question=question, text=text, variants=variant, sources=source, channels=channel, owner=owner, until=until
    )
    run(edit_one(standard_answer_id, given, as_json=as_json))


@app.command("list")
def listing(as_json: Json = False) -> None:
    """Those that people proposed, those that are given, and those that wait for a look."""
    from bot.cli.curation import show_all

    run(show_all(as_json=as_json))


@app.command("show")
def show(standard_answer_id: _Id, as_json: Json = False) -> None:
    """Everything about one: sources, readers, how often it was given and judged."""
    from bot.cli.curation import show_one

    run(show_one(standard_answer_id, as_json=as_json))


@app.command("approve")
def approve(standard_answer_id: _Id, owner: Owner = None, until: Until = None, as_json: Json = False) -> None:
    """Give a proposed one from now on, or one that had expired or was contested again."""
    from bot.cli.curation import approve_one

    run(approve_one(standard_answer_id, owner=owner, until=until, as_json=as_json))


@app.command("remove")
def remove(standard_answer_id: _Id, as_json: Json = False) -> None:
    """Give one no more; its words go."""
    from bot.cli.curation import remove_one

    run(remove_one(standard_answer_id, as_json=as_json))
