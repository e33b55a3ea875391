"""``operators``: who may work at the desk."""

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import run

app = typer.Typer(help="Who may work at the operators' desk, /admin.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="What they are called; it stands in the audit.")]


class Role(StrEnum):
    """What they may do."""

    OPERATOR = "operator"
    VIEWER = "viewer"


@app.command("add")
def add(
    name: _Name,
    role: Annotated[Role, typer.Option("--role", help="A viewer changes nothing.")] = Role.OPERATOR,
    as_json: Json = False,
) -> None:
    """Let somebody in: prints their token, once. For a name that is known, a new token replaces the former one."""
    from bot.cli.letting_in import add_one

    run(add_one(name, role=role.value, as_json=as_json))


@app.command("list")
def listing(as_json: Json = False) -> None:
    """Those who may sign in."""
    from bot.cli.letting_in import show_all

    run(show_all(as_json=as_json))


@app.command("remove")
def remove(name: _Name) -> None:
    """Let somebody in no more; pages they have open are signed out."""
    from bot.cli.letting_in import remove_one

    run(remove_one(name))
