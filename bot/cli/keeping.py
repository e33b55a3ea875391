"""``backup`` and ``restore``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import run


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    with_vectors: Annotated[
        bool, typer.Option("--with-vectors", help="Also the searched archive, which restore otherwise builds anew.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write database, shared files and settings to one file, while everything goes on. Secrets are left out."""
    from bot.cli.safekeeping import backup as write

    run(write(target.expanduser().resolve(), with_vectors=with_vectors, as_json=as_json))


def restore(
    source: Annotated[Path, typer.Argument(help="A file that shiguang backup wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what the home holds.")] = False,
    as_json: Json = False,
) -> None:
    """Bring a backup back into SHIGUANG_HOME; everything is checked before anything is touched."""
    from bot.cli.safekeeping import restore as bring_back

    run(bring_back(source.expanduser(), force=force, as_json=as_json))
