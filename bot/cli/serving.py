"""``serve`` and ``demo``: the running application."""

from typing import Annotated

import typer

from bot.cli.output import run


def serve() -> None:
    """Run the bot: connectors of the settings, pages and archivist."""
    from bot.server import serve_until_stopped

    run(serve_until_stopped(sample=False))


def demo(
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Another port than web.port; 0 takes any.")
    ] = None,
) -> None:
    """Run with the console and a small sample archive; no account is needed."""
    from bot.server import serve_until_stopped

    run(serve_until_stopped(sample=True, port=port))
