"""``shiguang extract``: the text that the archive would keep of a file, or the reason why it cannot be read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.output import ERR, print_json, run
from bot.errors import Language, NotFound
from bot.language import system_language

if TYPE_CHECKING:
    from bot.settings import Settings
    from knowledge.filetext import FileText

_TEXTS: dict[str, dict[Language, str]] = {
    "reading": {"zh": "正在读取……", "en": "Reading…"},
    "truncated": {"zh": "达到限制，以下内容不完整。", "en": "A limit was reached, so some of the text is missing."},
}


def extract(
    file: Annotated[Path, typer.Argument(help="The file to read.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the text the archive would keep of a file, by page, sheet or slide, or why it cannot be read.

    The reason is an answer too, so the exit status is 0 with it; it is 1 if there is no such file.
    """
    run(_extract(file, as_json=as_json))


async def _extract(file: Path, *, as_json: bool) -> None:
    from bot.settings import load_settings

    settings = load_settings()
    language = settings.language if settings.language != "auto" else system_language()
    with ERR.status(_TEXTS["reading"][language]):
        found = await _read(file, settings)
    if as_json:
        print_json(_document(file, found))
    else:
        _print_pages(found, language)


async def _read(file: Path, settings: "Settings") -> "FileText":
    from bot.read_limits import read_limits
    from knowledge.filetext import FileReader

    async with FileReader(limits=read_limits(settings)) as reader:
        try:
            return await reader.read(file)
        except OSError as error:
            raise NotFound(f"{file.name} ({error.strerror})" if error.strerror else file.name) from None


def _document(file: Path, found: "FileText") -> dict[str, Any]:
    from knowledge.filetext import reason_sentence

    reason = found.reason
    return {
        "file": file.name,
        "kind": found.kind,
        "media_type": found.media_type,
        "title": found.title,
        "language": found.language,
        "metadata": dict(found.metadata),
        "pages": [{"label": page.label, "text": page.text} for page in found.pages],
        "truncated": found.truncated,
        "reason": reason,
        "sentence": {"zh": reason_sentence(reason, "zh"), "en": reason_sentence(reason, "en")} if reason else None,
    }


def _print_pages(found: "FileText", language: Language) -> None:
    from knowledge.filetext import reason_sentence

    if found.reason:
        typer.echo(f"{reason_sentence(found.reason, language)} [{found.reason}]", err=bool(found.pages))
    elif found.truncated:
        typer.echo(_TEXTS["truncated"][language], err=True)
    for number, page in enumerate(found.pages):
        if page.label:
            typer.echo(f"{'' if number == 0 else chr(10)}== {page.label} ==")
        typer.echo(page.text)
