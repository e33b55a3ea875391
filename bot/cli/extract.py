"""``shiguang extract``: the text that the archive would keep of a file, or the reason why it cannot be read."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.output import ERR, print_json, run
from bot.errors import Language, NotFound
from bot.language import system_language
from bot.settings import FilesSettings, load_settings
from knowledge.filetext import FileReader, FileText, ReadLimits, reason_sentence

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
    settings = load_settings()
    language = settings.language if settings.language != "auto" else system_language()
    with ERR.status(_TEXTS["reading"][language]):
        found = await _read(file, settings.files)
    if as_json:
        print_json(_document(file, found))
    else:
        _print_pages(found, language)


async def _read(file: Path, files: FilesSettings) -> FileText:
    limits = ReadLimits(
        max_bytes=files.max_bytes,
        seconds=files.read_seconds,
        memory_bytes=files.read_memory_bytes,
        max_chars=files.max_text_chars,
        ocr=files.ocr,
    )
    async with FileReader(limits=limits) as reader:
        try:
            return await reader.read(file)
        except OSError as error:
            raise NotFound(f"{file.name} ({error.strerror})" if error.strerror else file.name) from None


def _document(file: Path, found: FileText) -> dict[str, Any]:
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


def _print_pages(found: FileText, language: Language) -> None:
    if found.reason:
        typer.echo(f"{reason_sentence(found.reason, language)} [{found.reason}]", err=bool(found.pages))
    elif found.truncated:
        typer.echo(_TEXTS["truncated"][language], err=True)
    for number, page in enumerate(found.pages):
        if page.label:
            typer.echo(f"{'' if number == 0 else chr(10)}== {page.label} ==")
        typer.echo(page.text)
