"""``shiguang models``: list, pull, verify and recommend."""

import asyncio
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.cli.output import OUT, print_json, run
from bot.errors import BadInput, ModelCorrupt, ModelMissing
from bot.models.catalogue import CATALOGUE, SMALL_CHAT, HubFiles, Model
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


def _readable(size: int) -> str:
    return "?" if not size else f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """The catalogue, and what else was pulled."""
    run(_list(as_json=as_json))


async def _list(*, as_json: bool) -> None:
    settings = load_settings()
    store = ModelStore(settings.models_dir)
    used = {settings.llm.model, *(model.name for model in needed_models(settings))}
    rows = [_row(model, store, used) for model in CATALOGUE]
    listed = {model.name for model in CATALOGUE}
    others = (store.manifest(name) for name in stored_names(store) if name not in listed)
    rows += [_foreign_row(manifest, used) for manifest in others if manifest is not None]
    if as_json:
        print_json({"models_dir": str(settings.models_dir), "models": rows})
        return
    table = Table("", "name", "for", "size", "licence", "here", "source", box=None, pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
    for row in rows:
        mark, here = "*" if row["used"] else "", "yes" if row["installed"] else "no"
        source = "index" if row["source"].startswith("package index") else "hub" if row["hub"] else "own"
        table.add_row(mark, row["name"], row["role"], _readable(row["size"]), row["licence"], here, source)
    OUT.print(table)
    OUT.print(
        f"\n* used by the settings · index: needs a package index only · kept in {settings.models_dir}", markup=False
    )


def _row(model: Model, store: ModelStore, used: set[str]) -> dict[str, Any]:
    return {
        "name": model.name,
        "role": model.role,
        "size": model.size,
        "licence": model.licence,
        "languages": list(model.languages),
        "source": source_title(model.sources[0]),
        "hub": isinstance(model.sources[0], HubFiles),
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
        "hub": False,
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
    small: Annotated[bool, typer.Option("--small", help="The small chat model and what search needs.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Download again what is there.")] = False,
    sha256: Annotated[str | None, typer.Option(help="Expected checksum of the one file named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch models; without names, what the settings need. Goes on where an interrupted pull ended."""
    choice = _Choice(names=tuple(names or ()), everything=everything, small=small, sha256=sha256)
    run(_pull(choice, force=force, as_json=as_json))


@dataclass(frozen=True, kw_only=True)
class _Choice:
    names: tuple[str, ...]
    everything: bool
    small: bool
    sha256: str | None


async def _pull(choice: _Choice, *, force: bool, as_json: bool) -> None:
    settings = load_settings()
    store = ModelStore(settings.models_dir)
    wanted = await asyncio.to_thread(_wanted, settings, choice)
    async with Puller(store, progress=progress_for_stderr()) as puller:
        manifests = [await puller.pull(model, force=force) for model in wanted]
    if as_json:
        print_json({"models": [manifest.model_dump(mode="json") for manifest in manifests]})
        return
    for manifest in manifests:
        typer.echo(f"{manifest.name}: ready ({manifest.source})")


def _wanted(settings: Settings, choice: _Choice) -> tuple[Model, ...]:
    if sum((bool(choice.names), choice.everything, choice.small)) > 1:
        raise BadInput("give names, --all or --small, not several of them")
    if choice.sha256 is not None and len(choice.names) != 1:
        raise BadInput("--sha256 belongs to exactly one name")
    if choice.names:
        return tuple(model_named(name, sha256=choice.sha256) for name in choice.names)
    if choice.everything:
        return tuple(model for model in CATALOGUE if model.proven)
    needed = needed_models(settings)
    return (SMALL_CHAT, *(model for model in needed if model.role != "chat")) if choice.small else needed


@app.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Names; without any, all that are there.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare every file with its checksum."""
    run(_verify(tuple(names or ()), as_json=as_json))


async def _verify(names: tuple[str, ...], *, as_json: bool) -> None:
    store = ModelStore(load_settings().models_dir)
    chosen = names or await asyncio.to_thread(stored_names, store)
    found = await verify_models(store, chosen, progress=progress_for_stderr())
    if as_json:
        print_json({"models": [asdict(result) for result in found]})
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
    run(_recommend(language, as_json=as_json))


async def _recommend(language: str, *, as_json: bool) -> None:
    spoken: dict[str, PeopleLanguage] = {"auto": "auto", "zh": "zh", "en": "en"}
    if language not in spoken:
        raise BadInput("--language is auto, zh or en")
    settings = load_settings()
    chosen = settings.language if language == "auto" else spoken[language]
    machine, hubs = await asyncio.gather(inspect_machine(), answering_hubs())
    advice = advise(machine, hubs, language=chosen)
    if as_json:
        print_json(asdict(advice))
        return
    gpu = f", GPU {advice.machine.gpu_memory / 1e9:.0f} GB" if advice.machine.gpu_memory else ", no NVIDIA GPU"
    typer.echo(f"This machine: {advice.machine.memory / 1e9:.0f} GB of RAM{gpu}. {advice.note}")
    for pick in advice.recommendations:
        typer.echo(f"\n{pick.name} ({_readable(pick.size)}): {pick.reason}")
        typer.echo(f"  shiguang models pull {pick.name}")
        typer.echo(f"  {pick.setting}")
