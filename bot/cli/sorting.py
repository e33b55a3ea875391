"""``categories`` and ``topics``."""

from typing import Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import run

categories = typer.Typer(
    name="categories", help="The team's categories, and mending what was given.", no_args_is_help=True
)
topics = typer.Typer(name="topics", help="Topics found in the archive.", no_args_is_help=True)

Zh = Annotated[str | None, typer.Option("--zh", help="Its Chinese name.")]
En = Annotated[str | None, typer.Option("--en", help="Its English name.")]
Meaning = Annotated[str | None, typer.Option("--meaning", help="One line by which people decide.")]
Category = Annotated[str, typer.Argument(help="A category, by its id or name.")]


@categories.command("list")
def list_categories(
    archived: Annotated[bool, typer.Option("--archived", help="Archived ones too.")] = False, as_json: Json = False
) -> None:
    """The categories with how many records each has."""
    from bot.cli.categorising import show_categories

    run(show_categories(archived=archived, as_json=as_json))


@categories.command()
def add(
    category_id: Annotated[str, typer.Argument(help="A short id: letters, digits, hyphen and underscore.")],
    zh: Zh = None,
    en: En = None,
    meaning: Meaning = None,
) -> None:
    """Add a category; it is given once people have put a few records into it."""
    from bot.cli.categorising import add_one

    run(add_one(category_id, name_zh=zh, name_en=en, meaning=meaning))


@categories.command()
def rename(category: Category, zh: Zh = None, en: En = None, meaning: Meaning = None) -> None:
    """Give a category other names; its records keep it."""
    from bot.cli.categorising import rename_one

    if zh is None and en is None and meaning is None:
        raise typer.BadParameter("give at least one of --zh, --en and --meaning")
    run(rename_one(category, name_zh=zh, name_en=en, meaning=meaning))


@categories.command()
def archive(category: Category) -> None:
    """Give a category no longer; what people said about it is kept."""
    from bot.cli.categorising import archive_one

    run(archive_one(category))


@categories.command()
def correct(
    record: Annotated[str, typer.Argument(help="A record's id, as in the results of search --json.")],
    category: Category,
    remove: Annotated[bool, typer.Option("--remove", help="It does not belong there.")] = False,
    as_user: Annotated[str | None, typer.Option("--as", help="Who says so; the operator otherwise.")] = None,
) -> None:
    """Say that a record belongs to a category, or not; the small models learn from it."""
    from bot.cli.categorising import correct_one

    run(correct_one(record, category, present=not remove, as_user=as_user))


@topics.command("list")
def list_topics(as_json: Json = False) -> None:
    """The topics that were found, largest first."""
    from bot.cli.categorising import show_topics

    run(show_topics(as_json=as_json))


@topics.command()
def refresh(as_json: Json = False) -> None:
    """Find the topics again."""
    from bot.cli.categorising import refresh_topics

    run(refresh_topics(as_json=as_json))
